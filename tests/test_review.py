from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from truthful import Truthful, ensemble, notebook

from jupyter_cellorder import suggest
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.review import questions
from jupyter_cellorder.review.decision import best_move, calibrated, softmax
from jupyter_cellorder.review.moves import propose
from jupyter_cellorder.review.questions import ask
from jupyter_cellorder.review.settings import Eagerness, ReviewSettings

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
    present = "m0 c1 m3 c4 c5 m6 c7 m8 m18 c9 c10 m11 m12 c13 m14 c15 m16 m17 m2"
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


def test_first_everything_but_one_fold_is_an_anchor() -> None:
    member = Truthful()
    suggest(notebook(IN_ORDER), ensemble(member, folds=4))
    assert len(member.asked) == 4  # nothing is in doubt, so nothing more is asked
    asked = [c.id for placement in member.asked for c in placement.floats]
    assert sorted(asked) == sorted(word for word in IN_ORDER.split() if word[0] == "m")
    for placement in member.asked:
        together = {c.id for c in (*placement.anchors, *placement.floats)}
        assert together == set(IN_ORDER.split())
        # Interleaved: no two of a fold stand side by side among the markdown.
        numbers = [int(c.id[1:]) for c in placement.floats]
        assert all(b - a > 1 for a, b in pairwise(numbers))


def test_then_all_together_and_the_doubtful_ones_alone() -> None:
    member = Truthful()
    answers = ask(notebook("m0 c1 c2 m3 c4 e1 m5 c6 p7 c8 m1.5"), ensemble(member, folds=2))
    assert answers is not None
    assert [c.id for c in answers.cells] == [
        *("m0", "c1", "c2", "m3", "c4", "m5", "c6", "p7", "c8", "m1.5")
    ]
    assert answers.floats == (0, 3, 5, 9)
    assert [sorted(c.id for c in p.floats) for p in member.asked] == [
        ["m0", "m5"],
        ["m1.5", "m3"],
        ["m0", "m1.5", "m3", "m5"],
        ["m1.5"],
    ]
    (index,) = answers.alone
    assert index == 9
    assert np.exp(answers.alone[9]).argmax() == 2  # behind m0 and c1
    assert np.exp(answers.alone[9]).sum() == pytest.approx(1)


def test_a_cell_that_seems_little_better_elsewhere_is_in_no_doubt() -> None:
    text = notebook("m0 c1 c2 m3 c4 m5 c6 m7 c8 m1.5")
    # The member gives its gap 0.9 and shares the rest among eight others.
    doubt = math.log(0.9 / (0.1 / 8))
    assert ask(text, ensemble(folds=2, least_doubt=doubt - 0.5)) is not None
    member = Truthful()
    assert ask(text, ensemble(member, folds=2, least_doubt=doubt + 0.5)) is None
    assert len(member.asked) == 2


def test_no_more_candidates_than_the_settings_allow() -> None:
    text = notebook("m20 m21 m22 m23 c1 c2 c3 m4 c5 m6 c7 m8 c9")
    for count in (1, 3):
        answers = ask(text, ensemble(candidates=count))
        assert answers is not None
        assert len(answers.alone) == count


def test_the_candidates_of_a_large_notebook_are_asked_about_in_two_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = notebook("m20 m21 m22 m23 c1 c2 c3 m4 c5 m6 c7 m8 c9")
    one_by_one = ask(text, ensemble(candidates=3))
    monkeypatch.setattr(questions, "LARGE", 12)
    member = Truthful()
    grouped = ask(text, ensemble(member, candidates=3))
    assert one_by_one is not None
    assert grouped is not None
    assert [sorted(c.id for c in p.floats) for p in member.asked[-2:]] == [["m20", "m23"], ["m21"]]
    assert list(grouped.alone) == list(one_by_one.alone)
    for index, logs in grouped.alone.items():
        assert logs.shape == (13,)
        assert np.exp(logs).sum() == pytest.approx(1)
        best = logs >= logs.max() - 1e-9
        assert best[one_by_one.alone[index].argmax()]
    # m20 and m23 float together: the places on both sides of the other one are one gap.
    assert grouped.alone[0][2] == grouped.alone[0][3]
    assert grouped.alone[0][1] != grouped.alone[0][2]


def test_thresholds_decide() -> None:
    text = "m0 c1 c2 m3 c4 m5 c6 m7 c8 m1.5"
    ((name, sure),) = [(one.cell_id, one.confidence) for one in propose(notebook(text), ensemble())]
    # The member is sure to 0.9; the others share the rest, and the present place counts for more.
    rest = 0.1 / 9
    expected = 0.9 / (0.9 + 8 * rest + rest * math.exp(2))
    assert (name, sure) == ("m1.5", pytest.approx(expected))
    assert moved(text, ensemble()) == ["m1.5"]
    low, high = sure - 0.01, sure + 0.01
    levels = {"cautious": 0.99, "balanced": high, "eager": low}
    chosen = ensemble(thresholds=levels)
    assert moved(text, chosen) == []
    for eagerness, found in (("cautious", 0), ("balanced", 0), ("eager", 1)):
        assert len(suggest(notebook(text), chosen, eagerness=eagerness).moves) == found
    assert suggest(notebook(text), chosen, eagerness=Eagerness.EAGER).moves


def test_an_unknown_eagerness_is_refused() -> None:
    with pytest.raises(RequestError, match="cautious, balanced, eager") as caught:
        suggest(notebook("c1 m2"), ensemble(), eagerness="hungry")
    assert caught.value.code == "unknown-eagerness"


def test_a_move_says_what_would_be_before_the_cell() -> None:
    book = notebook("m0 c1 e9 c2 m3 c4 m5 c6 m7 h9 c8 m1.5")
    (proposal,) = propose(book, ensemble())
    assert (proposal.cell_id, proposal.place) == ("m1.5", 2)
    assert proposal.before(book) == ["m0", "c1"]


def test_the_weights_decide() -> None:
    text = "m0 c1 c2 m3 c4 m5 c6 m7 c8 m1.5"
    assert moved(text, ensemble(weights={"alone": 1.0, "present": 2.0})) == ["m1.5"]
    assert moved(text, ensemble(weights={"alone": 1.0, "present": 6.0})) == []
    # What is read among the code alone counts the same for the places on both sides of m0.
    found = propose(notebook(text), ensemble(weights={"among_code": 1.0}))
    assert [one.place for one in found] == [2]


def test_of_several_the_most_confident_comes_first() -> None:
    found = propose(notebook("c1 c2 m9 c3 c4 m0 m5 m5.5 c6"), ensemble(max_share=1.0))
    assert [one.confidence for one in found] == sorted(
        (one.confidence for one in found), reverse=True
    )
    assert {one.cell_id for one in found if one.confidence > 0.5} == {"m0", "m9"}


def test_no_more_than_a_share_is_moved() -> None:
    text = "m20 m21 c1 c2 c3 m4 c5 m6 c7 m8 c9"
    assert moved(text, ensemble(max_share=1.0)) == ["m20", "m21"]
    assert len(moved(text, ensemble(max_share=0.3))) == 1
    assert len(moved(text, ensemble(max_share=0.01))) == 1


def test_without_a_gap_head_the_pairs_decide() -> None:
    chosen = ensemble(Truthful(0.9, with_gap=False), weights={"alone": 1.0, "present": 3.0})
    # Across two anchors: 2 * log(9) = 4.39 of evidence; across one, 2.20, it is not enough.
    assert moved("c1 c2 m3 c4 m0.5 c5 m6", chosen) == ["m0.5"]
    assert moved("c1 m0.5 c2 m3 c4 c5 m6", chosen) == []


def test_confidence_is_the_calibrated_logistic() -> None:
    assert calibrated(0.5, (1.0, 0.0)) == 0.5
    assert calibrated(0.9, (1.0, 0.0)) == pytest.approx(0.9)
    odds = math.log(0.8 / 0.2)
    assert calibrated(0.8, (0.5, 1.0)) == pytest.approx(1 / (1 + math.exp(-(0.5 * odds + 1.0))))
    assert 0 <= calibrated(0.0, (1.0, 0.0)) < calibrated(1.0, (1.0, 0.0)) <= 1
    (move,) = suggest(notebook("c1 c2 c3 m0 m4"), ensemble(calibration=(0.0, 2.0))).moves
    assert move.confidence == pytest.approx(1 / (1 + math.exp(-2)))


def test_the_best_move_is_elsewhere() -> None:
    assert best_move(np.array([0.1, 0.6, 0.3]), 1) == 2
    assert best_move(np.array([1.0]), 0) is None
    assert softmax(np.array([900.0, 900.0, -900.0])) == pytest.approx([0.5, 0.5, 0.0])


def test_an_empty_cell_follows_the_one_that_is_moved() -> None:
    suggestion = suggest(notebook("c1 c2 m0 e1 c3 m4 m5 m6"), ensemble())
    assert " ".join(suggestion.order) == "m0 e1 c1 c2 c3 m4 m5 m6"
    assert [move.cell_id for move in suggestion.moves] == ["m0", "e1"]


def test_cancelled_between_questions() -> None:
    for asked in (1, 2, 3):  # in the folds, before all together, before the cell alone
        member = Truthful()
        with pytest.raises(Cancelled):
            suggest(
                notebook(IN_ORDER.replace("m0 ", "") + " m0"),
                ensemble(member),
                cancelled=lambda member=member, asked=asked: len(member.asked) == asked,
            )
        assert len(member.asked) == asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"folds": 0},
        {"least_doubt": -0.1},
        {"least_doubt": math.nan},
        {"candidates": 0},
        {"max_share": 0},
        {"weights": {"alone": math.nan}},
        {"calibration": (math.inf, 0.0)},
        {"thresholds": {"balanced": 0.5}},
        {"thresholds": {"cautious": 0.5, "balanced": 0.5, "eager": 1.5}},
    ],
)
def test_settings_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        ReviewSettings(**wrong)  # type: ignore[arg-type]


def test_an_ensemble_needs_members_and_weights() -> None:
    with pytest.raises(ValueError, match="no ensemble"):
        Ensemble((), (), "empty")
    with pytest.raises(ValueError, match="no ensemble"):
        Ensemble((Truthful(),), (1.0, 2.0), "odd")
