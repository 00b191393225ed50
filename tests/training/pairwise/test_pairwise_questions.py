"""Is this code cell the next one: what is shown, and what is the answer."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sized_store import sized_store
from small_store import example, shuffled_markdown, store

from jupyter_cellorder.members.sequence_rows import PairwiseLayout
from training.data.cells import CellStore
from training.pairwise.data import PairwiseQuestions
from training.pairwise.samplers import SAMPLERS
from training.sequences.scores import Answer, judged

NOTEBOOKS = [
    "m5 c9",
    "m9",  # nothing but the end comes next
    "c9 m6 m7 c8 c300 m2 c4 m30 m4",
    "c5 c6",
    "m200 c30 c40 m200",
    "m3 c7 m4 c8 m5 c9 m6 c10 m7 c11 m8 c12",
]
# Of each markdown cell: its next code cell, among the code.
NEXT = [[0], [0], [1, 1, 3, 4, 4], [], [0, 2], [0, 1, 2, 3, 4, 5]]
LAYOUT = PairwiseLayout(length=64)


def questions(
    name: str = "uniform", share: float = 0.3, layout: PairwiseLayout = LAYOUT
) -> PairwiseQuestions:
    return PairwiseQuestions(layout, 0.3, SAMPLERS[name], share)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CellStore:
    return sized_store(NOTEBOOKS, tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_every_markdown_cell_has_exactly_one_right_answer(
    made: CellStore, name: str, share: float
) -> None:
    asks = questions(name, share)
    draws = asks.draws(made, np.random.default_rng(0))
    right: dict[tuple[int, int], list[int]] = {}
    wrong: dict[tuple[int, int], list[int]] = {}
    for number, at, code in draws.indices.tolist():
        target = asks.row(made, (number, at, code)).target
        assert target in (0.0, 1.0)
        (right if target else wrong).setdefault((number, at), []).append(code)
    expected = {
        (number, place): [following]
        for number, cells in enumerate(NOTEBOOKS)
        for place, following in zip(
            [at for at, cell in enumerate(cells.split()) if cell[0] == "m"],
            NEXT[number],
            strict=True,
        )
    }
    assert right == expected
    for which, codes in wrong.items():
        choices = NOTEBOOKS[which[0]].count("c") + 1
        assert not set(codes) & set(right[which])
        assert len(set(codes)) == len(codes)
        assert set(codes) <= set(range(choices))
        assert share < 1 or len(codes) == choices - 1
    assert len(wrong) > (0 if share < 0.1 else 5)


@pytest.mark.parametrize("length", [5, 16, 64, 512])
def test_the_promised_length_is_the_row_s(made: CellStore, length: int) -> None:
    asks = questions(share=1.0, layout=PairwiseLayout(length=length))
    draws = asks.draws(made, np.random.default_rng(0))
    for index, promised in zip(draws.indices.tolist(), draws.lengths.tolist(), strict=True):
        row = asks.row(made, tuple(index))
        assert len(row.ids) == len(row.types) == promised <= length


def test_all_is_asked_of_a_notebook_with_one_right_answer_a_cell(made: CellStore) -> None:
    for number, cells in enumerate(NOTEBOOKS):
        rows = questions().ask_all(made, number)
        choices = cells.count("c") + 1
        assert len(rows) == cells.count("m") * choices
        targets = np.array([row.target for row in rows]).reshape(-1, choices)
        assert (targets.sum(1) == 1).all()
        assert targets.argmax(1).tolist() == NEXT[number]
        assert all(len(row.extras) == 0 for row in rows)


def test_both_cells_are_in_the_row_even_beside_long_markdown(made: CellStore) -> None:
    """In the public baseline of 2022, markdown of 128 tokens left no room for the code."""
    (first, second, end, *_) = questions().ask_all(made, 4)
    cells = made.notebooks[4].cells
    markdown, code = (made.tokens[int(cells[at])].tolist() for at in (0, 1))
    opened = first.types.index(1)
    assert first.ids[:2] == markdown[:2]
    assert list(first.ids[opened:]) == code[1:]
    assert opened == LAYOUT.length - (len(code) - 1)
    assert list(second.ids[opened:]) != list(first.ids[opened:])
    assert end.types.index(1) == LAYOUT.length - 1
    assert list(end.ids[end.types.index(1) :]) == [markdown[-1]]


def test_where_the_markdown_stands_does_not_show_in_the_rows(tmp_path: Path) -> None:
    orders = shuffled_markdown()
    shuffled = store([example(f"{at}", order) for at, order in enumerate(orders)], tmp_path)
    found, targets = set(), set()
    for number, notebook in enumerate(shuffled.notebooks):
        asked = questions().ask_all(shuffled, number)
        floats = notebook.cells[shuffled.markdown[notebook.cells]].tolist()
        choices = len(asked) // len(floats)
        rows = [
            (own, *(tuple(row.ids) for row in asked[at * choices : (at + 1) * choices]))
            for at, own in enumerate(floats)
        ]
        found.add(tuple(sorted(rows)))
        targets.add(tuple(row.target for row in asked))
    assert len(found) == 1
    assert len(targets) > 5


@given(st.lists(st.text("mc", min_size=1, max_size=9), min_size=1, max_size=4))
def test_who_knows_the_answers_makes_no_mistake_across_code(notebooks: list[str]) -> None:
    """The order inside a gap is not asked for: with at most one markdown cell in each, K is 1."""
    found = []
    for written in notebooks:
        kinds = re.sub("m+", "m", f"c{written}c")
        floating = np.array([kind == "m" for kind in kinds])
        following = np.cumsum(~floating)[floating]
        scores = np.full((floating.sum(), (~floating).sum() + 1), -20.0)
        scores[np.arange(len(following)), following] = 20.0
        found.append(Answer(scores.ravel(), floating))
    assert judged(questions(), found, 1.0).tau == 1.0


def test_inside_a_gap_the_order_is_a_guess() -> None:
    floating = np.array([False, *[True] * 6, False])
    scores = np.full((6, 3), -20.0)
    scores[:, 1] = 20.0
    pairs = 6 * 5 / 2
    found = judged(questions(), [Answer(scores.ravel(), floating)] * 60, 1.0).tau
    assert found == pytest.approx(1 - 4 * 0.5 * pairs / (8 * 7), abs=0.06)


def test_the_loss_is_the_cross_entropy_of_the_answer() -> None:
    scores, targets = torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 0.0, 0.0])
    likely = torch.sigmoid(scores)
    expected = -torch.where(targets > 0, likely, 1 - likely).log().mean()
    assert float(questions().loss(scores, targets)) == pytest.approx(float(expected))
