"""What every member of an ensemble is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from jupyter_cellorder.precedence import Placement, Precedence


@runtime_checkable
class Member(Protocol):
    """Something that says, for pairs of cells, which comes first."""

    @property
    def name(self) -> str:
        """Short name, unique inside the bundle."""

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """Answer the question.

        Args:
            placement: anchors in their known order and floats to place; no cell is empty, but
                there may be no anchors or no floats. The floats' order must not be used,
                unless the placement is `ordered`.
            cancelled: asked from time to time in long work; where it returns true, the member
                raises `Cancelled`.

        Returns:
            Precedence of shapes (M, N) and (M, M), rows in the order of `placement.floats`.
        """

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        """What answering costs: 1e9 floating-point operations of the networks, without padding.

        Args:
            placement: the question.
            remembered: whether what earlier answers left in memory counts as done already;
                otherwise all is counted, as for the first question of all.

        Raises:
            RequestError: the member would refuse the question.
        """


@runtime_checkable
class AnswersSeveral(Protocol):
    """A member that answers several questions about one notebook sooner than one by one."""

    def precedences(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Precedence]:
        """As `Member.precedence`: one answer for each question, in their order."""
