"""One vector for a cell from the encoder's token vectors."""

from __future__ import annotations

from torch import Tensor


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens of ``hidden`` (B, T, vector) that ``mask`` (B, T) marks; (B, vector)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
