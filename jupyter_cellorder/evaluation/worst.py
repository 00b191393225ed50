"""The notebooks that cost most, kept with their text while all others are let go."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.evaluation.score import Row, Score


@dataclass(frozen=True)
class Case:
    """One notebook and the order that was found for it.

    Attributes:
        example: In its author's order.
        order: For each place, the index of its cell in the example's notebook.
        score: Of that order.
    """

    example: Example
    order: tuple[int, ...]
    score: Score


class Worst:
    """Keeps the notebooks with the most inversions: K is pooled, so they cost it most."""

    def __init__(self, most: int, kept: Contender = OWN) -> None:
        """Keep none yet.

        Args:
            most: Notebooks to keep.
            kept: Whose order `Row.order` is.
        """
        self._most = most
        self._contender = kept
        # The count breaks ties, so that cases are never compared; earlier ones win.
        self._heap: list[tuple[int, int, Case]] = []
        self._count = 0

    def add(self, example: Example, row: Row) -> None:
        """Look at one notebook."""
        if row.refused is not None:
            return
        score = row.scores[self._contender]
        self._count += 1
        entry = (score.inversions, -self._count, Case(example, tuple(row.order), score))
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def cases(self) -> list[Case]:
        """The worst first; none that is in order."""
        entries = sorted(self._heap, key=lambda entry: entry[:2], reverse=True)
        return [case for wrong, _, case in entries if wrong]
