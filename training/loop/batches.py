"""Batches of one process among several."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
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
    that accumulates ``count`` times A. Where batches are missing for the last round of an epoch,
    its first one stands in, and :meth:`weights` says that it counts nothing. The Trainer reaches
    ``batch_sampler`` to set the epoch.
    """

    def __init__(self, batches: EpochBatches, rank: int, count: int) -> None:
        self.batch_sampler = batches
        self._rank, self._count = rank, count

    def set_epoch(self, epoch: int) -> None:
        """Another draw for another epoch."""
        self.batch_sampler.set_epoch(epoch)

    def __len__(self) -> int:
        return -(-len(self.batch_sampler) // self._count)

    def __iter__(self) -> Iterator[Any]:
        given, first = 0, None
        for number, batch in enumerate(islice(self.batch_sampler, len(self.batch_sampler))):
            first = batch if first is None else first
            if number % self._count == self._rank:
                given += 1
                yield batch
        if given < len(self):
            yield first

    def weights(self, step: int, accumulate: int) -> list[float]:
        """What the loss of each of this process's batches counts in a step; 1 where all are full.

        The losses are then divided by the number of this process's batches and averaged over the
        processes: the mean over all batches of the step, whatever their sizes.

        Args:
            step: Of the epoch, from 0.
            accumulate: Batches to a step in one process.
        """
        total, first = len(self.batch_sampler), step * accumulate * self._count
        there = min(total - first, accumulate * self._count)
        own = min(accumulate, len(self) - step * accumulate)
        full = own * self._count / there
        numbers = range(first + self._rank, first + own * self._count, self._count)
        return [full if number < total else 0.0 for number in numbers]
