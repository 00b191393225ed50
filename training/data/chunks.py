"""Rows of tokens in padded chunks of like length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Chunking(NamedTuple):
    """How rows are cut.

    A chunk has ``tokens`` at most, padding too, and no greater share of ``padding``, except among
    its first ``free`` tokens.
    """

    tokens: int
    padding: float
    free: int = 0


def chunking() -> Chunking:
    """For a processor chunks that its caches hold; for a GPU few: it waits for its orders."""
    return Chunking(65_536, 0.2, 8_192) if torch.cuda.is_available() else Chunking(4_096, 0.1)


def token_chunks(
    rows: Sequence[NDArray[np.generic]], pad: int, cut: Chunking
) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
    """Rows of tokens in chunks of like length; and where each row stands in the joined chunks."""
    order = sorted(range(len(rows)), key=lambda row: -len(rows[row]))
    chunks = []
    start = 0
    while start < len(order):
        longest = len(rows[order[start]])
        end, tokens = start + 1, longest
        while end < len(order) and longest * (end + 1 - start) <= cut.tokens:
            tokens += len(rows[order[end]])
            padded = longest * (end + 1 - start)
            if padded > cut.free and tokens < (1 - cut.padding) * padded:
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
