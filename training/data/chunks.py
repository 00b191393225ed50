"""Rows of tokens in padded chunks of like length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MOST_PADDING = 0.1


def token_chunks(
    rows: Sequence[NDArray[np.generic]], pad: int, chunk_tokens: int
) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
    """Rows of tokens in chunks of like length, under ``chunk_tokens`` padded tokens each.

    No chunk has a greater share of padding than :data:`MOST_PADDING`. Returns the chunks and, for
    every row, where it stands in the joined chunks.
    """
    order = sorted(range(len(rows)), key=lambda row: -len(rows[row]))
    chunks = []
    start = 0
    while start < len(order):
        longest = len(rows[order[start]])
        end, tokens = start + 1, longest
        while end < len(order) and longest * (end + 1 - start) <= chunk_tokens:
            tokens += len(rows[order[end]])
            if tokens < (1 - MOST_PADDING) * longest * (end + 1 - start):
                break
            end += 1
        members = order[start:end]
        ids = np.full((len(members), longest), pad, np.int64)
        mask = np.zeros((len(members), longest), np.int64)
        for at, row in enumerate(members):
            ids[at, : len(rows[row])] = rows[row]
            mask[at, : len(rows[row])] = 1
        chunks.append((torch.from_numpy(ids), torch.from_numpy(mask)))
        start += len(members)
    back = torch.empty(len(order), dtype=torch.int64)
    back[torch.tensor(order)] = torch.arange(len(order))
    return chunks, back
