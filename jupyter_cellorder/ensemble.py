"""An ensemble: members, their weights, and the settings fitted for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.precedence import Placement, Precedence, mix
from jupyter_cellorder.strategies import DEFAULT, STRATEGIES


@dataclass(frozen=True)
class ReviewSettings:
    """Numbers of review mode, fitted on a corpus and kept in the bundle's manifest.

    Attributes:
        folds: number of interleaved groups in which the markdown is asked; the others anchor it.
        threshold: evidence (log-odds of the best gap against the present one, natural
            logarithm) from which a cell becomes a candidate.
        confirm_threshold: evidence that a candidate must reach again when all candidates float
            together.
        least_probability: what the best gap must have of the probability in the second answer.
            Far from its place a cell is easily known to stand wrong; where it belongs is another
            matter.
        max_share: no more than this share of the markdown (but always one cell) is moved; where
            more would be, the strongest evidence wins.
        calibration: slope and intercept of the logistic that turns the log-odds of the best gap in
            the second answer into the confidence; (1, 0) leaves the member's probability as it is.

    Raises:
        ValueError: a number that makes no sense.
    """

    folds: int = 6
    threshold: float = 2.0
    confirm_threshold: float = 2.0
    least_probability: float = 0.0
    max_share: float = 0.34
    calibration: tuple[float, float] = (1.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if self.folds < 1:
            raise ValueError(f"folds is {self.folds} and must be at least 1")
        if not (self.threshold >= 0 and self.confirm_threshold >= 0):
            raise ValueError("the thresholds of review must not be negative")
        if not 0 <= self.least_probability < 1:
            raise ValueError(f"least_probability is {self.least_probability}, not in [0, 1)")
        if not 0 < self.max_share <= 1:
            raise ValueError(f"max_share is {self.max_share} and must be in (0, 1]")


@dataclass(frozen=True, eq=False)
class Answer:
    """What one member said of one question.

    Attributes:
        name: the member's.
        weight: its say among the others.
        precedence: what it said.
        seconds: time it took; what it remembered took none.
        gflop: 1e9 operations of its networks, unpadded, as if it had remembered nothing.
    """

    name: str
    weight: float
    precedence: Precedence
    seconds: float
    gflop: float


@dataclass(frozen=True)
class Ensemble:
    """Members that answer together.

    Attributes:
        members: at least one.
        weights: one for each member, not negative, not all zero.
        name: the bundle's name.
        review: settings of review mode.
        diagonal: strength of the prior, used where markdown order is kept, that markdown is
            spread evenly among the code; see `decode.monotone_alignment`.
        strategy: how evaluation makes one order of the members' answers, one of
            `strategies.STRATEGIES`. A suggestion always follows their mixed precedence: its gains
            and confidences are those of pairs, and review mode needs probabilities.

    Raises:
        ValueError: an ensemble that could not answer.
    """

    members: tuple[Member, ...]
    weights: tuple[float, ...]
    name: str
    review: ReviewSettings = field(default_factory=ReviewSettings)
    diagonal: float = 0.0
    strategy: str = DEFAULT

    def __post_init__(self) -> None:
        """Refuse an ensemble that could not answer."""
        if not self.members or len(self.members) != len(self.weights):
            raise ValueError(
                f"{len(self.members)} members and {len(self.weights)} weights make no ensemble"
            )
        if self.strategy not in STRATEGIES:
            raise ValueError(f"there is no strategy {self.strategy!r}")

    def with_weights(self, weights: Sequence[float]) -> Ensemble:
        """The same members, weighed otherwise; see `strategies.parse_weights`.

        Raises:
            ValueError: as many as members are not given.
        """
        return replace(self, weights=tuple(weights))

    def answers(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> list[Answer]:
        """Ask every member, in their order.

        Raises:
            Cancelled: `cancelled` returned true before or after a member answered.
        """
        return [
            Answer(member.name, weight, said, seconds, member.gflop(placement))
            for member, weight, said, seconds in self._asked(placement, cancelled)
        ]

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """Ask every member and mix the answers.

        Raises:
            Cancelled: `cancelled` returned true before or after a member answered.
        """
        answers = [said for _, _, said, _ in self._asked(placement, cancelled)]
        return answers[0] if len(answers) == 1 else mix(answers, self.weights)

    def _asked(
        self, placement: Placement, cancelled: Callable[[], bool] | None
    ) -> Iterator[tuple[Member, float, Precedence, float]]:
        """Each member, its weight, its answer and the seconds that it took."""
        for member, weight in zip(self.members, self.weights, strict=True):
            check(cancelled)
            began = time.perf_counter()
            said = member.precedence(placement, cancelled)
            yield member, weight, said, time.perf_counter() - began
        check(cancelled)


def check(cancelled: Callable[[], bool] | None) -> None:
    """Raise `Cancelled` where the caller no longer wants the answer."""
    if cancelled is not None and cancelled():
        raise Cancelled
