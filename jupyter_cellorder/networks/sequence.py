"""The network of the ``pointwise`` and ``pairwise`` members: one number for a sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SequenceScorer(nn.Module):
    """Encoder, the vector of its first token, some plain numbers beside it, one linear layer.

    The shape of the public baselines of AI4Code (2022): a linear layer on [CLS] and, in the
    pointwise one, the share of markdown.

    Args:
        encoder: BERT, RoBERTa or kin, without a pooling head; calls itself with ``input_ids``,
            ``attention_mask`` and ``token_type_ids``.
        extras: How many plain numbers come with each sequence.
    """

    def __init__(self, encoder: nn.Module, extras: int) -> None:
        super().__init__()
        self.encoder = encoder
        width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.head = nn.Linear(width + extras, 1)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor, extras: Tensor) -> Tensor:
        """(B,) scores of ``ids``, ``mask`` and ``types`` (B, T) and ``extras`` (B, E)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types)
        first = hidden.last_hidden_state[:, 0]
        scores: Tensor = self.head(torch.cat([first, extras.to(first.dtype)], 1)).squeeze(1)
        return scores
