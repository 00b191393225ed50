"""From what the members of 2022 say, a rank or next-cell scores, to Precedence.

Both have a temperature, fitted on held-out notebooks: an answer that is sure and wrong costs an
ensemble most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jupyter_cellorder.precedence import Precedence

Array = NDArray[np.float64]


def anchor_ranks(anchors: int, floats: int) -> Array:
    """(N,) percentile rank of each anchor in a notebook whose floats are spread evenly."""
    at = np.arange(anchors)
    places: Array = (at + floats * (at + 1) / (anchors + 1)) / max(1, anchors + floats)
    return places


def from_rank(rank: ArrayLike, anchors: int, temperature: float) -> Precedence:
    """Precedence from percentile ranks.

    Args:
        rank: (M,) place of each float, 0..1; values beyond are cut.
        anchors: N.
        temperature: Difference of rank that stands for one unit of log-odds, positive.
    """
    ranks = np.clip(np.asarray(rank, dtype=np.float64), 0, 1)
    after = _logistic((ranks[:, None] - anchor_ranks(anchors, len(ranks))[None]) / temperature)
    before = _logistic((ranks[None, :] - ranks[:, None]) / temperature)
    return Precedence(after, before, None, ranks)


def from_next_cell(
    scores: ArrayLike, temperature: float, widths: Sequence[int] | None = None
) -> Precedence:
    """Precedence from next-cell scores, floats taken to be independent of each other.

    Args:
        scores: (M, C + 1) log-odds that the float is followed by this of C code cells; the last
            column is the end of the notebook.
        temperature: Divides the scores, positive.
        widths: (C + 1,) how many gaps each column stands for, where markdown that is already placed
            parts them: they share its probability evenly, and N + 1 is their sum. One each where it
            is left out.
    """
    scaled = np.asarray(scores, dtype=np.float64) / temperature
    gap = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    gap /= gap.sum(axis=1, keepdims=True)
    if widths is not None:
        gap = np.repeat(gap / np.asarray(widths), widths, axis=1)
    beyond = np.cumsum(gap[:, ::-1], axis=1)[:, ::-1]  # in this gap or a later one
    later = np.concatenate([beyond[:, 1:], np.zeros((len(gap), 1))], axis=1)
    before = gap @ later.T + 0.5 * (gap @ gap.T)
    before = (before + 1 - before.T) / 2
    np.fill_diagonal(before, 0.5)
    return Precedence(np.clip(beyond[:, 1:], 0, 1), np.clip(before, 0, 1), gap)


def _logistic(x: Array) -> Array:
    probability: Array = 1 / (1 + np.exp(-np.clip(x, -30, 30)))
    return probability
