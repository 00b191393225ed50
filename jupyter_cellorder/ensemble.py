"""An ensemble: members, their weights, and the settings fitted for them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from jupyter_cellorder.budget import Asking, Said
from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.members.base import AnswersSeveral, Member
from jupyter_cellorder.precedence import Placement, Precedence, mix
from jupyter_cellorder.review.settings import ReviewSettings
from jupyter_cellorder.speed import Speeds
from jupyter_cellorder.strategies import DEFAULT, STRATEGIES


@dataclass(frozen=True, eq=False)
class Answer:
    """What one member said of one question.

    Attributes:
        name: the member's.
        weight: its say among the others.
        precedence: what it said.
        seconds: time it took; what it remembered took none.
        gflop: 1e9 operations of its networks, unpadded, for the whole question, as if it had
            remembered nothing.
        cells: floats that it was asked about; within a budget they may be fewer than there are.
    """

    name: str
    weight: float
    precedence: Precedence
    seconds: float
    gflop: float
    cells: int


@dataclass(frozen=True)
class Ensemble:
    """Members that answer together.

    Attributes:
        members: at least one.
        weights: one for each member, finite, not negative, not all zero.
        name: the bundle's name.
        review: settings of review mode.
        diagonal: strength of the prior, used where markdown order is kept, that markdown is
            spread evenly among the code; see `decode.monotone_alignment`.
        gap_temperature: how sure of a single cell's gap it may be; see
            `Precedence.gap_probability`.
        strategy: how evaluation makes one order of the members' answers, one of
            `strategies.STRATEGIES`. A suggestion always follows their mixed precedence: its gains
            and confidences are those of pairs, and review mode needs probabilities.
        values: for each member, what it is worth where time is short, such as the Kendall tau
            gained when it joins; None for its weight.
        speeds: what is known of the members' speed on this machine.

    Raises:
        ValueError: an ensemble that could not answer.
    """

    members: tuple[Member, ...]
    weights: tuple[float, ...]
    name: str
    review: ReviewSettings = field(default_factory=ReviewSettings)
    diagonal: float = 0.0
    strategy: str = DEFAULT
    values: tuple[float, ...] | None = None
    speeds: Speeds = field(default_factory=Speeds, compare=False, repr=False)
    gap_temperature: float = 1.0

    def __post_init__(self) -> None:
        """Refuse an ensemble that could not answer."""
        if not self.members or len(self.members) != len(self.weights):
            raise ValueError(
                f"{len(self.members)} members and {len(self.weights)} weights make no ensemble"
            )
        if not all(0 <= weight < math.inf for weight in self.weights) or not any(self.weights):
            raise ValueError("weights must be finite, not negative, and not all zero")
        if not 0 < self.gap_temperature < math.inf:
            raise ValueError("a temperature must be finite and above 0")
        if self.strategy not in STRATEGIES:
            raise ValueError(f"there is no strategy {self.strategy!r}")
        if self.values is not None and len(self.values) != len(self.members):
            raise ValueError(f"{len(self.members)} members and {len(self.values)} values differ")

    @property
    def worth(self) -> tuple[float, ...]:
        """What each member is worth where time is short."""
        return self.weights if self.values is None else self.values

    def with_weights(self, weights: Sequence[float]) -> Ensemble:
        """The same members, weighed otherwise; see `strategies.parse_weights`.

        Raises:
            ValueError: as many as members are not given.
        """
        return replace(self, weights=tuple(weights))

    def answers(
        self,
        placement: Placement,
        cancelled: Callable[[], bool] | None = None,
        *,
        budget: float | None = None,
    ) -> list[Answer]:
        """What members say, in their order.

        Args:
            placement: the question.
            cancelled: asked between members, and by them in long work.
            budget: seconds; None asks every member about everything. See
                `jupyter_cellorder.budget`.

        Raises:
            Cancelled: `cancelled` returned true before or after a member answered.
        """
        return [
            Answer(
                self.members[said.at].name,
                self.weights[said.at],
                said.precedence,
                said.seconds,
                self.members[said.at].gflop(placement),
                len(said.floats),
            )
            for said in self.heard(placement, cancelled, budget)
        ]

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """Ask every member and mix the answers.

        Raises:
            Cancelled: `cancelled` returned true before or after a member answered.
        """
        [answer] = self.precedences([placement], cancelled)
        return answer

    def precedences(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Precedence]:
        """Answers to several questions about one notebook, in their order, as they come.

        Raises:
            Cancelled: as `precedence`.
        """
        return map(self.mixed, self.heard_each(placements, cancelled))

    def heard(
        self,
        placement: Placement,
        cancelled: Callable[[], bool] | None = None,
        budget: float | None = None,
    ) -> list[Said]:
        """As `answers`, but nothing is counted that the answers themselves do not need."""
        if budget is not None:
            return Asking(
                self.members,
                self.weights,
                self.worth,
                self.speeds,
                placement,
                budget,
                cancelled,
            ).answers()
        [found] = self.heard_each([placement], cancelled)
        return found

    def heard_each(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[list[Said]]:
        """As `heard`, of several questions about one notebook, as the answers come.

        Where a member answers some of them at once, the first of those has taken the time of all.
        """
        answers = [_answers(member, placements, cancelled) for member in self.members]
        for _ in placements:
            found = []
            for at, answer_of in enumerate(answers):
                check(cancelled)
                began = time.perf_counter()
                answer = next(answer_of)
                everything = tuple(range(answer.floats))
                found.append(Said(at, answer, everything, time.perf_counter() - began))
            check(cancelled)
            yield found

    def mixed(self, heard: Sequence[Said]) -> Precedence:
        """One answer of several members', by their weights."""
        if len(heard) == 1:
            return heard[0].precedence
        return mix([said.precedence for said in heard], [self.weights[said.at] for said in heard])


def _answers(
    member: Member, placements: Sequence[Placement], cancelled: Callable[[], bool] | None
) -> Iterator[Precedence]:
    if isinstance(member, AnswersSeveral):
        return member.precedences(placements, cancelled)
    return (member.precedence(placement, cancelled) for placement in placements)


def check(cancelled: Callable[[], bool] | None) -> None:
    """Raise `Cancelled` where the caller no longer wants the answer."""
    if cancelled is not None and cancelled():
        raise Cancelled
