"""Lengths, counted by value: exact percentiles of any number of them in little memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (5, 25, 50, 75, 95)


class Tally:
    """How often each length occurs; memory grows with the distinct lengths alone."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, lengths: Iterable[int]) -> None:
        """Count some lengths."""
        self._counts.update(lengths)

    def __len__(self) -> int:
        return self._counts.total()

    @property
    def total(self) -> int:
        """The sum of all lengths."""
        return sum(length * count for length, count in self._counts.items())

    @property
    def largest(self) -> int:
        """The greatest length."""
        return max(self._counts)

    def sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The distinct lengths in ascending order, and how often each occurs."""
        pairs = np.array(sorted(self._counts.items()), dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def percentile(self, percent: float) -> int:
        """The least length that ``percent`` of all do not exceed."""
        lengths, counts = self.sorted()
        below = np.cumsum(counts)
        return int(lengths[np.searchsorted(below, percent / 100 * below[-1])])

    def pair_weight(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the notebooks, the longest first, and of the weight that these carry.

        Kendall tau is pooled over notebooks, and one of n cells weighs n (n - 1) in it. Both
        ascend from 0 to 1, with a point for every distinct length.
        """
        lengths, counts = (column[::-1].astype(np.float64) for column in self.sorted())
        weight = counts * lengths * (lengths - 1)
        shares = [
            np.concatenate([[0.0], np.cumsum(one) / max(one.sum(), 1)]) for one in (counts, weight)
        ]
        return shares[0], shares[1]

    def weight_of_longest(self, share: float) -> float:
        """Share of the weight n (n - 1) that this share of the notebooks, the longest, carries."""
        return float(np.interp(share, *self.pair_weight()))

    def summary(self) -> dict[str, float]:
        """Mean, percentiles, greatest length, sum and number; empty where nothing was counted."""
        if not len(self):
            return {}
        return {
            "mean": self.total / len(self),
            **{f"{percent}%": self.percentile(percent) for percent in PERCENTILES},
            "max": self.largest,
            "total": self.total,
            "count": len(self),
        }
