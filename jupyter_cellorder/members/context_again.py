"""Asking the ``context`` network again about its own answer.

The network was trained with any part of the markdown placed already. So when all of it floats, the
order that its first answer leads to is taken for true, and half of the floats are asked about once
more among the code and the other half; then the other half. What it says the second time is mixed
in with a small weight: errors of the first order are anchors of the second question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.precedence import Precedence

Array = NDArray[np.float64]
Question = tuple[Sequence[int], Sequence[int]]
"""Anchors and floats, as indices of the first question (anchors 0..N-1, floats N..N+M-1)."""

_EPSILON = 1e-6


def halves(keys: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """The floats in two halves that depend on what they are, not on how they were given.

    Args:
        keys: (M,) what each float holds.
    """
    ranked = sorted(range(len(keys)), key=lambda row: keys[row])
    return sorted(ranked[::2]), sorted(ranked[1::2])


def asked_again(
    first: Precedence,
    parts: Sequence[Sequence[int]],
    weight: float,
    ask: Callable[[Sequence[Question]], Iterable[Precedence]],
) -> Precedence:
    """The first answer with the second ones mixed in.

    Args:
        first: the answer about M floats among N anchors; it has a gap.
        parts: rows of the floats that are asked about anew together; every float is in one part.
        weight: of the second answers, 0..1; the first has the rest.
        ask: asks the network about all parts.
    """
    n, m = first.anchors, first.floats
    order = least_inversions(first)
    # Log-odds that the row stands after the column (N code, then M floats), and how often asked.
    odds, count = np.zeros((m, n + m)), np.zeros((m, n + m))
    gap = np.zeros((m, n + 1))
    questions = []
    for part in parts:
        moving = {n + row for row in part}
        anchors = [index for index in order if index not in moving]
        questions.append((anchors, [n + row for row in part]))
    for part, (anchors, _), answer in zip(parts, questions, ask(questions), strict=True):
        assert answer.gap is not None
        rows = np.array(part, dtype=np.intp)
        own = np.array(anchors, dtype=np.intp)
        after = _log_odds(answer.after)
        odds[np.ix_(rows, own)] += after
        count[np.ix_(rows, own)] += 1
        # The same pairs, seen from the floats that were anchors this time.
        placed = own >= n
        odds[np.ix_(own[placed] - n, n + rows)] -= after[:, placed].T
        count[np.ix_(own[placed] - n, n + rows)] += 1
        odds[np.ix_(rows, n + rows)] -= _log_odds(answer.before)
        count[np.ix_(rows, n + rows)] += 1
        # Gaps that only placed floats part are one gap of the first question.
        passed = np.concatenate([[0], np.cumsum(~placed)])
        for number, row in enumerate(part):
            gap[row] = np.bincount(passed, answer.gap[number], minlength=n + 1)
    second = odds / np.maximum(count, 1)
    np.fill_diagonal(second[:, n:], 0.0)
    return Precedence(
        after=_mixed(_log_odds(first.after), second[:, :n], weight),
        before=_mixed(_log_odds(first.before), -second[:, n:], weight),
        gap=_mixed_gap(first, gap, weight),
    )


def _mixed(first: Array, second: Array, weight: float) -> Array:
    probability: Array = 1 / (1 + np.exp(-((1 - weight) * first + weight * second)))
    return probability


def _mixed_gap(first: Precedence, second: Array, weight: float) -> Array:
    logs = (1 - weight) * first.log_gap() + weight * np.log(np.clip(second, _EPSILON, None))
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    gap: Array = shares / shares.sum(axis=1, keepdims=True)
    return gap


def _log_odds(probability: Array) -> Array:
    kept = np.clip(probability, _EPSILON, 1 - _EPSILON)
    odds: Array = np.log(kept) - np.log1p(-kept)
    return odds
