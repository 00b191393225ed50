"""Whether moves are as often right as the ensemble is sure of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from jupyter_cellorder.evaluation.score import Surety

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The moves of about the same confidence.

    Attributes:
        low: Least confidence of the bin.
        high: Where the next bin begins.
        moves: How many there were.
        confidence: Their mean confidence.
        crossed_right: Mean share of the cells crossed that truly belong on the other side, which is
            what the confidence speaks of.
        right_gap: Share of the moves that put the cell into its true gap.
    """

    low: float
    high: float
    moves: int
    confidence: float
    crossed_right: float
    right_gap: float


class Reliability:
    """Adds up moves by their confidence, in ten bins of equal width."""

    def __init__(self) -> None:
        # Columns: moves, and sums of confidence, crossed_right and right_gap.
        self._sums = np.zeros((BINS, 4))

    def add(self, moves: Iterable[Surety]) -> None:
        """Add the moves of one notebook."""
        for move in moves:
            row = min(int(move.confidence * BINS), BINS - 1)
            self._sums[row] += (1, move.confidence, move.crossed_right, move.right_gap)

    def bins(self) -> tuple[Bin, ...]:
        """The bins that hold moves."""
        found = []
        for number, (moves, *sums) in enumerate(self._sums.tolist()):
            if moves:
                means = [total / moves for total in sums]
                found.append(Bin(number / BINS, (number + 1) / BINS, int(moves), *means))
        return tuple(found)


def calibration_error(bins: Iterable[Bin]) -> float | None:
    """Expected calibration error: mean |confidence - crossed_right| over bins, weighed by moves.

    None where nothing was moved.
    """
    kept = list(bins)
    moves = sum(one.moves for one in kept)
    if not moves:
        return None
    return sum(one.moves * abs(one.confidence - one.crossed_right) for one in kept) / moves
