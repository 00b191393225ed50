"""An ensemble: members, their weights, and the settings fitted for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.precedence import Placement, Precedence, mix
from jupyter_cellorder.review.settings import ReviewSettings


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
    """

    members: tuple[Member, ...]
    weights: tuple[float, ...]
    name: str
    review: ReviewSettings = field(default_factory=ReviewSettings)
    diagonal: float = 0.0

    def __post_init__(self) -> None:
        """Refuse an ensemble that could not answer."""
        if not self.members or len(self.members) != len(self.weights):
            raise ValueError(
                f"{len(self.members)} members and {len(self.weights)} weights make no ensemble"
            )

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """Ask every member and mix the answers.

        Raises:
            Cancelled: `cancelled` returned true before or after a member answered.
        """
        answers = []
        for member in self.members:
            check(cancelled)
            answers.append(member.precedence(placement, cancelled))
        check(cancelled)
        return answers[0] if len(answers) == 1 else mix(answers, self.weights)


def check(cancelled: Callable[[], bool] | None) -> None:
    """Raise `Cancelled` where the caller no longer wants the answer."""
    if cancelled is not None and cancelled():
        raise Cancelled
