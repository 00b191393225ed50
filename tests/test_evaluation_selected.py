"""Single cells taken out of a notebook and placed again, counted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from truthful import Truthful, cell, ensemble, notebook

from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.selected import evaluate_selected, place
from jupyter_cellorder.evaluation.sources import Example, Skipped, SourceError
from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.suggest import Mode, suggest

TRUTH = notebook("m0 c1 c2 m3 c4 m5 m6 c7 c8 c9 m10 c11 h11 c12 e12 c13 m14 c15")


def examples(count: int, book: Notebook = TRUTH) -> Iterator[Example]:
    for number in range(count):
        yield Example(f"n{number}", f"repository {number % 3}", "a", "en", book)


def gaps(answer, gap):  # type: ignore[no-untyped-def]
    return type(answer)(answer.after, answer.before, gap / gap.sum(axis=1, keepdims=True))


class Late(Truthful):
    """One anchor too far down, and its own gap second."""

    def precedence(self, placement, cancelled=None):  # type: ignore[no-untyped-def]
        answer = super().precedence(placement, cancelled)
        gap = np.full_like(answer.gap, 1e-3)
        for row, own in enumerate(answer.gap.argmax(axis=1)):
            gap[row, own] = 0.3
            gap[row, own + 1] = 0.6
        return gaps(answer, gap)


def test_the_truth_is_found() -> None:
    result = evaluate_selected(examples(6), ensemble(Truthful(sure=0.9)))
    assert (result.right, result.among_three, result.right_code) == (1, 1, 1)
    assert result.right_ci95 == (1, 1)
    assert result.mean_distance == 0
    assert result.calibration_error == pytest.approx(0.1)
    assert (result.cells, result.notebooks, result.clusters) == (18, 6, 3)


def test_every_cell_is_asked_about_alone_in_an_intact_notebook() -> None:
    member = Truthful()
    found = place(next(examples(1)), ensemble(member), seed=0)
    assert len(found) == 3
    assert [len(asked.floats) for asked in member.asked] == [1, 1, 1]
    assert len({asked.floats[0].id for asked in member.asked}) == 3
    texts = [one for one in TRUTH.cells if not one.is_empty]
    for asked in member.asked:
        assert list(asked.anchors) == [one for one in texts if one != asked.floats[0]]


def test_the_next_gap_is_wrong_and_among_three() -> None:
    result = evaluate_selected(examples(6), ensemble(Late()))
    assert (result.right, result.among_three) == (0, 1)
    assert result.mean_distance == 1
    # m5 before m6: the next gap has the same code before it.
    book = notebook("c0 m5 m6 c7")
    [found] = [
        placed
        for seed in range(9)
        for placed in place(Example("e", "e", "e", "", book), ensemble(Late()), seed)
        if placed.right_code
    ][:1]
    assert (found.rank, found.distance) == (1, 1)


def test_the_likeliest_gap_is_where_a_suggestion_puts_the_cell() -> None:
    book = notebook("c0 m5 m6 c7 c8")
    for member, moved in ((Truthful(), False), (Late(), True)):
        asked = ensemble(member)
        found = suggest(book, asked, Mode.SELECTED, selected=["m5"])
        assert bool(found.moves) is moved
        assert (evaluate_selected([Example("e", "e", "e", "", book)], asked).right < 1) is moved


def test_seeds_samples_and_progress() -> None:
    told: list[tuple[int, int | None]] = []
    first = evaluate_selected(
        examples(9), ensemble(), limit=4, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (first.notebooks, first.limit) == (4, 4)
    assert first == evaluate_selected(examples(9), ensemble(), limit=4)

    def chosen(seed: int) -> list[str]:
        member = Truthful()
        place(next(examples(1)), ensemble(member), seed)
        return [asked.floats[0].id for asked in member.asked]

    assert len({tuple(chosen(seed)) for seed in range(5)}) > 1


class Refusing(Truthful):
    def precedence(self, placement, cancelled=None):  # type: ignore[no-untyped-def]
        raise RequestError("Too many cells.", "too-many-cells")


def test_what_the_model_refuses_is_told_and_nothing_at_all_is_an_error() -> None:
    skipped = Skipped()
    with pytest.raises(SourceError, match="No notebook could be used"):
        evaluate_selected(examples(2), ensemble(Refusing()), skipped=skipped)
    assert skipped.counts == {"refused by the model, too-many-cells": 2}


def test_a_notebook_without_a_cell_to_move_is_not_counted() -> None:
    still = Example("s", "s", "s", "", Notebook.from_cells([cell("c0"), cell("p1")]))
    result = evaluate_selected([still, *examples(2)], ensemble())
    assert result.notebooks == 2
    with pytest.raises(SourceError, match="none has a markdown cell that may be moved"):
        evaluate_selected([still], ensemble())


def test_the_result_is_json_and_a_table() -> None:
    result = evaluate_selected(examples(3), ensemble(Late()))
    told = json.loads(json.dumps(result.as_dict()))
    assert told["task"] == "selected"
    assert told["among_three_ci95"] == [1.0, 1.0]
    table = result.table()
    assert "9 cells of 3 notebooks in 3 clusters" in table
    assert "100.0%" in table
    assert all(len(line) <= 100 for line in table.splitlines())


def test_one_cluster_has_no_interval() -> None:
    assert evaluate_selected(examples(1), ensemble()).right_ci95 is None
