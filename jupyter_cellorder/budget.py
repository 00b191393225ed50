"""Asking an ensemble when time is short: who is asked, about which cells, until when.

The cheapest members are asked first, of those that cost alike the one that is worth most, about
everything, until every float has been spoken about by one whose word counts alone (rules, which are
added to what others say, are not enough). If the others can then all be asked, they are, and the
result is what it would be without a budget. Otherwise the one that is worth most for its time is
asked next, about the floats that are still in doubt, as many as there is time for; then the next
one.

A float that is not in doubt stands, for those that are asked later, as an anchor where the answers
so far put it: a rank keeps its meaning, as the notebook keeps its size, and members that look at
markdown see it in place. About pairs that it was not asked, a member abstains.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.decode import least_inversions, monotone_alignment
from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.precedence import Array, Placement, Precedence, mix
from jupyter_cellorder.speed import Speeds

# A float is not in doubt where fewer anchors than this are expected on its wrong side. Of 1,811
# markdown cells of held-out notebooks, under the shipped bundle, a quarter were not in doubt, and
# had 2 % of all wrong pairs; the most doubtful tenth had 49 %.
SURE = 1.0

# Members whose costs differ by no more than this factor cost alike: what was measured of their
# speed differs by as much from one notebook to the next.
ALIKE = 1.5

Indices = NDArray[np.intp]

_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|)")
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0}


@dataclass(frozen=True, eq=False)
class Said:
    """What one member said of one question.

    Attributes:
        at: the member's index.
        precedence: of the whole question; 0.5 about what it was not asked.
        floats: indices of the floats that it was asked about.
        seconds: that it took.
    """

    at: int
    precedence: Precedence
    floats: tuple[int, ...]
    seconds: float


class Asking:
    """One question to an ensemble within a time.

    Args:
        members: who can be asked.
        weights: their say.
        worth: what each of them is worth, for choosing.
        speeds: what is known of their speed; learns from every answer.
        placement: the question.
        seconds: the time there is.
        cancelled: whether nobody wants the answer any more.
    """

    def __init__(
        self,
        members: Sequence[Member],
        weights: Sequence[float],
        worth: Sequence[float],
        speeds: Speeds,
        placement: Placement,
        seconds: float,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._end = time.monotonic() + seconds
        self._members, self._weights, self._worth = members, weights, worth
        self._speeds, self._placement, self._cancelled = speeds, placement, cancelled
        self._said: list[Said] = []

    def answers(self) -> list[Said]:
        """What was said, in the order of the members.

        Raises:
            Cancelled: ``cancelled`` returned true.
        """
        waiting = [at for at, weight in enumerate(self._weights) if weight > 0]
        to_do = {at: self._members[at].gflop(self._placement, remembered=True) for at in waiting}

        def cost(at: int) -> float:
            return self._speeds.predict(self._members[at].name, to_do[at])

        everything = np.arange(len(self._placement.floats))
        while waiting and not self._all_spoken_about():
            least = min(cost(at) for at in waiting)
            first = max(
                (at for at in waiting if cost(at) <= ALIKE * least),
                key=lambda at: self._worth[at],
            )
            waiting.remove(first)
            self._ask(first, everything, bounded=False)
        while waiting:
            if sum(cost(at) for at in waiting) <= self._left():
                self._ask(waiting.pop(0), everything)
                continue
            best = max(waiting, key=lambda at: self._worth[at] / max(cost(at), 1e-9))
            waiting.remove(best)
            chosen = self._affordable(best, self._doubtful())
            if chosen.size:
                self._ask(best, chosen)
        return sorted(self._said, key=lambda said: said.at)

    def _left(self) -> float:
        return self._end - time.monotonic()

    def _all_spoken_about(self) -> bool:
        """Whether of every float somebody said where it stands among the anchors."""
        voices = [one.precedence.after for one in self._said if not one.precedence.added]
        if not voices:
            return False
        spoken = np.any([np.any(after != 0.5, axis=1) for after in voices], axis=0)
        return bool(np.all(spoken)) or not self._placement.anchors

    def _mixed(self, with_added: bool = True) -> Precedence:
        said = [one for one in self._said if with_added or not one.precedence.added]
        if len(said) == 1:
            return said[0].precedence
        return mix([one.precedence for one in said], [self._weights[one.at] for one in said])

    def _doubtful(self) -> Indices:
        """Floats in doubt, the most doubtful first."""
        after = self._mixed().after
        wrong = np.minimum(after, 1 - after).sum(axis=1)
        order: Indices = np.argsort(-wrong, kind="stable")
        doubtful: Indices = order[wrong[order] >= SURE]
        return doubtful

    def _affordable(self, at: int, doubtful: Indices) -> Indices:
        """As many of the floats, from the first, as a member can be asked about in time."""
        member, count = self._members[at], len(doubtful)
        while count and self._left() > 0:
            chosen = doubtful[:count]
            to_do = member.gflop(self._part(chosen)[0], remembered=True)
            seconds, left = self._speeds.predict(member.name, to_do), max(0.0, self._left())
            if seconds <= left:
                return chosen
            # Most members take so long for each float, and the rest of the time for none.
            count = min(count - 1, int(count * left / seconds))
        return doubtful[:0]

    def _part(self, chosen: Indices) -> tuple[Placement, Indices]:
        """The question about some floats, and the indices of its anchors in the whole one."""
        whole, floats = self._placement, np.sort(chosen)
        mixed, n = self._mixed(), len(whole.anchors)
        order = np.array(monotone_alignment(mixed) if whole.ordered else least_inversions(mixed))
        rest = order[~np.isin(order, n + floats)]
        cells = (*whole.anchors, *whole.floats)
        return (
            Placement(
                tuple(cells[index] for index in rest),
                tuple(whole.floats[index] for index in floats),
                whole.ordered,
            ),
            rest,
        )

    def _ask(self, at: int, chosen: Indices, bounded: bool = True) -> None:
        """Ask one member; where it is not done in time, it has not spoken."""
        member, floats = self._members[at], np.sort(chosen)
        whole = len(floats) == len(self._placement.floats)
        placement, rest = (self._placement, floats) if whole else self._part(floats)
        to_do = member.gflop(placement, remembered=True)
        began = time.monotonic()
        self._check()
        try:
            answer = member.precedence(placement, self._withdrawn if bounded else self._cancelled)
        except Cancelled:
            self._check()
            # What it has done is remembered: the next question finds it, and its speed is known.
            done = to_do - member.gflop(placement, remembered=True)
            self._speeds.learn(member.name, done, time.monotonic() - began)
            return
        seconds = time.monotonic() - began
        self._check()
        self._speeds.learn(member.name, to_do, seconds)
        if not whole:
            answer = spread(answer, floats, rest, self._mixed(with_added=False))
        self._said.append(Said(at, answer, tuple(floats.tolist()), seconds))

    def _withdrawn(self) -> bool:
        return self._left() <= 0 or (self._cancelled is not None and self._cancelled())

    def _check(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled


def spread(answer: Precedence, floats: Indices, rest: Indices, known: Precedence) -> Precedence:
    """The answer about some floats as one about all of them.

    About pairs of two other floats, and of another float with an anchor, it abstains: 0.5. Gaps,
    which have no such value, are for the other floats what is known already, so that a weighted
    mean with it stays as it is. Ranks are left out, as there are none for the others.

    Args:
        answer: of k floats and the anchors `rest`.
        floats: (k,) their indices among all M.
        rest: indices of the part's anchors in the whole question, 0..N-1 for its anchors, N + i
            for float i; its anchors in their order.
        known: what has been said before of the whole question, by all that the answer will be
            averaged with.
    """
    n, m = known.anchors, known.floats
    is_anchor = rest < n
    others = rest[~is_anchor] - n
    after: Array = np.full((m, n), 0.5)
    before: Array = np.full((m, m), 0.5)
    after[floats] = answer.after[:, is_anchor]
    before[np.ix_(floats, floats)] = answer.before
    before[np.ix_(floats, others)] = 1 - answer.after[:, ~is_anchor]
    before[np.ix_(others, floats)] = answer.after[:, ~is_anchor].T
    if answer.gap is None:
        return Precedence(after, before)
    gap = np.exp(known.log_gap())
    gap[floats] = 0.0
    # Gap g of the part lies behind so many anchors of the whole.
    passed = np.concatenate([[0], np.cumsum(is_anchor)])
    for of_part, of_whole in enumerate(passed):
        gap[floats, of_whole] += answer.gap[:, of_part]
    return Precedence(after, before, gap / gap.sum(axis=1, keepdims=True))


def parse_budget(text: str) -> float:
    """Seconds of a time as a person writes it: `2s`, `1.5`, `800ms`, `1m`.

    Raises:
        RequestError: `bad-budget`.
    """
    found = _TIME.fullmatch(text.strip())
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not seconds > 0:
        raise RequestError(
            f"{text!r} is no time to keep to. Give a number above 0, such as 2s, 800ms or 1m.",
            "bad-budget",
        )
    return seconds
