"""The ``context`` member on ONNX Runtime: weights stored in half precision, computed in fp32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray


class OnnxComputer:
    """``encoder.onnx`` and ``network.onnx``; the weights of both lie in ``weights.safetensors``."""

    def __init__(self, folder: Path, threads: int | None) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads is not None:
            options.intra_op_num_threads = threads
        # Spinning threads would make the notebook's own kernels wait for a core.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._encoder, self._network = (
            onnxruntime.InferenceSession(
                str(folder / file), options, providers=["CPUExecutionProvider"]
            )
            for file in ("encoder.onnx", "network.onnx")
        )

    def encode(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See :class:`jupyter_cellorder.members.context.Computer`."""
        [vectors] = self._encoder.run(None, {"ids": ids, "mask": mask})
        found: NDArray[np.float32] = vectors
        return found

    def place(
        self, inputs: dict[str, NDArray[Any]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See :class:`jupyter_cellorder.members.context.Computer`."""
        gap, before = self._network.run(None, inputs)
        return gap[0], before[0]
