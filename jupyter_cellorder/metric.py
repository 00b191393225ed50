"""Kendall tau as AI4Code pools it, and its interval.

K = 1 - 4 * sum S / sum n (n - 1) over all notebooks, S being the inversions of a notebook's
predicted order and n its number of cells: pooled, never a mean of the notebooks' taus.
Source: https://www.kaggle.com/competitions/AI4Code/overview/evaluation
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jupyter_cellorder.errors import CellOrderError

# Resampled counts are drawn in pieces of about this many numbers, to bound the memory.
_DRAWN_AT_ONCE = 4_000_000


def inversions(order: Sequence[int]) -> int:
    """Number of pairs of `order` that stand in descending order, O(n log n) by merge sort.

    Args:
        order: numbers, all different.

    Raises:
        CellOrderError: `cells-differ` when a number occurs twice.
    """
    values = list(order)
    if len(set(values)) != len(values):
        raise CellOrderError(
            "A cell occurs twice in the predicted order. Give every cell exactly once.",
            "cells-differ",
        )
    return _sorted_and_counted(values)[1]


def rank_inversions(predicted: Sequence[Hashable], truth: Sequence[Hashable]) -> tuple[int, int]:
    """Inversions S of a predicted order, and the number of cells n.

    Args:
        predicted: every cell once, in the predicted order.
        truth: the same cells in the true order.

    Raises:
        CellOrderError: `cells-differ` when a cell is missing, occurs twice or is foreign; a
            missing cell would raise the score.
    """
    rank = {cell: index for index, cell in enumerate(truth)}
    if len(rank) != len(truth):
        raise CellOrderError(
            "A cell occurs twice in the true order. Give every cell exactly once.", "cells-differ"
        )
    foreign = [cell for cell in predicted if cell not in rank]
    if foreign:
        raise CellOrderError(
            f"The predicted order holds cell {foreign[0]!r}, which the notebook has not. "
            "Predict the cells of the notebook only.",
            "cells-differ",
        )
    missing = rank.keys() - set(predicted)
    if missing:
        raise CellOrderError(
            f"{len(missing)} of {len(truth)} cells are missing from the predicted order. "
            "Predict a place for every cell.",
            "cells-differ",
        )
    return inversions([rank[cell] for cell in predicted]), len(truth)


def pooled_tau(s: ArrayLike, n: ArrayLike) -> float:
    """K of several notebooks: 1 - 4 * sum S / sum n (n - 1).

    Args:
        s: (notebooks,) inversions.
        n: (notebooks,) numbers of cells.

    Raises:
        CellOrderError: `no-pairs` when no notebook has two cells.
    """
    wrong, pairs = _pooled_terms(s, n)
    if not pairs.sum():
        raise CellOrderError(
            "No notebook has two cells, so there is no order to measure. Give longer notebooks.",
            "no-pairs",
        )
    return float(1 - 4 * wrong.sum() / pairs.sum())


def kendall_tau(orders: Iterable[tuple[Sequence[Hashable], Sequence[Hashable]]]) -> float:
    """K of several notebooks, each a pair of the predicted and the true order of its cells.

    Raises:
        CellOrderError: `cells-differ` or `no-pairs`.
    """
    counted = [rank_inversions(predicted, truth) for predicted, truth in orders]
    return pooled_tau([s for s, _ in counted], [n for _, n in counted])


def cluster_bootstrap(
    s: ArrayLike,
    n: ArrayLike,
    clusters: Sequence[Hashable],
    replicates: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile interval of K where whole clusters are drawn with replacement.

    Notebooks of one repository are alike; drawing them one by one would make the interval too
    narrow. With a single cluster both ends are K itself and say nothing.

    Args:
        s: (notebooks,) inversions.
        n: (notebooks,) numbers of cells.
        clusters: (notebooks,) what each notebook belongs to.
        replicates: number of resamples.
        seed: of the random draws.

    Returns:
        2.5 % and 97.5 % quantiles of K.

    Raises:
        CellOrderError: `no-pairs` when no notebook has two cells.
        ValueError: lengths differ.
    """
    return interval95(resampled_taus(np.atleast_2d(np.asarray(s)), n, clusters, replicates, seed))


def resampled_sums(
    values: ArrayLike, clusters: Sequence[Hashable], replicates: int = 2000, seed: int = 0
) -> NDArray[np.float64]:
    """Sums over notebooks where whole clusters are drawn with replacement.

    Args:
        values: (notebooks, k) what is summed.
        clusters: (notebooks,) what each notebook belongs to.
        replicates: number of resamples.
        seed: of the random draws.

    Returns:
        (replicates, k) sums.
    """
    numbers: dict[Hashable, int] = {}
    member_of = np.array([numbers.setdefault(name, len(numbers)) for name in clusters])
    count = len(numbers)
    sums = np.stack(
        [
            np.bincount(member_of, column, minlength=count)
            for column in np.asarray(values, dtype=np.float64).T
        ],
        axis=1,
    )
    random = np.random.default_rng(seed)
    share = np.full(count, 1 / count)
    at_once = max(1, _DRAWN_AT_ONCE // count)
    return np.concatenate(
        [
            random.multinomial(count, share, size=min(at_once, replicates - done)) @ sums
            for done in range(0, replicates, at_once)
        ]
    )


def resampled_taus(
    s: ArrayLike,
    n: ArrayLike,
    clusters: Sequence[Hashable],
    replicates: int = 2000,
    seed: int = 0,
) -> NDArray[np.float64]:
    """K of several orders of the same notebooks, all on the same resamples of whole clusters.

    A column is one order's bootstrap distribution, and the difference of two columns that of their
    paired difference: which notebooks are hard cancels out.

    Args:
        s: (orders, notebooks) inversions.
        n: (notebooks,) numbers of cells.
        clusters: (notebooks,) what each notebook belongs to.
        replicates: number of resamples.
        seed: of the random draws.

    Returns:
        (resamples, orders) K; a resample of one-cell notebooks alone has none and is left out.

    Raises:
        CellOrderError: `no-pairs` when no notebook has two cells.
        ValueError: lengths differ.
    """
    wrong = np.asarray(s, dtype=np.float64)
    terms = [_pooled_terms(row, n)[0] for row in wrong]
    pairs = _pooled_terms(n, n)[1]
    if len(clusters) != len(pairs):
        raise ValueError(f"{len(pairs)} notebooks and {len(clusters)} clusters do not fit")
    pooled_tau(np.zeros(len(pairs)), n)  # refuses what has no pairs
    drawn = resampled_sums(np.stack([pairs, *terms], axis=1), clusters, replicates, seed)
    drawn = drawn[drawn[:, 0] > 0]
    taus: NDArray[np.float64] = 1 - 4 * drawn[:, 1:] / drawn[:, :1]
    return taus


def interval95(resampled: ArrayLike) -> tuple[float, float]:
    """2.5 % and 97.5 % quantiles of resampled values: the percentile interval."""
    low, high = np.quantile(np.asarray(resampled, dtype=np.float64), [0.025, 0.975])
    return float(low), float(high)


def _pooled_terms(s: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    wrong, cells = np.asarray(s, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if wrong.ndim != 1 or wrong.shape != cells.shape:
        raise ValueError(f"S {wrong.shape} and n {cells.shape} are not of one length")
    return wrong, cells * (cells - 1)


def _sorted_and_counted(values: list[int]) -> tuple[list[int], int]:
    if len(values) < 2:
        return values, 0
    middle = len(values) // 2
    left, in_left = _sorted_and_counted(values[:middle])
    right, in_right = _sorted_and_counted(values[middle:])
    merged: list[int] = []
    across = taken = 0
    for value in left:
        while taken < len(right) and right[taken] < value:
            merged.append(right[taken])
            taken += 1
        # Everything taken from the right so far stood behind this larger value.
        across += taken
        merged.append(value)
    return merged + right[taken:], in_left + in_right + across
