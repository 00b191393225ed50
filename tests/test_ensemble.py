"""Asking several members: what each said, how long it took, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scripted_members import ByHash, ByNumber, numbered

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.hearing import hear
from jupyter_cellorder.precedence import Placement, Precedence, mix

CELLS = numbered("cmcmmc")
PLACEMENT = Placement(
    tuple(cell for cell in CELLS if cell.kind == "code"),
    tuple(cell for cell in CELLS if cell.kind == "markdown"),
)


class Dear(ByHash):
    name = "dear"

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return 2.0 * len(placement.floats)


def both(strategy: str = "precedence") -> Ensemble:
    return Ensemble((ByNumber(), Dear()), (2.0, 1.0), "both", strategy=strategy)


def test_every_member_answers_under_its_name() -> None:
    found = both().answers(PLACEMENT)
    assert [(one.name, one.weight, one.gflop) for one in found] == [
        ("by-number", 2.0, 0.0),
        ("dear", 1.0, 6.0),
    ]
    assert all(one.seconds > 0 for one in found)
    for one, member in zip(found, both().members, strict=True):
        assert np.array_equal(one.precedence.after, member.precedence(PLACEMENT).after)


def test_precedence_is_the_mixture_of_the_answers() -> None:
    found = both().answers(PLACEMENT)
    mixed = mix([one.precedence for one in found], [one.weight for one in found])
    asked = both().precedence(PLACEMENT)
    assert np.array_equal(asked.after, mixed.after)
    assert np.array_equal(asked.before, mixed.before)


class Several(Dear):
    """Answers several questions as they come, and notes which were asked together."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def precedences(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Precedence]:
        self.asked.append(len(placements))
        return (self.precedence(placement) for placement in placements)


def test_several_questions_are_answered_as_each_alone() -> None:
    questions = [PLACEMENT, replace(PLACEMENT, floats=PLACEMENT.floats[:1])]
    several = Several()
    found = list(Ensemble((ByNumber(), several), (2.0, 1.0), "both").precedences(questions))
    assert several.asked == [2]
    for answer, question in zip(found, questions, strict=True):
        alone = both().precedence(question)
        assert np.array_equal(answer.after, alone.after)
        assert np.array_equal(answer.before, alone.before)


def test_a_suggestion_notes_who_spoke_of_several_questions() -> None:
    hearing = hear(both(), None, 2)
    questions = [replace(PLACEMENT, floats=(cell,)) for cell in PLACEMENT.floats[:2]]
    assert len(list(hearing.precedences(questions))) == 2
    assert [(voice.name, voice.cells) for voice in hearing.voices] == [
        ("by-number", 2),
        ("dear", 2),
    ]


def test_weights_can_be_replaced() -> None:
    weighed = both("submission-mean").with_weights([0, 5])
    assert weighed.weights == (0, 5)
    assert (weighed.name, weighed.strategy) == ("both", "submission-mean")
    assert np.allclose(weighed.precedence(PLACEMENT).after, Dear().precedence(PLACEMENT).after)
    with pytest.raises(ValueError, match="2 members and 1 weights"):
        both().with_weights([1])


@pytest.mark.parametrize("weights", [(0, 0), (-1, 2), (float("nan"), 1), (float("inf"), 1)])
def test_weights_that_weigh_nothing(weights: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="finite, not negative, and not all zero"):
        both().with_weights(weights)


def test_what_members_are_worth() -> None:
    assert both().worth == (2.0, 1.0)
    assert Ensemble((ByNumber(), Dear()), (2, 1), "both", values=(0.1, 0.3)).worth == (0.1, 0.3)
    with pytest.raises(ValueError, match="2 members and 1 values differ"):
        Ensemble((ByNumber(), Dear()), (2, 1), "both", values=(0.1,))


def test_an_ensemble_of_an_unknown_strategy() -> None:
    with pytest.raises(ValueError, match="no strategy 'median'"):
        both("median")


def test_a_withdrawn_question_ends_between_members() -> None:
    answers = iter([False, True])
    with pytest.raises(Cancelled):
        both().answers(PLACEMENT, lambda: next(answers))
