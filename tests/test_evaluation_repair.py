"""What review mode is measured on, and how it is counted."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator

import numpy as np
import pytest
from truthful import Truthful, cell, ensemble, notebook

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.displace import Displaced, displace
from jupyter_cellorder.evaluation.hide import random_for
from jupyter_cellorder.evaluation.repair import RepairTally, evaluate_repair
from jupyter_cellorder.evaluation.shares import calibration_error, reliability
from jupyter_cellorder.evaluation.sources import Example, Skipped, SourceError
from jupyter_cellorder.notebook import Cell, Notebook

TRUTH = notebook("m0 c1 c2 m3 c4 m5 m6 c7 c8 c9 m10 c11 c12 c13 m14 c15")


def ids(found: Notebook, but: frozenset[str] = frozenset()) -> list[str]:
    return [one.id for one in found.cells if one.id not in but]


@pytest.mark.parametrize("seed", range(20))
def test_the_chosen_cells_move_and_no_others(seed: int) -> None:
    found = displace(TRUTH, random.Random(seed))
    moved = frozenset(found.own_gap)
    assert 1 <= len(moved) <= 3
    assert all(one.startswith("m") for one in moved)
    assert ids(found.notebook, moved) == ids(TRUTH, moved)
    assert sorted(ids(found.notebook)) == sorted(ids(TRUTH))
    # Each has other code before it than its author gave it.
    for name in moved:
        counts = []
        for cells in (TRUTH.cells, found.notebook.cells):
            before = cells[: [one.id for one in cells].index(name)]
            counts.append(sum(one.kind == "code" for one in before))
        assert counts[0] != counts[1]


def test_a_cell_lands_evenly_in_every_gap_but_those_of_its_own_code() -> None:
    truth = notebook("c0 m1 p2 c3 m4")
    landed: dict[str, int] = {}
    alone = 0
    for seed in range(3000):
        found = displace(truth, random_for(seed, "displace", "e"))
        if list(found.own_gap) == ["m1"]:
            alone += 1
            text = " ".join(ids(found.notebook))
            landed[text] = landed.get(text, 0) + 1
    # Before and behind p2 it would still stand between c0 and c3.
    assert set(landed) == {"m1 c0 p2 c3 m4", "c0 p2 c3 m1 m4", "c0 p2 c3 m4 m1"}
    assert list(landed.values()) == pytest.approx([alone / 3] * 3, rel=0.15)


def test_one_two_and_three_cells_are_moved_alike() -> None:
    counts = [len(displace(TRUTH, random.Random(seed)).own_gap) for seed in range(300)]
    assert [counts.count(number) for number in (1, 2, 3)] == pytest.approx([100] * 3, abs=30)


@pytest.mark.parametrize("words", ["", "c0 c1", "m0 m1", "p0 c1 e2"])
def test_what_cannot_be_displaced_stays(words: str) -> None:
    assert displace(notebook(words), random.Random(0)) == Displaced(notebook(words), {})


def test_back_is_its_own_gap_among_the_cells_that_never_moved() -> None:
    found = Displaced(notebook("c1 m2 c3 m0 m4"), {"m0": 0, "m2": 1})
    assert found.is_back("m0", [])
    assert found.is_back("m0", ["m2"])  # where m2 stands makes no difference
    assert not found.is_back("m0", ["c1"])
    assert found.is_back("m2", ["m0", "c1"])
    assert not found.is_back("m2", ["c1", "c3"])
    assert not found.is_back("m4", ["c1", "m2", "c3", "m0"])  # never moved, never back


def examples(count: int) -> Iterator[Example]:
    for number in range(count):
        yield Example(f"n{number}", f"repository {number % 3}", "a", "en", TRUTH)


def test_who_knows_the_truth_repairs_and_leaves_intact_notebooks_alone() -> None:
    result = evaluate_repair(examples(20), ensemble(max_share=1.0))
    assert result.shipped.false_moves == 0
    assert result.shipped.precision is not None
    # Not all: another displaced cell on the way may mislead even who knows the truth.
    assert result.shipped.precision > 0.8
    assert result.shipped.recall > 0.8
    assert (result.notebooks, result.clusters, result.markdown_cells) == (20, 3, 120)
    assert 20 <= result.displaced_cells <= 60
    assert result.shipped.confidence == 0.7


class Stubborn(Truthful):
    """Wants every cell at the end."""

    def precedence(self, placement, cancelled=None):  # type: ignore[no-untyped-def]
        answer = super().precedence(placement, cancelled)
        gap = np.full_like(answer.gap, 1e-3)
        gap[:, -1] = 1.0
        return type(answer)(answer.after, answer.before, gap / gap.sum(axis=1, keepdims=True))


def test_false_moves_are_counted_in_hundred_markdown_cells() -> None:
    result = evaluate_repair(examples(6), ensemble(Stubborn(), max_share=1.0))
    # Behind the last cell m14 nothing but code stands: all six markdown cells are moved.
    assert result.shipped.false_moves == 100
    assert result.shipped.false_moves_ci95 == (100, 100)
    assert result.shipped.precision is not None
    assert result.shipped.precision < 0.2


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    first, again, other = (
        evaluate_repair(examples(9), ensemble(), seed=seed) for seed in (0, 0, 1)
    )
    assert first == again
    assert first.displaced_cells != other.displaced_cells


def test_a_sample_and_its_progress() -> None:
    told: list[tuple[int, int | None]] = []
    result = evaluate_repair(
        examples(9), ensemble(), limit=4, progress=lambda done, total: told.append((done, total))
    )
    assert result.notebooks == 4
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


class Refusing(Truthful):
    def precedence(self, placement, cancelled=None):  # type: ignore[no-untyped-def]
        raise RequestError("Too many cells.", "too-many-cells")


def test_what_the_model_refuses_is_told_and_nothing_at_all_is_an_error() -> None:
    skipped = Skipped()
    with pytest.raises(SourceError, match="No notebook could be used"):
        evaluate_repair(examples(2), ensemble(Refusing()), skipped=skipped)
    assert skipped.counts == {"refused by the model, too-many-cells": 2}


def test_points_of_the_curve() -> None:
    tally = RepairTally()
    tally.add("a", 50, 2, [0.3], [(0.9, True, True), (0.4, True, False)])
    tally.add("b", 150, 2, [0.95, 0.2], [(0.8, True, True), (0.7, False, False), (0.1, True, True)])
    point = tally.point(0.5, seed=0)
    assert (point.moves, point.precision, point.recall) == (3, 2 / 3, 0.5)
    assert point.misplaced == 2 / 3
    assert tally.point(0.4, seed=0).misplaced == 3 / 4
    assert point.false_moves == 0.5  # one in 200 cells
    assert point.precision_ci95 == (0.5, 1.0)  # all of b, all of a
    assert point.recall_ci95 == (0.5, 0.5)
    nothing = tally.point(0.99, seed=0)
    assert (nothing.moves, nothing.precision, nothing.recall) == (0, None, 0)
    assert nothing.precision_ci95 is None


def test_one_cluster_has_no_interval() -> None:
    tally = RepairTally()
    tally.add("a", 10, 1, [], [(0.9, True, True)])
    point = tally.point(0.5, seed=0)
    assert point.precision_ci95 is point.recall_ci95 is point.false_moves_ci95 is None


def test_calibration_error_by_hand() -> None:
    sure = np.array([0.1, 0.1, 0.9, 0.9])
    right = np.array([0.0, 1.0, 1.0, 1.0])
    bins = reliability(sure, right, bins=2)
    assert bins == ((pytest.approx(0.1), 0.5, 2), (pytest.approx(0.9), 1.0, 2))
    assert calibration_error(bins) == pytest.approx((0.4 + 0.1) / 2)
    assert calibration_error(reliability(np.array([]), np.array([]))) is None
    # Fewer moves than bins: one each.
    assert len(reliability(sure[:3], right[:3])) == 3


def test_confidence_that_is_true_has_no_calibration_error() -> None:
    rng = np.random.default_rng(0)
    sure = rng.random(100_000)
    right = (rng.random(100_000) < sure).astype(float)
    error = calibration_error(reliability(sure, right))
    assert error is not None
    assert error < 0.01


def test_the_result_is_json_and_a_table() -> None:
    result = evaluate_repair(examples(9), ensemble())
    told = json.loads(json.dumps(result.as_dict()))
    assert told["task"] == "repair"
    assert told["precision"] == result.shipped.precision
    assert [point["confidence"] for point in told["curve"]] == sorted(
        point["confidence"] for point in told["curve"]
    )
    assert math.isclose(sum(part["moves"] for part in told["calibration_bins"]), 14, abs_tol=14)
    table = result.table()
    assert f"{result.shipped.recall:.1%}" in table
    assert "9 notebooks in 3 clusters" in table
    assert all(len(line) <= 100 for line in table.splitlines())


def test_a_notebook_whose_cells_stand_still_is_counted_too() -> None:
    """Nothing to displace: it still tells of false moves."""
    book = Notebook.from_cells([cell("c0"), Cell("p", "markdown", "text 1", pinned=True)])
    result = evaluate_repair([Example("e", "e", "e", "", book)], ensemble())
    assert (result.displaced_cells, result.shipped.recall) == (0, 0)
    assert result.markdown_cells == 1


def test_an_ensemble_is_asked_with_its_own_settings() -> None:
    never = {"cautious": 1.0, "balanced": 1.0, "eager": 1.0}
    result = evaluate_repair(examples(4), Ensemble((Truthful(),), (1.0,), "x"))
    silent = evaluate_repair(examples(4), ensemble(thresholds=never))
    assert result.shipped.moves > 0
    assert (silent.shipped.moves, silent.shipped.precision) == (0, None)
    assert silent.curve == result.curve
