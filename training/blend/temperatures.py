"""The temperature of a member with ranks or next-cell scores: how sure it is allowed to be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_cellorder.members.adapters import from_next_cell, from_rank
from jupyter_cellorder.precedence import Precedence
from training.blend.held_out import Asked

_LEAST, _MOST = 1e-3, 1e2  # temperatures looked at
_COARSE = 12  # points over that range before the search narrows
_CLOSE = 0.01  # relative
_SURE = 1e-6  # a pair's probability is kept this far from 0 and 1

Adapter = Callable[[Precedence, float, float], Precedence]
"""An answer, the temperature that it was given under, and another one: the answer under that."""


@dataclass(frozen=True)
class Fitted:
    """A temperature and what it is worth.

    ``before`` and ``after``: mean log-loss of a pair (natural logarithm) under the present and
    under the fitted temperature.
    """

    present: float
    fitted: float
    before: float
    after: float


def rank_at(answer: Precedence, present: float, temperature: float) -> Precedence:
    """The ranks are kept as they are; see :data:`Adapter`."""
    assert answer.rank is not None
    return from_rank(answer.rank, answer.anchors, temperature)


def next_cell_at(answer: Precedence, present: float, temperature: float) -> Precedence:
    """Log-probabilities of the gaps are the scores but for a constant; see :data:`Adapter`."""
    assert answer.gap is not None
    scores = present * np.log(np.maximum(answer.gap, 1e-300))
    return from_next_cell(scores, temperature)


ADAPTERS: dict[str, Adapter] = {"pointwise": rank_at, "pairwise": next_cell_at}
"""By kind of member; a kind that is not here has no temperature."""


def fit(asked: Sequence[Asked], at: int, adapter: Adapter, present: float) -> Fitted:
    """The temperature of member ``at`` under which the true order of all pairs is likeliest.

    Pairs are those that Kendall tau counts and a member speaks of: float and anchor, and two
    floats. A coarse grid, then golden-section search around its best point; no derivatives.
    """

    def loss(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        total, pairs = 0.0, 0
        for one in asked:
            lost, count = _loss(adapter(one.answers[at], present, temperature), one)
            total, pairs = total + lost, pairs + count
        return total / max(1, pairs)

    grid = np.linspace(math.log(_LEAST), math.log(_MOST), _COARSE)
    best = int(np.argmin([loss(value) for value in grid]))
    low, high = grid[max(0, best - 1)], grid[min(_COARSE - 1, best + 1)]
    found = golden_section(loss, float(low), float(high), _CLOSE)
    before, after = loss(math.log(present)), loss(found)
    if after >= before:
        return Fitted(present, present, before, before)
    return Fitted(present, math.exp(found), before, after)


def golden_section(loss: Callable[[float], float], low: float, high: float, close: float) -> float:
    """Where a function with one minimum in [low, high] has it, to within ``close``."""
    share = (math.sqrt(5) - 1) / 2
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > close:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = loss(right)
    return (low + high) / 2


def _loss(answer: Precedence, one: Asked) -> tuple[float, int]:
    """Sum of log-loss over the pairs of one notebook, and their number."""
    anchors, floats = one.truth[: answer.anchors], one.truth[answer.anchors :]
    upper = np.triu_indices(answer.floats, 1)
    said = np.concatenate([answer.after.ravel(), answer.before[upper]])
    true = np.concatenate(
        [
            (floats[:, None] > anchors[None, :]).ravel(),
            (floats[:, None] < floats[None, :])[upper],
        ]
    )
    likely = np.clip(np.where(true, said, 1 - said), _SURE, 1)
    return -float(np.log(likely).sum()), len(likely)
