"""Pieces of notebooks with hidden tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from training.data.cells import CellStore
from training.data.epoch_size import same_size

Index: TypeAlias = tuple[int, int, int, int]  # epoch, notebook, first cell, cell after the last


@dataclass(frozen=True)
class Piece:
    """``ids`` (T,) of a piece, and which of its tokens are ``hidden`` (T,)."""

    ids: NDArray[np.int64]
    hidden: NDArray[np.bool_]


class AdaptBatch(NamedTuple):
    """B padded pieces: ``ids`` as they were, ``mask``, ``hidden``, all (B, T)."""

    ids: Tensor
    mask: Tensor
    hidden: Tensor

    def text_tokens(self) -> int:
        """Tokens that are not padding."""
        return int(self.mask.sum())


def piece_ids(store: CellStore, cells: NDArray[np.int32], length: int) -> NDArray[np.int64]:
    """Neighbouring cells as one row: one opening token, a closing token after every cell."""
    rows = [store.tokens[int(cell)].astype(np.int64) for cell in cells]
    return np.concatenate([rows[0], *(row[1:] for row in rows[1:])])[:length]


def pieces(lengths: Sequence[int], first: int, length: int) -> Iterator[tuple[int, int, int]]:
    """Cut a notebook into runs of neighbouring cells.

    Args:
        lengths: Tokens of its cells.
        first: Tokens of the first run at most, so that epochs differ.
        length: Tokens of the others at most; a cell that is longer stands alone and is cut.

    Yields:
        First cell, cell after the last, tokens.
    """
    start, size, room = 0, 0, first
    for at, own in enumerate(lengths):
        grown = size + own - (at > start)
        if at > start and grown > room:
            yield start, at, min(size, length)
            start, grown, room = at, own, length
        size = grown
    yield start, len(lengths), min(size, length)


class Pieces(Dataset[Piece]):
    """Pieces by index; the same index always hides the same tokens.

    Special tokens are never hidden.
    """

    def __init__(self, store: CellStore, length: int, share: float, seed: int) -> None:
        self._store, self._length = store, length
        self._share, self._seed = share, seed

    def __len__(self) -> int:
        return len(self._store.notebooks)

    def __getitem__(self, index: Index) -> Piece:
        _, number, start, end = index
        cells = self._store.notebooks[number].cells[start:end]
        ids = piece_ids(self._store, cells, self._length)
        rng = np.random.default_rng((self._seed, *index))
        first = self._store.tokens[int(cells[0])]  # whole: a piece that is cut has lost its close
        may = (ids != first[0]) & (ids != first[-1])
        hidden = may & (rng.random(len(ids)) < self._share)
        if may.any() and not hidden.any():
            hidden[rng.choice(np.flatnonzero(may))] = True
        return Piece(ids, hidden)


def collate(chosen: Sequence[Piece], pad: int) -> AdaptBatch:
    """Pad pieces to the longest."""
    shape = len(chosen), max(len(piece.ids) for piece in chosen)
    ids, mask = np.full(shape, pad, np.int64), np.zeros(shape, np.int64)
    hidden = np.zeros(shape, bool)
    for at, piece in enumerate(chosen):
        ids[at, : len(piece.ids)] = piece.ids
        mask[at, : len(piece.ids)] = 1
        hidden[at, : len(piece.ids)] = piece.hidden
    return AdaptBatch(*map(torch.from_numpy, (ids, mask, hidden)))


class PieceBatches(Sampler[list[Index]]):
    """Batches of ``batch`` pieces of like length, in random order; other cuts every epoch."""

    def __init__(self, store: CellStore, length: int, batch: int, seed: int) -> None:
        self._store, self._length = store, length
        self._batch, self._seed = batch, seed
        self._epoch = 0
        self._size, self.tokens = self._measured()

    def set_epoch(self, epoch: int) -> None:
        """Another draw for another epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return -(-self._size // self._batch)

    def __iter__(self) -> Iterator[list[Index]]:
        rng = np.random.default_rng((self._seed, self._epoch))
        drawn, sizes = self._drawn(self._epoch, rng)
        order = np.argsort(sizes * rng.uniform(0.97, 1.03, len(sizes)))
        order = order[same_size(len(order), self._size, rng)]
        for at in rng.permutation(len(self)):
            yield [drawn[row] for row in order[at * self._batch : (at + 1) * self._batch]]

    def _measured(self) -> tuple[int, int]:
        drawn, sizes = self._drawn(0, np.random.default_rng((self._seed, 0)))
        return len(drawn), int(sizes.sum())

    def _drawn(self, epoch: int, rng: np.random.Generator) -> tuple[list[Index], NDArray[np.int64]]:
        lengths = self._store.tokens.lengths()
        drawn: list[Index] = []
        sizes: list[int] = []
        for number, notebook in enumerate(self._store.notebooks):
            first = int(rng.integers(self._length // 2, self._length + 1))
            for start, end, size in pieces(lengths[notebook.cells].tolist(), first, self._length):
                drawn.append((epoch, number, start, end))
                sizes.append(size)
        return drawn, np.array(sizes, dtype=np.int64)
