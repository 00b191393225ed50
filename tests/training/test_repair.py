"""What review mode meets while it is calibrated."""

from __future__ import annotations

import numpy as np
import pytest
from truthful import Truthful, cell, ensemble, notebook

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.notebook import Notebook
from training.repair import Trial, displace, try_review

TRUTH = notebook("m0 c1 c2 m3 c4 m5 m6 c7 c8 c9 m10 c11 c12 c13 m14 c15")
THRESHOLDS = (1.0, 2.0, 3.0, 99.0)


def ids(found: Notebook, but: frozenset[str] = frozenset()) -> list[str]:
    return [one.id for one in found.cells if one.id not in but]


@pytest.mark.parametrize("seed", range(20))
def test_the_chosen_cells_move_and_no_others(seed: int) -> None:
    broken, moved = displace(TRUTH, np.random.default_rng(seed))
    assert 1 <= len(moved) <= 3
    assert all(one.startswith("m") for one in moved)
    assert ids(broken, moved) == ids(TRUTH, moved)
    assert {one.id: one for one in broken.cells} == {one.id: one for one in TRUTH.cells}
    if len(moved) == 1:  # of several, one may bring another back
        assert ids(broken) != ids(TRUTH)


def test_a_cell_lands_in_every_gap_but_its_own() -> None:
    truth = notebook("c0 c1 m2 c3 c4")
    found = {ids(displace(truth, np.random.default_rng(seed))[0]).index("m2") for seed in range(99)}
    assert found == {0, 1, 3, 4}


def test_one_two_and_three_cells_are_moved_alike() -> None:
    counts = [len(displace(TRUTH, np.random.default_rng(seed))[1]) for seed in range(300)]
    assert [counts.count(number) for number in (1, 2, 3)] == pytest.approx([100] * 3, abs=30)


def test_what_cannot_be_moved_stays() -> None:
    code = notebook("c0 c1")
    assert displace(code, np.random.default_rng(0)) == (code, frozenset())


def trial(broken: Notebook, moved: frozenset[str], asked: Ensemble) -> Trial:
    return try_review(broken, TRUTH, moved, asked, THRESHOLDS)


def test_who_knows_the_truth_leaves_an_intact_notebook_alone() -> None:
    found = trial(TRUTH, frozenset(), ensemble())
    assert (found.markdown, found.displaced) == (6, 0)
    assert found.proposals == {threshold: [] for threshold in THRESHOLDS}


def test_who_knows_the_truth_brings_a_cell_back() -> None:
    broken = notebook("c1 c2 m3 c4 m5 m6 c7 c8 c9 m10 c11 c12 m0 c13 m14 c15")
    found = trial(broken, frozenset({"m0"}), ensemble())
    assert (found.markdown, found.displaced) == (6, 1)
    [proposal] = found.proposals[2.0]
    assert proposal.right
    assert proposal.probability == pytest.approx(0.9)
    assert found.proposals[99.0] == []


def test_a_cell_brought_to_a_wrong_place_is_not_right() -> None:
    """The ensemble takes the text for the truth; the truth is another notebook."""
    broken = notebook("c1 c2 m3 c4 m5 m6 c7 c8 c9 m10 c11 c12 m0 c13 m14 c15")
    other = Notebook.from_cells([*broken.cells[:1], cell("m0"), *broken.cells[1:12]])
    found = try_review(broken, other, frozenset({"m0"}), ensemble(), THRESHOLDS)
    assert [proposal.right for proposal in found.proposals[2.0]] == [False]


def test_a_move_of_a_cell_that_was_not_displaced_is_not_right() -> None:
    found = try_review(
        notebook("c1 m0 c2 c4"), notebook("c1 m0 c2 c4"), frozenset(), ensemble(), THRESHOLDS
    )
    assert [proposal.right for proposal in found.proposals[2.0]] == [False]


def test_the_second_question_is_asked_once_for_the_same_candidates() -> None:
    broken = notebook("c1 c2 m3 c4 m5 m6 c7 c8 c9 m10 c11 c12 m0 c13 m14 c15")
    member = Truthful()
    asked = ensemble(member)
    trial(broken, frozenset({"m0"}), asked)
    assert len(member.asked) == 6 + 1  # a fold for each cell; one question for all thresholds


def test_a_cell_that_stood_right_is_never_brought_back() -> None:
    """Past a displaced cell it stays where it was among the others, and is still no repair."""
    broken, truth = notebook("c1 m3 p2 c4"), notebook("c1 m3 c4 p2")
    found = try_review(broken, truth, frozenset({"p2"}), ensemble(), THRESHOLDS)
    assert [proposal.right for proposal in found.proposals[2.0]] == [False]
