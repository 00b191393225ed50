"""What speaks for a place, on notebooks small enough to say it by hand.

The second word of a cell is its true place: see `truthful`.
"""

from __future__ import annotations

import numpy as np
import pytest
from truthful import Truthful, ensemble

from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.review.features import NAMES, PlaceFeatures
from jupyter_cellorder.review.questions import Answers, ask


def read(cells: list[tuple[str, str, str]]) -> Notebook:
    return Notebook(tuple(Cell(name, kind, source) for name, kind, source in cells))  # type: ignore[arg-type]


def column(answers: Answers, index: int, name: str) -> list[float]:
    found = PlaceFeatures(answers).of(index)
    assert found.shape == (len(answers.cells), len(NAMES))
    assert np.isfinite(found).all()
    return [float(value) for value in found[:, NAMES.index(name)].round(4)]


NOTEBOOK = read(
    [
        ("m0", "markdown", "# 0 Sales"),
        ("c1", "code", "import 1 pandas"),
        ("c2", "code", "sales 2 read(path)"),
        ("c4", "code", "chart 4 sales year"),
        ("m3", "markdown", "A 3 chart of each year"),
        ("c5", "code", "show 5"),
    ]
)


@pytest.fixture
def answers() -> Answers:
    found = ask(NOTEBOOK, ensemble())
    assert found is not None
    assert list(found.alone) == [4]
    return found


def test_words_shared_with_the_code_beside_a_place(answers: Answers) -> None:
    # Of the words of m3, "chart" and "year" occur in c4 alone, "a", "of" and "each" nowhere else.
    named = column(answers, 4, "named_code_before")
    assert named[3] > 0.2
    assert [share for place, share in enumerate(named) if place != 3] == [0, 0, 0, 0, 0]
    assert column(answers, 4, "named_code_behind") == [0, 0, 0, 0, named[3], 0]
    assert column(answers, 4, "named_code_before_lead") == [
        *(3 * [-named[3]]),
        named[3],
        *(2 * [-named[3]]),
    ]
    alike = column(answers, 4, "alike_code_before")[3]
    assert 0 < alike < 1
    assert column(answers, 4, "alike_before") == [0, 0, 0, alike, 0, 0]
    assert column(answers, 4, "alike_behind") == [0, 0, 0, 0, alike, 0]
    assert column(answers, 4, "alike_ahead") == [0, alike, alike, alike, 0, 0]


def test_one_doubtful_cell_is_asked_about_once(answers: Answers) -> None:
    assert answers.together == answers.alone
    assert column(answers, 4, "together") == column(answers, 4, "alone")


def test_several_doubtful_cells_are_asked_about_together_too() -> None:
    member = Truthful()
    shuffled = read([("m5", "markdown", "b 5"), *_code(1, 2, 3, 4), ("m0", "markdown", "a 0")])
    found = ask(shuffled, ensemble(member))
    assert found is not None
    assert sorted(found.alone) == [0, 5]
    assert sorted(cell.id for cell in member.asked[-1].floats) == ["m0", "m5"]
    for index, place in ((0, 5), (5, 0)):
        assert np.exp(found.together[index]).sum() == pytest.approx(1)
        best = column(found, index, "together_best")
        assert best[place] == 1


def _code(*numbers: int) -> list[tuple[str, str, str]]:
    return [(f"c{number}", "code", f"x {number}") for number in numbers]
