"""The ``context`` member on torch: the same weights, on a GPU where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jupyter_cellorder.members.torch_parts import bare_encoder, device, weights
from jupyter_cellorder.networks.context import ContextInput, ContextNetwork
from jupyter_cellorder.networks.context_shape import ContextConfig
from jupyter_cellorder.networks.pooling import mean_pool


class TorchComputer:
    """Encoder and network as torch modules.

    ``encoder.json`` gives the encoder's shape, ``weights.safetensors`` the weights of both parts.
    """

    def __init__(self, folder: Path, facts: Mapping[str, Any], threads: int | None) -> None:
        self._device = device(threads)
        known = weights(folder)
        self.encoder: Any = bare_encoder(folder)
        self.network = ContextNetwork(ContextConfig(**facts["network"]))
        for part, module in (("encoder.", self.encoder), ("network.", self.network)):
            module.load_state_dict(
                {
                    name.removeprefix(part): value
                    for name, value in known.items()
                    if name.startswith(part)
                }
            )
            module.to(self._device).eval()

    def encode(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See :class:`jupyter_cellorder.members.context.Computer`."""
        tokens, present = self._on(ids), self._on(mask)
        with torch.inference_mode():
            hidden = self.encoder(input_ids=tokens, attention_mask=present).last_hidden_state
            pooled: NDArray[np.float32] = mean_pool(hidden, present).cpu().numpy()
        return pooled

    def place(
        self, inputs: dict[str, NDArray[Any]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See :class:`jupyter_cellorder.members.context.Computer`."""
        with torch.inference_mode():
            _, look = self.network(
                ContextInput(**{key: self._on(value) for key, value in inputs.items()})
            )
        return look.gap.cpu().numpy(), look.before.cpu().numpy()

    def _on(self, values: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self._device)
