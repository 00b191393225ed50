"""Sequences to learn from, in batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from jupyter_cellorder.precedence import Precedence
from training.data.cells import CellStore
from training.data.epoch_size import same_size

Index: TypeAlias = tuple[int, int, int]  # notebook, index of the markdown, index of a code cell


@dataclass(frozen=True)
class Row:
    """One sequence, the plain numbers beside it, and the answer."""

    ids: Sequence[int]
    types: Sequence[int]
    extras: Sequence[float]
    target: float


@dataclass(frozen=True)
class Draws:
    """What one epoch shows: an index and the length of its sequence each."""

    indices: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Questions(Protocol):
    """A task over sequences: what it shows, and what its scores mean.

    ``extras``: plain numbers beside each sequence; ``temperature``: before one is fitted.
    """

    extras: int
    temperature: float

    def draws(self, store: CellStore, rng: np.random.Generator) -> Draws:
        """One epoch."""

    def row(self, store: CellStore, index: Index) -> Row:
        """One sequence."""

    def ask_all(self, store: CellStore, notebook: int) -> list[Row]:
        """All that is asked of a notebook, the markdown in the author's order."""

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """A scalar, from (B,) scores and (B,) targets."""

    def precedence(
        self, scores: NDArray[np.float64], anchors: int, temperature: float
    ) -> Precedence:
        """What the scores of :meth:`ask_all` say."""


class SequenceBatch(NamedTuple):
    """B padded sequences.

    ``ids``, ``mask``, ``types`` (B, T); ``extras`` (B, E); ``target`` (B,).
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    extras: Tensor
    target: Tensor

    def text_tokens(self) -> int:
        """Tokens that are not padding."""
        return int(self.mask.sum())


def collate(rows: Sequence[Row], pad: int, types: int) -> SequenceBatch:
    """Pad rows to the longest; an encoder with one ``types`` only sees zeros."""
    shape = len(rows), max(len(row.ids) for row in rows)
    ids, mask = np.full(shape, pad, np.int64), np.zeros(shape, np.int64)
    kinds = np.zeros(shape, np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = row.ids
        mask[at, : len(row.ids)] = 1
        if types > 1:
            kinds[at, : len(row.types)] = row.types
    tensor = torch.from_numpy
    return SequenceBatch(
        tensor(ids),
        tensor(mask),
        tensor(kinds),
        torch.tensor([row.extras for row in rows], dtype=torch.float32).reshape(len(rows), -1),
        torch.tensor([row.target for row in rows], dtype=torch.float32),
    )


class Rows(Dataset[Row]):
    """Rows by index: the same index is always the same row."""

    def __init__(self, store: CellStore, questions: Questions) -> None:
        self._store, self._questions = store, questions

    def __len__(self) -> int:
        return len(self._store.notebooks)

    def __getitem__(self, index: Index) -> Row:
        return self._questions.row(self._store, index)


class LikeLengths(Sampler[list[Index]]):
    """Batches of ``batch`` sequences of like length, in random order; other draws every epoch."""

    def __init__(self, store: CellStore, questions: Questions, batch: int, seed: int) -> None:
        self._store, self._questions = store, questions
        self._batch, self._seed = batch, seed
        self._epoch = 0
        first = self._drawn(0)
        self._size = len(first.indices)
        longest = np.maximum.reduceat(first.lengths, np.arange(0, self._size, batch))
        sizes = np.minimum(batch, self._size - batch * np.arange(len(longest)))
        self.padding = 1 - float(first.lengths.sum() / (longest * sizes).sum())
        self.tokens = int(first.lengths.sum())

    def set_epoch(self, epoch: int) -> None:
        """Another draw for another epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return -(-self._size // self._batch)

    def __iter__(self) -> Iterator[list[Index]]:
        drawn = self._drawn(self._epoch).indices
        rng = np.random.default_rng((self._seed, self._epoch, 1))
        drawn = drawn[same_size(len(drawn), self._size, rng)]
        for at in rng.permutation(len(self)):
            rows = drawn[at * self._batch : (at + 1) * self._batch]
            yield [(int(notebook), int(markdown), int(code)) for notebook, markdown, code in rows]

    def _drawn(self, epoch: int) -> Draws:
        """The epoch's draws, nearly sorted by length: other neighbours every epoch."""
        rng = np.random.default_rng((self._seed, epoch))
        draws = self._questions.draws(self._store, rng)
        order = np.argsort(draws.lengths * rng.uniform(0.97, 1.03, len(draws.lengths)))
        return Draws(draws.indices[order], draws.lengths[order])
