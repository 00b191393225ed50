"""Rows of tokens to batches of like length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.errors import Cancelled

Ids = NDArray[np.int64]


def like_lengths(
    lengths: Sequence[int], tokens: int, cancelled: Callable[[], bool] | None
) -> Iterator[list[int]]:
    """Indices of rows, batch by batch, longest first.

    Args:
        lengths: Of the rows.
        tokens: In a batch at most, padding included; a longer row is a batch of its own.
        cancelled: Asked before each batch.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    start = 0
    while start < len(order):
        if cancelled is not None and cancelled():
            raise Cancelled
        size = max(1, tokens // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Ids, Ids]:
    """(B, T) ids and their mask, T the longest row's length."""
    shape = len(rows), max(1, *(len(row) for row in rows))
    ids, mask = np.full(shape, pad, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return ids, mask
