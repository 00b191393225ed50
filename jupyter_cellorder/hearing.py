"""An ensemble as one suggestion asks it: it keeps to a budget, and notes who spoke."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields

from jupyter_cellorder.budget import Said
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.precedence import Placement, Precedence


@dataclass(frozen=True)
class Voice:
    """What a member had to do with a suggestion.

    Attributes:
        name: the member's.
        cells: markdown cells that it spoke about.
        seconds: that it took, over all questions.
    """

    name: str
    cells: int
    seconds: float


@dataclass
class _Note:
    cells: set[str] = field(default_factory=set)
    seconds: float = 0.0


@dataclass
class _Clock:
    """Time for several questions: each may take its share of what is left."""

    end: float
    questions: int

    def next(self) -> float:
        left = max(0.0, self.end - time.monotonic())
        share = left / max(1, self.questions)
        self.questions -= 1
        return share


@dataclass(frozen=True)
class Hearing(Ensemble):
    """See the module's text; made by `hear`."""

    clock: _Clock | None = field(default=None, compare=False, repr=False)
    notes: dict[int, _Note] = field(default_factory=dict, compare=False, repr=False)

    def precedences(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Precedence]:
        """See `Ensemble.precedences`; within a budget each question has its own share of it."""
        for placement, heard in zip(placements, self._heard(placements, cancelled), strict=True):
            for said in heard:
                note = self.notes.setdefault(said.at, _Note())
                note.cells.update(placement.floats[index].id for index in said.floats)
                note.seconds += said.seconds
            yield self.mixed(heard)

    def _heard(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None
    ) -> Iterator[list[Said]]:
        if self.clock is None:
            yield from self.heard_each(placements, cancelled)
            return
        for placement in placements:
            yield self.heard(placement, cancelled, self.clock.next())

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Who has spoken so far, in the order of the members."""
        return tuple(
            Voice(self.members[at].name, len(note.cells), note.seconds)
            for at, note in sorted(self.notes.items())
        )


def hear(ensemble: Ensemble, budget: float | None, questions: int) -> Hearing:
    """The ensemble for one suggestion.

    Args:
        ensemble: who is asked; what is learnt of its speed stays with it.
        budget: seconds from now on for all questions together; None for no limit.
        questions: how many there will be at most.
    """
    own = {each.name: getattr(ensemble, each.name) for each in fields(Ensemble)}
    clock = None if budget is None else _Clock(time.monotonic() + budget, questions)
    return Hearing(**own, clock=clock)
