"""Batches of one process among several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from torch.utils.data import Sampler


class EpochBatches(Protocol):
    """Ready-made batches, other ones every epoch, always equally many."""

    def set_epoch(self, epoch: int) -> None:
        """Another draw for another epoch."""

    def __len__(self) -> int:
        """Batches in an epoch."""

    def __iter__(self) -> Iterator[Any]:
        """The epoch's batches."""


class OwnBatches(Sampler[Any]):
    """Every ``count``-th batch, from number ``rank``: as many for every process.

    So ``count`` processes that accumulate A batches see in one step what a single process sees
    that accumulates ``count`` times A. What does not fill a round at an epoch's end is left out.
    The Trainer reaches ``batch_sampler`` to set the epoch.
    """

    def __init__(self, batches: EpochBatches, rank: int, count: int) -> None:
        self.batch_sampler = batches
        self._rank, self._count = rank, count

    def set_epoch(self, epoch: int) -> None:
        """Another draw for another epoch."""
        self.batch_sampler.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self.batch_sampler) // self._count

    def __iter__(self) -> Iterator[Any]:
        whole = len(self) * self._count
        for number, batch in enumerate(self.batch_sampler):
            if number < whole and number % self._count == self._rank:
                yield batch
