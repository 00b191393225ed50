"""Where in the notebook does this markdown cell stand: what is shown, and what is the answer."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sized_store import sized_store
from small_store import example, shuffled_markdown, store
from small_tokenizer import SPECIAL

from jupyter_cellorder.members.sequence_rows import PointwiseLayout
from training.data.cells import CellStore
from training.pointwise.data import PointwiseQuestions

LAYOUTS = (
    PointwiseLayout(length=96),
    PointwiseLayout(length=40, code_cells=3),
    PointwiseLayout(length=512, code_cells=20, code_tokens=23),
)
OPEN = SPECIAL.index("[CLS]")
NOTEBOOKS = [
    "m5",
    "m9 c14",
    "c4 m6 c300 m2 m30 c2 m4",
    "c5 c6",
    "m200 c30 c40",
    " ".join(["m7", *["c9"] * 60, "m8"]),
]


@pytest.fixture(scope="module")
def asked_store(tmp_path_factory: pytest.TempPathFactory) -> CellStore:
    return sized_store(NOTEBOOKS, tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_markdown_cell_is_asked_once_at_its_length(
    asked_store: CellStore, layout: PointwiseLayout
) -> None:
    questions = PointwiseQuestions(layout, 0.3)
    draws = questions.draws(asked_store, np.random.default_rng(0))
    assert [tuple(row[:2]) for row in draws.indices.tolist()] == [
        (number, place)
        for number, cells in enumerate(NOTEBOOKS)
        for place, cell in enumerate(cells.split())
        if cell.startswith("m")
    ]
    for index, length in zip(draws.indices.tolist(), draws.lengths.tolist(), strict=True):
        row = questions.row(asked_store, tuple(index))
        assert len(row.ids) == length <= layout.length


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("number", range(len(NOTEBOOKS)))
def test_the_answer_is_the_place_and_the_share_of_markdown_is_right(
    asked_store: CellStore, layout: PointwiseLayout, number: int
) -> None:
    """Public versions gave the share as 0.5, always."""
    kinds = [cell[0] for cell in NOTEBOOKS[number].split()]
    asked = PointwiseQuestions(layout, 0.3).ask_all(asked_store, number)
    places = [place for place, kind in enumerate(kinds) if kind == "m"]
    assert [row.target for row in asked] == [place / len(kinds) for place in places]
    assert [row.extras for row in asked] == [[len(places) / len(kinds)]] * len(places)
    for row, place in zip(asked, places, strict=True):
        own = asked_store.tokens[int(asked_store.notebooks[number].cells[place])].tolist()
        assert list(row.ids[: len(own)]) == own[: layout.length]


def test_all_that_is_asked_is_what_is_learned(asked_store: CellStore) -> None:
    questions = PointwiseQuestions(LAYOUTS[0], 0.3)
    drawn = questions.draws(asked_store, np.random.default_rng(0)).indices.tolist()
    for number in range(len(NOTEBOOKS)):
        own = [index for index in drawn if index[0] == number]
        shown = [questions.row(asked_store, tuple(index)) for index in own]
        assert questions.ask_all(asked_store, number) == shown


def opened(ids: list[int], own: int) -> list[list[int]]:
    """The code cells of a row: each begins with an opening token."""
    rest = list(ids[own:])
    starts = [at for at, token in enumerate(rest) if token == OPEN]
    assert not rest or starts[0] == 0
    return [rest[start + 1 : end] for start, end in pairwise([*starts, len(rest)])]


@pytest.mark.parametrize("count", [1, 2, 19, 20, 21, 500])
def test_code_is_sampled_evenly_with_the_first_and_the_last(count: int, tmp_path: Path) -> None:
    made = sized_store([" ".join(["m6", *["c8"] * count])], tmp_path)
    layout = PointwiseLayout(length=512, code_cells=20)
    (row,) = PointwiseQuestions(layout, 0.3).ask_all(made, 0)
    cells = [made.tokens[int(cell)].tolist() for cell in made.notebooks[0].cells[1:]]
    assert len({tuple(cell) for cell in cells}) == count
    places = [cells.index([OPEN, *shown, 2]) for shown in opened(list(row.ids), 6)]
    assert len(places) == min(count, 20)
    assert places[0] == 0
    assert places[-1] == count - 1
    steps = np.diff(places)
    assert count < 2 or (steps.min() >= 1 and steps.max() - steps.min() <= 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_long_markdown_stays_within_the_length(tmp_path: Path, layout: PointwiseLayout) -> None:
    made = sized_store(["m600 c30 c30"], tmp_path)
    (row,) = PointwiseQuestions(layout, 0.3).ask_all(made, 0)
    own = made.tokens[int(made.notebooks[0].cells[0])].tolist()
    assert list(row.ids) == own[: layout.length]


def test_where_the_markdown_stands_does_not_show_in_the_row(tmp_path: Path) -> None:
    """Nothing of the answer leaks: any order that keeps the code's order gives the same rows."""
    made = store(
        [example(f"{at}", order) for at, order in enumerate(shuffled_markdown())], tmp_path
    )
    for layout in LAYOUTS:
        questions = PointwiseQuestions(layout, 0.3)
        found, targets = set(), set()
        for number, notebook in enumerate(made.notebooks):
            asked = questions.ask_all(made, number)
            floats = notebook.cells[made.markdown[notebook.cells]].tolist()
            rows = zip(floats, asked, strict=True)
            found.add(tuple(sorted((own, tuple(row.ids), *row.extras) for own, row in rows)))
            targets.add(tuple(row.target for row in asked))
        assert len(found) == 1
        assert len(targets) > 5
