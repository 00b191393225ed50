from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from truthful import Truthful, ensemble, notebook

from jupyter_cellorder import suggest
from jupyter_cellorder.ensemble import Ensemble, ReviewSettings
from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.precedence import Placement, Precedence
from jupyter_cellorder.review import calibrated, review_evidence

IN_ORDER = "m0 c1 m2 m3 c4 c5 m6 c7 m8 c9 c10 m11 m12 c13 m14 c15 m16 m17 m18"


def moved(text: str, chosen: Ensemble) -> list[str]:
    return [move.cell_id for move in suggest(notebook(text), chosen).moves]


def test_silent_where_everything_is_in_order() -> None:
    suggestion = suggest(notebook(IN_ORDER), ensemble())
    assert suggestion.notice == "in-order"
    assert suggestion.order == notebook(IN_ORDER).ids


@given(st.lists(st.sampled_from("cmmrpeh"), min_size=1, max_size=20), st.integers(1, 8))
def test_silent_whatever_is_between_cells_in_order(kinds: list[str], folds: int) -> None:
    """Empty cells, pinned and raw ones between a cell and its place make no difference."""
    text = " ".join(f"{kind}{place}" for place, kind in enumerate(kinds))
    assert moved(text, ensemble(folds=folds)) == []


def test_misplaced_cells_are_moved_and_nothing_else() -> None:
    present = "m0 c1 m3 c4 c5 m6 m18 c7 m8 c9 c10 m11 m12 c13 m14 c15 m16 m17 m2"
    suggestion = suggest(notebook(present), ensemble())
    assert [move.cell_id for move in suggestion.moves] == ["m2", "m18"]
    assert [name for name in suggestion.order if name not in ("m2", "m18")] == [
        name for name in present.split() if name not in ("m2", "m18")
    ]
    # No code stands between m2 and m3, but m3 anchors m2.
    assert list(suggestion.order) == IN_ORDER.split()
    assert all(0.5 < move.confidence < 1 and move.gain > 0 for move in suggestion.moves)


def test_two_that_go_into_one_gap_go_in_their_order() -> None:
    assert (
        " ".join(suggest(notebook("m3 m2 c0 c1 c4 c5 m6"), ensemble(max_share=1.0)).order)
        == "c0 c1 m2 m3 c4 c5 m6"
    )


def test_everything_but_one_fold_is_an_anchor() -> None:
    member = Truthful()
    suggest(notebook(IN_ORDER), ensemble(member, folds=4))
    assert len(member.asked) == 4
    asked = [c.id for placement in member.asked for c in placement.floats]
    assert sorted(asked) == sorted(word for word in IN_ORDER.split() if word[0] == "m")
    for placement in member.asked:
        together = {c.id for c in (*placement.anchors, *placement.floats)}
        assert together == set(IN_ORDER.split())
        # Interleaved: no two of a fold stand side by side among the markdown.
        numbers = [int(c.id[1:]) for c in placement.floats]
        assert all(b - a > 1 for a, b in pairwise(numbers))


def test_thresholds_decide() -> None:
    text = "m0 c1 c2 m3 c4 m5 c6 m7 c8 m1.5"
    # log(0.9 / 0.0125), the certainty of the member
    (evidence,) = {round(e.evidence, 6) for e in review_evidence(notebook(text), ensemble())} - {0}
    member_says = math.log(0.9 / (0.1 / 8))
    assert evidence == pytest.approx(member_says, abs=0.2)
    assert moved(text, ensemble()) == ["m1.5"]
    assert moved(text, ensemble(threshold=evidence + 1)) == []
    assert moved(text, ensemble(confirm_threshold=evidence + 1)) == []
    assert moved(text, ensemble(threshold=evidence - 0.2, confirm_threshold=4.0)) == ["m1.5"]


class Wavering(Truthful):
    """Sure when a cell is asked alone, unsure when several float together."""

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        answer = super().precedence(placement, cancelled)
        if len(placement.floats) == 1:
            return answer
        assert answer.gap is not None
        return Precedence(
            answer.after, answer.before, np.full_like(answer.gap, 1 / answer.gap.shape[1])
        )


def test_what_does_not_hold_the_second_time_stays() -> None:
    text = "c1 c2 m9 c3 c4 m0 m5 m5.5 c6"
    assert moved(text, ensemble(folds=9, max_share=1.0)) == ["m0", "m9"]
    assert moved(text, ensemble(Wavering(), folds=9, max_share=1.0)) == []


class OneOfTwo(Truthful):
    """The second time it no longer finds anything wrong with `m0`."""

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        answer = super().precedence(placement, cancelled)
        if len(placement.floats) == 1:
            return answer
        assert answer.gap is not None
        gap = answer.gap.copy()
        row = [c.id for c in placement.floats].index("m0")
        gap[row] = 1 / gap.shape[1]
        return Precedence(answer.after, answer.before, gap)


def test_a_candidate_that_is_not_confirmed_keeps_its_place() -> None:
    suggestion = suggest(
        notebook("c1 c2 m9 h1 c3 c4 h2 m0 h3 m5 c6"), ensemble(OneOfTwo(), folds=9, max_share=1.0)
    )
    assert [move.cell_id for move in suggestion.moves] == ["m9"]
    assert " ".join(suggestion.order) == "c1 c2 h1 c3 c4 h2 m0 h3 m5 c6 m9"


def test_no_more_than_a_share_is_moved_the_strongest_first() -> None:
    text = "m20 m21 m22 m23 c1 c2 c3 m4 c5 m6 c7 m8 c9"
    assert len(moved(text, ensemble(max_share=1.0))) == 4
    assert len(moved(text, ensemble(max_share=0.3))) == 2
    assert len(moved(text, ensemble(max_share=0.01))) == 1


def test_without_a_gap_head_the_pairs_decide() -> None:
    chosen = ensemble(Truthful(0.9, with_gap=False), threshold=4.0, confirm_threshold=4.0)
    # Across two anchors: 2 * log(9) = 4.39 of evidence; across one it is not enough.
    assert moved("c1 c2 m3 c4 m0.5 c5 m6", chosen) == ["m0.5"]
    assert moved("c1 m0.5 c2 m3 c4 c5 m6", chosen) == []
    (weight,) = [
        e.evidence
        for e in review_evidence(notebook("c1 c2 m3 c4 m0.5 c5 m6"), chosen)
        if e.cell_id == "m0.5"
    ]
    assert weight == pytest.approx(4 * math.log(9))


class AtOdds(Truthful):
    """Its gaps say one thing and its pairs another."""

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        answer = super().precedence(placement, cancelled)
        return Precedence(1 - answer.after, 1 - answer.before, answer.gap)


def test_no_move_that_raises_the_expected_inversions() -> None:
    text = "c1 c2 c3 m4 c5 m0"
    assert moved(text, ensemble()) == ["m0"]
    assert moved(text, ensemble(AtOdds())) == []


def test_evidence_of_every_cell_for_fitting() -> None:
    found = review_evidence(notebook("m0 e1 c1 p2 c4 m2 h1 c5"), ensemble())
    assert [item.cell_id for item in found] == ["m0", "m2"]
    assert found[0].evidence == 0
    assert (found[0].present_gap, found[0].best_gap) == (0, 0)
    # c1 p2 c4 | c5 and m0 before them
    assert (found[1].anchors, found[1].present_gap, found[1].best_gap) == (5, 4, 2)
    assert found[1].gain > 0
    together = review_evidence(notebook("m0 c1 c4 m2 c5"), ensemble(), together=["m0", "m2"])
    assert [item.anchors for item in together] == [3, 3]
    assert review_evidence(notebook("c1 e1"), ensemble()) == []


def test_confidence_is_the_calibrated_logistic() -> None:
    assert calibrated(0.5, ReviewSettings()) == 0.5
    assert calibrated(0.9, ReviewSettings()) == pytest.approx(0.9)
    odds = math.log(0.8 / 0.2)
    assert calibrated(0.8, ReviewSettings(calibration=(0.5, 1.0))) == pytest.approx(
        1 / (1 + math.exp(-(0.5 * odds + 1.0)))
    )
    assert 0 <= calibrated(0.0, ReviewSettings()) < calibrated(1.0, ReviewSettings()) <= 1
    (move,) = suggest(notebook("c1 c2 c3 m0 m4"), ensemble(calibration=(0.0, 2.0))).moves
    assert move.confidence == pytest.approx(1 / (1 + math.exp(-2)))


def test_a_place_that_is_not_probable_enough_is_not_proposed() -> None:
    asked = notebook("c1 c2 c3 m0 m4")
    (found,) = [
        item for item in review_evidence(asked, ensemble(), together=["m0"]) if item.evidence > 2
    ]
    assert suggest(asked, ensemble(least_probability=found.probability - 1e-3)).moves
    assert suggest(asked, ensemble(least_probability=found.probability + 1e-3)).notice == "in-order"


def test_an_empty_cell_follows_the_one_that_is_moved() -> None:
    suggestion = suggest(notebook("c1 c2 m0 e1 c3 m4 m5 m6"), ensemble())
    assert " ".join(suggestion.order) == "m0 e1 c1 c2 c3 m4 m5 m6"
    assert [move.cell_id for move in suggestion.moves] == ["m0", "e1"]


def test_cancelled_between_folds() -> None:
    member = Truthful()
    with pytest.raises(Cancelled):
        suggest(notebook(IN_ORDER), ensemble(member), cancelled=lambda: len(member.asked) == 2)
    assert len(member.asked) == 2


@pytest.mark.parametrize(
    "wrong", [{"folds": 0}, {"threshold": -1.0}, {"confirm_threshold": math.nan}, {"max_share": 0}]
)
def test_settings_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        ReviewSettings(**wrong)  # type: ignore[arg-type]


def test_an_ensemble_needs_members_and_weights() -> None:
    with pytest.raises(ValueError, match="no ensemble"):
        Ensemble((), (), "empty")
    with pytest.raises(ValueError, match="no ensemble"):
        Ensemble((Truthful(),), (1.0, 2.0), "odd")
