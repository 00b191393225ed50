from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from truthful import Truthful, cell, ensemble, notebook

from jupyter_cellorder import Cell, Mode, Notebook, Suggestion, suggest
from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.precedence import Placement, Precedence

# Kinds and places of cells; ids are made unique by position where it matters.
WORDS = st.lists(
    st.tuples(st.sampled_from("cccmmmrpeh"), st.integers(0, 9)), unique=True, max_size=14
).map(lambda pairs: " ".join(f"{kind}{place}" for kind, place in pairs))


def words(suggestion: Suggestion) -> str:
    return " ".join(suggestion.order)


def apply(present: list[str], suggestion: Suggestion) -> list[str]:
    """What a face does with the moves: take them out, put them in from the top."""
    moved = [move.cell_id for move in suggestion.moves]
    result = [name for name in present if name not in moved]
    for move in suggestion.moves:
        result.insert(move.to_index, move.cell_id)
    return result


def test_all_puts_every_markdown_cell_in_its_place() -> None:
    suggestion = suggest(notebook("c1 c3 c5 m4 m0 m2"), ensemble(), "all")
    assert words(suggestion) == "m0 c1 m2 c3 m4 c5"
    assert suggestion.notice is None
    assert [move.cell_id for move in suggestion.moves] == ["m0", "m2", "m4"]
    first = suggestion.moves[0]
    assert (first.from_index, first.to_index) == (4, 0)
    # All three are moved, so m0 passes every other cell.
    assert first.gain == pytest.approx(5 * 0.8)
    assert first.confidence == pytest.approx(0.9)


def test_as_dict_has_the_fields_of_the_rest_answer() -> None:
    suggestion = suggest(notebook("c1 c3 m0"), ensemble(), Mode.ALL)
    answer = suggestion.as_dict()
    assert answer == {
        "mode": "all",
        "order": ["m0", "c1", "c3"],
        "moves": [
            {
                "cell": "m0",
                "from": 2,
                "to": 0,
                "gain": pytest.approx(1.6),
                "confidence": pytest.approx(0.9),
            }
        ],
        "notice": None,
        "members": [{"name": "truthful", "cells": 1, "seconds": pytest.approx(0, abs=1)}],
    }
    assert type(answer["mode"]) is str


@given(WORDS, st.sampled_from(["review", "all", "selected"]), st.booleans(), st.integers(1, 99))
def test_whatever_the_notebook(text: str, mode: str, keep: bool, draw: int) -> None:
    """Every id once, code and raw in sequence, moves lead to the order, nobody else moves."""
    book = notebook(text)
    chosen = [c.id for i, c in enumerate(book.cells) if draw >> (i % 7) & 1]
    pickable = [c.id for c in book.cells if c.id in chosen and c.id.startswith("m")]
    if mode == "selected" and book.cells and not pickable:
        with pytest.raises(RequestError, match=r"[Ss]elect"):
            suggest(book, ensemble(), mode, selected=chosen)
        return
    suggestion = suggest(book, ensemble(), mode, selected=chosen, keep_markdown_order=keep)
    assert sorted(suggestion.order) == sorted(book.ids)
    moved = {move.cell_id for move in suggestion.moves}
    assert [n for n in suggestion.order if n not in moved] == [
        n for n in book.ids if n not in moved
    ]
    assert all(name[0] in "me" for name in moved)
    if mode == "selected":
        assert all(name in pickable for name in moved if name[0] == "m")
    assert apply(list(book.ids), suggestion) == list(suggestion.order)
    assert (suggestion.notice is None) == bool(moved)
    for move in suggestion.moves:
        assert book.ids[move.from_index] == suggestion.order[move.to_index] == move.cell_id
        assert 0 <= move.confidence <= 1
        # Where the likeliest gap decides, that may cost expected inversions.
        assert keep or mode == "review" or move.gain >= -1e-9


@given(WORDS, st.randoms(use_true_random=False))
def test_in_mode_all_the_present_place_tells_nothing(text: str, shuffler: random.Random) -> None:
    book = notebook(text)
    # An empty cell belongs to the one before it, so it is left out of this. Without code there
    # is no suggestion.
    fixed = [cell("c5.5")]
    fixed += [c for c in book.cells if c.kind != "markdown" or c.pinned]
    floats = [c for c in book.cells if c.kind == "markdown" and not c.pinned and not c.is_empty]
    # Where nothing is sure, everything is a tie.
    for sure in (0.5, 0.9):
        answers = set()
        for _ in range(4):
            shuffler.shuffle(floats)
            mixed: list[Cell | None] = [None] * len(fixed) + list(floats)
            shuffler.shuffle(mixed)
            anchors = iter(fixed)
            cells = [next(anchors) if each is None else each for each in mixed]
            answers.add(suggest(Notebook.from_cells(cells), ensemble(Truthful(sure)), "all").order)
        assert len(answers) == 1


def test_members_are_asked_in_an_order_that_tells_nothing() -> None:
    asked = []
    for text in ("c1 m2 m3 m4", "m4 m3 c1 m2"):
        member = Truthful()
        suggest(notebook(text), ensemble(member), "all")
        asked.append([cell.id for cell in member.asked[0].floats])
        assert not member.asked[0].ordered
    assert asked[0] == asked[1]


def test_cells_of_the_same_text_are_interchangeable() -> None:
    cells = [Cell("a", "markdown", "text 2"), Cell("c", "code", "text 1"), Cell("b", "code", "")]
    twin = Cell("z", "markdown", "text 2")
    for notebook_ in ([*cells, twin], [twin, *cells]):
        order = suggest(Notebook.from_cells(notebook_), ensemble(), "all").order
        sources = {cell.id: cell.source for cell in notebook_}
        assert [sources[name] for name in order] == ["text 1", "text 2", "text 2", ""]


def twins(order: str) -> Notebook:
    """Cells by name; those that begin with "s" all say the same."""
    return Notebook.from_cells(
        Cell(name, "code" if name[0] == "c" else "markdown", "same" if name[0] == "s" else name)
        for name in order.split()
    )


class Indifferent(Truthful):
    """Knows where the code is that a twin stands behind, but not which twin it is."""

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        after = np.full((len(placement.floats), len(placement.anchors)), 0.5)
        gap = np.zeros((len(placement.floats), len(placement.anchors) + 1))
        gap[:, 1:4] = [0.4, 0.35, 0.25]
        before = np.full((len(placement.floats), len(placement.floats)), 0.5)
        return Precedence(after, before, gap)


@pytest.mark.parametrize("order", ["c0 s2 c1 s0 c2 s1 c3", "s2 s0 c0 c1 c2 c3 s1"])
def test_twins_are_not_exchanged(order: str) -> None:
    suggestion = suggest(twins(order), ensemble(Indifferent()), "all")
    assert [name for name in suggestion.order if name[0] == "s"] == ["s2", "s0", "s1"]


def test_selected_twins_take_a_gap_each() -> None:
    book = twins("c0 c1 c2 c3 s2 s0 s1")
    suggestion = suggest(book, ensemble(Indifferent()), "selected", selected=["s0", "s1", "s2"])
    assert words(suggestion) == "c0 s2 c1 s0 c2 s1 c3"
    assert [move.confidence for move in suggestion.moves] == pytest.approx(
        [0.4, 0.35, 0.25], abs=1e-5
    )


def test_keep_markdown_order_merges_two_sequences() -> None:
    # m5 truly stands behind m4, but its author put it first.
    suggestion = suggest(notebook("m5 m0 m4 c1 c2 c3"), ensemble(), "all", keep_markdown_order=True)
    markdown = [name for name in suggestion.order if name[0] == "m"]
    assert markdown == ["m5", "m0", "m4"]
    assert words(suggestion) == "m5 m0 c1 c2 c3 m4"


def test_keep_markdown_order_hands_floats_over_as_they_stand() -> None:
    member = Truthful()
    suggest(notebook("m5 c1 m0 m4"), ensemble(member), "all", keep_markdown_order=True)
    assert [cell.id for cell in member.asked[0].floats] == ["m5", "m0", "m4"]
    assert member.asked[0].ordered


def test_a_few_that_keep_their_order_are_neither_all_nor_spread() -> None:
    book, member = notebook("m2 m9 c1 c3 c4 c5 c6 c7 c8"), Truthful(0.6)
    spread = replace(ensemble(member), diagonal=100.0)
    for chosen in (["m9"], ["m2"]):
        suggest(book, spread, "selected", selected=chosen, keep_markdown_order=True)
        assert not member.asked[-1].ordered
    alone = suggest(book, spread, "selected", selected=["m9"], keep_markdown_order=True)
    assert words(alone) == "m2 c1 c3 c4 c5 c6 c7 c8 m9"
    suggest(book, spread, "selected", selected=["m2", "m9"], keep_markdown_order=True)
    assert member.asked[-1].ordered


def test_selected_moves_only_what_is_selected() -> None:
    book = notebook("c1 m9 c3 m8 m0 c5 m2")
    suggestion = suggest(book, ensemble(), "selected", selected=["m0", "m2", "c1"])
    assert words(suggestion) == "m0 c1 m2 m9 c3 m8 c5"
    member = Truthful()
    suggest(book, ensemble(member), "selected", selected=["m2"])
    assert [cell.id for cell in member.asked[0].anchors] == ["c1", "m9", "c3", "m8", "m0", "c5"]


@pytest.mark.parametrize("keep", [False, True])
def test_a_selected_cell_is_as_sure_as_its_gap(keep: bool) -> None:
    book, member = notebook("m9 c1 m2 c3 m4 c5 m8 c7"), Truthful(0.8)
    for temperature, sure in ((1.0, 0.8), (0.5, 0.8**2 / (0.8**2 + 7 * (0.2 / 7) ** 2))):
        [move] = suggest(
            book,
            replace(ensemble(member), gap_temperature=temperature),
            "selected",
            selected=["m9"],
            keep_markdown_order=keep,
        ).moves
        # Not the mean over the seven cells that it crosses.
        assert move.confidence == pytest.approx(sure, rel=0.02)


def test_selected_that_stand_right_are_in_order() -> None:
    suggestion = suggest(notebook("c1 m2 c3"), ensemble(), "selected", selected=["m2"])
    assert suggestion.notice == "in-order"
    assert suggestion.order == ("c1", "m2", "c3")


@pytest.mark.parametrize(
    ("selected", "code"),
    [
        ([], "nothing-selected"),
        (["c1"], "nothing-selected"),
        (["r2"], "nothing-selected"),
        (["p3"], "nothing-selected"),
        (["e4"], "nothing-selected"),
        (["m0", "gone"], "unknown-cell"),
    ],
)
def test_selections_that_cannot_be_placed(selected: list[str], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        suggest(notebook("c1 r2 p3 e4 m0"), ensemble(), "selected", selected=selected)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_unknown_mode() -> None:
    with pytest.raises(RequestError, match="review, selected, all") as caught:
        suggest(notebook("c1 m2"), ensemble(), "everything")
    assert caught.value.code == "unknown-mode"


@pytest.mark.parametrize("mode", ["review", "all", "selected"])
@pytest.mark.parametrize(
    ("text", "notice"),
    [("", "no-cells"), ("m1 m0 e1 r1", "no-code"), ("m1 h1", "no-code"), ("c1 m2", "in-order")],
)
def test_nothing_to_suggest(mode: str, text: str, notice: str) -> None:
    book = notebook(text)
    chosen = [name for name in book.ids if name[0] == "m"]
    suggestion = suggest(book, ensemble(), mode, selected=chosen)
    assert (suggestion.order, suggestion.moves, suggestion.notice) == (book.ids, (), notice)


@pytest.mark.parametrize("mode", ["review", "all"])
@pytest.mark.parametrize("text", ["c1", "c1 e1 p2", "c2 r1"])
def test_no_markdown_to_move(mode: str, text: str) -> None:
    assert suggest(notebook(text), ensemble(), mode).notice == "no-markdown"


def test_members_hear_of_cells_with_text_only() -> None:
    member = Truthful()
    suggest(notebook("e1 c1 h1 e2 m2 p3 r4 e3 m0"), ensemble(member), "all")
    (asked,) = member.asked
    assert [cell.id for cell in asked.anchors] == ["c1", "p3", "r4"]
    assert sorted(cell.id for cell in asked.floats) == ["m0", "m2"]


def test_empty_markdown_travels_with_the_cell_before_it() -> None:
    suggestion = suggest(notebook("e0 c1 c2 e2 m0 e3 e4 c5"), ensemble(), "all")
    assert words(suggestion) == "e0 m0 e3 e4 c1 c2 e2 c5"
    assert [(m.cell_id, m.gain > 0) for m in suggestion.moves] == [
        ("m0", True),
        ("e3", False),
        ("e4", False),
    ]
    assert len({move.confidence for move in suggestion.moves}) == 1


@pytest.mark.parametrize(
    "text", ["c1 h1 m2 c3", "c1 m2 h1 c3", "c1 h1 m2 h2 c3", "h1 m0 c1", "c1 h1 m2"]
)
def test_a_selected_cell_keeps_its_side_of_an_empty_code_cell(text: str) -> None:
    chosen = [word for word in text.split() if word[0] == "m"]
    assert suggest(notebook(text), ensemble(), "selected", selected=chosen).notice == "in-order"


def test_empty_code_cells_alternate_with_what_comes_between_them() -> None:
    """Exercises: a task, an empty cell to solve it in, the next task."""
    assert words(suggest(notebook("c1 h1 h2 m2 m3"), ensemble(), "all")) == "c1 m2 h1 m3 h2"


def test_a_move_crosses_what_stays_and_what_moves() -> None:
    suggestion = suggest(notebook("c1 c3 m5 m4 m0"), ensemble(), "all")
    assert words(suggestion) == "m0 c1 c3 m4 m5"
    # m0 passes all four; m4 and m5 trade places, and one of them stays.
    assert [(m.cell_id, pytest.approx(m.gain)) for m in suggestion.moves] == [
        ("m0", 4 * 0.8),
        ("m4", 0.8),
    ]


def test_cancelled_before_anyone_is_asked() -> None:
    member = Truthful()
    with pytest.raises(Cancelled):
        suggest(notebook("c1 m2"), ensemble(member), "all", cancelled=lambda: True)
    assert not member.asked


@pytest.mark.parametrize("mode", ["review", "selected", "all"])
def test_cancelled_between_members(mode: str) -> None:
    first, second = Truthful(), Truthful()
    with pytest.raises(Cancelled):
        suggest(
            notebook("c1 m2"),
            ensemble(first, second),
            mode,
            selected=["m2"],
            cancelled=lambda: bool(first.asked),
        )
    assert first.asked
    assert not second.asked


def test_an_ensemble_of_several_is_mixed() -> None:
    wrong = Truthful(0.3)
    assert words(suggest(notebook("c1 m0"), ensemble(Truthful(0.9), wrong), "all")) == "m0 c1"
    assert words(suggest(notebook("c1 m0"), ensemble(Truthful(0.6), wrong), "all")) == "c1 m0"
