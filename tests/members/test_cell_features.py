"""What a reader sees of a cell at a glance."""

from __future__ import annotations

import numpy as np
import pytest

from jupyter_cellorder.members.cell_features import (
    WIDTH,
    NumberMark,
    cell_features,
    heading_level,
    leading_number,
    number_mark,
    numbering,
)
from jupyter_cellorder.notebook import Cell


@pytest.mark.parametrize(
    ("source", "level"),
    [
        ("# Title", 1),
        ("###### deep", 6),
        ("####### seven are none", 6),
        ("text first\n## then a heading", 2),
        ("   ### indented", 3),
        ("    # code, not a heading", 0),
        ("#no space", 1),
        ("plain text with # inside", 0),
        ("", 0),
    ],
)
def test_heading_level(source: str, level: int) -> None:
    assert heading_level(source) == level


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("2.1 Data", (2, 1)),
        ("## 2.1. Data", (2, 1)),
        ("# 10) Ten", (10,)),
        ("b) the second", (2,)),
        ("**3.** bold", (3,)),
        ("Step 3", (3,)),
        ("### Step 3: fit", (3,)),
        ("Exercise 4.2 - more", (4, 2)),
        ("Q7", (7,)),
        ("intro\n# 5 Heading wins", (5,)),
        ("a model", ()),
        ("2020s were wild", ()),
        ("No number here 3", ()),
        ("\u0130. Giri\u015f", ()),  # two letters in lower case, and none of a series
        ("\u212a. kelvin", ()),
        ("", ()),
    ],
)
def test_leading_number(source: str, number: tuple[int, ...]) -> None:
    assert leading_number(source) == number


def order_of(*sources: str) -> np.ndarray:
    return numbering([number_mark(Cell(text, "markdown", text)) for text in sources])


def test_numbers_say_who_comes_after_whom() -> None:
    found = order_of("## 2.1 Data", "## 2.2 Model", "## 10 End")
    assert found.tolist() == [[0, -1, -1], [1, 0, -1], [1, 1, 0]]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2.1 Data", "2.2 Model"),
        ("# 2 Data", "## 2.1 Cleaning"),
        ("## 2.9 Data", "# 3 Model"),
        ("Step 3", "Step 4"),
        ("a) first", "c) third"),
        ("9. nine", "10. ten"),
    ],
)
def test_what_comes_first(earlier: str, later: str) -> None:
    assert order_of(earlier, later)[1, 0] == 1
    assert order_of(later, earlier)[0, 1] == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("# 3 Section", "1. an item of a list"),
        ("## 1 Same", "## 1 Same"),
        ("## Plain", "## 2 Numbered"),
    ],
)
def test_what_says_nothing(one: str, other: str) -> None:
    assert not order_of(one, other).any()


def test_numbering_is_antisymmetric() -> None:
    rng = np.random.default_rng(0)
    marks = [
        NumberMark(int(rng.integers(0, 3)), tuple(rng.integers(1, 4, rng.integers(0, 3)).tolist()))
        for _ in range(30)
    ]
    found = numbering(marks)
    assert np.array_equal(found, -found.T)
    assert {-1.0, 0.0, 1.0} == set(found.ravel().tolist())


def test_code_and_raw_cells_have_no_number() -> None:
    for kind in ("code", "raw"):
        assert number_mark(Cell("a", kind, "# 2.1 comment")) == NumberMark()


@pytest.mark.parametrize(
    ("kind", "source", "columns"),
    [
        ("markdown", "plain", {2}),
        ("markdown", "# One", {3, 9}),
        ("markdown", "## 1 A\n## 2 B", {4, 8, 9, 10}),
        ("markdown", "###### deep", {7, 9}),
        ("markdown", "as follows:", {2, 11}),
        ("markdown", "why?", {2, 12}),
        ("markdown", "```x```", {2, 13}),
        ("markdown", "[a](b)", {2, 14}),
        ("markdown", "![a](b)", {2, 14, 15}),
        ("markdown", "$x$", {2, 16}),
        ("code", "import os", {17, 23}),
        # Patterns that run through all blank lines from each of them never end here.
        pytest.param("code", "\n" * 50_000 + "import os", {17, 23}, id="blank lines"),
        ("code", "def f():\n    pass", {18}),
        ("code", "plt.plot(x)", {19, 23}),
        ("code", "%time f()", {20, 23}),
        ("code", "# note\nx = 1", {21}),
        ("code", "print(x)", {22, 23}),
        ("code", "x = 1", set()),
    ],
)
def test_marks_of_a_cell(kind: str, source: str, columns: set[int]) -> None:
    row = cell_features(Cell("a", kind, source))
    assert row.shape == (WIDTH,)
    assert set(np.flatnonzero(row[2:]) + 2) == columns
    assert row[0] == pytest.approx(np.log1p(len(source)) / 8)
    assert row[1] == pytest.approx(np.log1p(source.count("\n")) / 4)
