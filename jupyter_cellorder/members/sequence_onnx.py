"""Scores of sequences on ONNX Runtime: ``network.onnx``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.members.batching import Ids
from jupyter_cellorder.members.onnx_session import onnx_session


class OnnxSequences:
    """See :class:`jupyter_cellorder.members.sequence.SequenceComputer`."""

    batch_tokens = 2_048

    def __init__(self, folder: Path, threads: int | None) -> None:
        self._session = onnx_session(folder / "network.onnx", threads)
        # An encoder that has no types reads none.
        self._read = {one.name for one in self._session.get_inputs()}

    def score(
        self, ids: Ids, mask: Ids, types: Ids, extras: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """See :class:`jupyter_cellorder.members.sequence.SequenceComputer`."""
        given = {"ids": ids, "mask": mask, "types": types, "extras": extras}
        [scores] = self._session.run(
            None, {name: value for name, value in given.items() if name in self._read}
        )
        found: NDArray[np.float32] = scores
        return found
