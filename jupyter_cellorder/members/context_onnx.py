"""The ``context`` member on ONNX Runtime: weights in half precision or int8, computed in fp32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from jupyter_cellorder.members.onnx_session import onnx_session

LARGE = 250  # cells from which what a question took is given back; pairs are what takes room


class OnnxComputer:
    """``encoder.onnx`` and ``network.onnx``.

    Unless they are quantised, the weights of both lie in ``weights.safetensors``.
    """

    def __init__(self, folder: Path, threads: int | None) -> None:
        self._encoder = onnx_session(folder / "encoder.onnx", threads)
        self._network = onnx_session(folder / "network.onnx", threads)

    def encode(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See :class:`jupyter_cellorder.members.context.Computer`."""
        [vectors] = self._encoder.run(None, {"ids": ids, "mask": mask})
        found: NDArray[np.float32] = vectors
        return found

    def place(
        self, inputs: dict[str, NDArray[Any]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See :class:`jupyter_cellorder.members.context.Computer`."""
        options = onnxruntime.RunOptions()
        if inputs["states"].shape[1] >= LARGE:
            # The runtime would keep the most it ever needed: a gigabyte after 1,000 cells.
            options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        gap, before = self._network.run(None, inputs, options)
        return gap, before
