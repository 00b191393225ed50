"""Scores of sequences on torch: the same weights, on a GPU where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jupyter_cellorder.members.batching import Ids
from jupyter_cellorder.members.torch_parts import bare_encoder, device, weights
from jupyter_cellorder.networks.sequence import SequenceScorer


class TorchSequences:
    """See :class:`jupyter_cellorder.members.sequence.SequenceComputer`."""

    def __init__(self, folder: Path, threads: int | None) -> None:
        self._device = device(threads)
        self.batch_tokens = 65_536 if self._device.type == "cuda" else 2_048
        known = weights(folder)
        encoder: Any = bare_encoder(folder)
        extras = known["head.weight"].shape[1] - int(encoder.config.hidden_size)
        self.network = SequenceScorer(encoder, extras)
        self.network.load_state_dict(known)
        self.network.to(self._device).eval()

    def score(
        self, ids: Ids, mask: Ids, types: Ids, extras: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """See :class:`jupyter_cellorder.members.sequence.SequenceComputer`."""
        with torch.inference_mode():
            given = (torch.from_numpy(value).to(self._device) for value in (ids, mask, types))
            scores = self.network(*given, torch.from_numpy(extras).to(self._device))
        found: NDArray[np.float32] = scores.float().cpu().numpy()
        return found
