"""Shares of things counted, with intervals, and how right the surety of each thing was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.metric import resampled_sums

BINS = 10

Interval: TypeAlias = tuple[float, float] | None
"""95 % cluster bootstrap; None with fewer than two clusters, or where nothing was counted."""


def drawn_sums(
    sums: NDArray[np.float64], clusters: Sequence[str], seed: int
) -> NDArray[np.float64] | None:
    """Sums of the columns of `sums` (notebooks, figures) over resampled clusters.

    Returns:
        (resamples, figures); None where there is but one cluster.
    """
    return resampled_sums(sums, clusters, seed=seed) if len(set(clusters)) > 1 else None


def share_interval(drawn: NDArray[np.float64] | None, part: int, whole: int) -> Interval:
    """Of one column of the resamples as a share of another."""
    if drawn is None:
        return None
    # A resample without any has no share.
    kept = drawn[drawn[:, whole] > 0]
    if not len(kept):
        return None
    low, high = np.quantile(kept[:, part] / kept[:, whole], [0.025, 0.975])
    return float(low), float(high)


def percent(share: float | None) -> str:
    """Six characters."""
    return "     -" if share is None else f"{share:6.1%}"


def span(interval: Interval, unit: str = "%") -> str:
    """An interval in percent, or as it is."""
    if interval is None:
        return "(none)"
    low, high = interval
    return f"{low:.1%} .. {high:.1%}" if unit == "%" else f"{low:.2f} .. {high:.2f}"


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.float64], bins: int = BINS
) -> tuple[tuple[float, float, int], ...]:
    """Mean confidence, share right and number of moves in bins of equal mass, ascending."""
    ranked = np.argsort(confidence, kind="stable")
    return tuple(
        (float(confidence[part].mean()), float(right[part].mean()), len(part))
        for part in np.array_split(ranked, bins)
        if len(part)
    )


def calibration_error(bins: Iterable[tuple[float, float, int]]) -> float | None:
    """Expected calibration error: mean distance of confidence and share right, by moves."""
    gaps = [(abs(sure - right), moves) for sure, right, moves in bins]
    total = sum(moves for _, moves in gaps)
    return sum(gap * moves for gap, moves in gaps) / total if total else None
