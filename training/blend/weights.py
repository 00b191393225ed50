"""Weights that give the highest Kendall tau: a search without derivatives, cross-validated."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.metric import cluster_bootstrap, pooled_tau
from training.blend.held_out import Asked

STEPS = (2, 1)  # in half octaves: by 2, then by the square root of 2
_LARGEST = 8  # half octaves between the largest weight and the least that is not zero

Exponents = tuple[int | None, ...]
"""Weights on a grid: 2^(exponent / 2) of the largest, whose exponent is 0; None is zero."""


class Clock:
    """Says when a search has to end; None: never."""

    def __init__(self, minutes: float | None) -> None:
        self._end = None if minutes is None else time.monotonic() + 60 * minutes

    def is_over(self) -> bool:
        """Whether the time is spent."""
        return self._end is not None and time.monotonic() >= self._end


def weights_of(exponents: Exponents) -> tuple[float, ...]:
    """Plain weights, the largest 1."""
    return tuple(0.0 if one is None else 2.0 ** (one / 2) for one in exponents)


class Scores:
    """Inversions of every notebook under any weights; each weighing is decoded once and kept."""

    def __init__(self, asked: Sequence[Asked], strategy: str) -> None:
        self.asked, self.strategy = asked, strategy
        self.cells = np.array([one.cells for one in asked])
        self.clusters = [one.cluster for one in asked]
        self._known: dict[tuple[float, ...], NDArray[np.int64]] = {}

    def inversions(self, weights: Sequence[float]) -> NDArray[np.int64]:
        """(notebooks,) inversions."""
        key = tuple(float(weight) / max(weights) for weight in weights)
        if key not in self._known:
            found = [one.inversions(self.strategy, key) for one in self.asked]
            self._known[key] = np.array(found, dtype=np.int64)
        return self._known[key]

    def tau(self, weights: Sequence[float], rows: NDArray[np.bool_] | None = None) -> float:
        """K over the notebooks, or over some of them."""
        found = self.inversions(weights)
        if rows is None:
            return pooled_tau(found, self.cells)
        return pooled_tau(found[rows], self.cells[rows])


def search(
    scores: Scores, among: Sequence[bool], clock: Clock, rows: NDArray[np.bool_] | None = None
) -> tuple[float, ...]:
    """Coordinate ascent on K from equal weights, on a grid of half octaves.

    Member by member a greater and a lesser weight and none at all are tried, and what is better is
    kept; where a round finds nothing, the steps get smaller, and then it ends.

    Args:
        scores: What is maximised.
        among: Which members may have a weight.
        clock: Where its time is over, the best so far is returned.
        rows: Notebooks that count; all where it is left out.
    """
    best: Exponents = tuple(0 if may else None for may in among)
    highest = scores.tau(weights_of(best), rows)
    for step in STEPS:
        improved = True
        while improved:
            improved = False
            for at in np.flatnonzero(among):
                for candidate in _changed(best, int(at), step):
                    if clock.is_over():
                        return weights_of(best)
                    tau = scores.tau(weights_of(candidate), rows)
                    if tau > highest:
                        best, highest, improved = candidate, tau, True
    return weights_of(best)


def _changed(exponents: Exponents, at: int, step: int) -> list[Exponents]:
    """The weights with that of one member changed."""
    now = exponents[at]
    if now is None:
        values: list[int | None] = [0]
    else:
        alone = sum(one is not None for one in exponents) == 1
        values = [] if alone else [now + step, now - step, None]
    return [_scaled((*exponents[:at], value, *exponents[at + 1 :])) for value in values]


def _scaled(exponents: Exponents) -> Exponents:
    """The same weights with the largest at 0, and the least not out of sight."""
    largest = max(one for one in exponents if one is not None)
    return tuple(None if one is None else max(one - largest, -_LARGEST) for one in exponents)


@dataclass(frozen=True)
class Gain:
    """What fitted weights gain over equal ones on notebooks that they were not fitted on.

    Attributes:
        folds: How many.
        equal: K with equal weights.
        fitted: K with each fold's notebooks under the weights fitted on the other folds.
        interval: 95 %, of the difference of the two, by a paired bootstrap over repositories.
    """

    folds: int
    equal: float
    fitted: float
    interval: tuple[float, float]


def cross_validated(
    scores: Scores, among: Sequence[bool], clock: Clock, folds: int, seed: int
) -> Gain:
    """Fit ``folds`` times, a repository being in one fold only.

    The search's clock is one for all: a fold that comes too late keeps equal weights.
    """
    names = sorted(set(scores.clusters))
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {names[at]: place % folds for place, at in enumerate(order)}
    fold = np.array([fold_of[name] for name in scores.clusters])
    equal = scores.inversions([float(may) for may in among])
    found = equal.copy()
    for number in range(folds):
        rest = fold != number
        weights = search(scores, among, clock, rest)
        found[~rest] = scores.inversions(weights)[~rest]
    return Gain(
        folds,
        pooled_tau(equal, scores.cells),
        pooled_tau(found, scores.cells),
        paired_interval(found, equal, scores.cells, scores.clusters),
    )


def paired_interval(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    cells: NDArray[np.int64],
    clusters: Sequence[str],
) -> tuple[float, float]:
    """95 % interval of K(first) - K(second) on the same notebooks, drawn by whole clusters."""
    # K is linear in the inversions, so that of their difference is 1 + the difference.
    low, high = cluster_bootstrap(first - second, cells, clusters)
    return low - 1, high - 1


def shown(weights: Sequence[float]) -> str:
    """Weights as ``--weights`` takes them, the least that is not zero being 1."""
    least = min(weight for weight in weights if weight > 0)
    return ":".join(f"{weight / least:.3g}" if math.isfinite(weight) else "?" for weight in weights)
