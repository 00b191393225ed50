import json

import pytest

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.score import Row, Score, Surety, in_true_gap, score

# The author's order: A, text x and y, B, text z; capitals are code.
TRUTH = "AxyBz"
CODE = frozenset("AB")


@pytest.mark.parametrize(
    ("order", "inversions", "right_gaps", "displacement", "code_moved"),
    [
        ("AxyBz", 0, 3, 0, 0),
        ("AyxBz", 1, 3, 2, 0),  # x and y, one place each
        ("xAyBz", 1, 2, 1, 0),
        ("ABxyz", 2, 1, 2, 0),
        ("zyxAB", 7, 0, 4 + 1 + 1, 0),
        ("BxyAz", 5, 1, 0, 1),  # z: both code cells before it, though they are swapped
        ("BAxyz", 3, 1, 2, 1),
    ],
)
def test_an_order_is_scored_by_hand(order, inversions, right_gaps, displacement, code_moved):
    found = score(order, TRUTH, CODE, 1.5, 2.5)
    assert found == Score(inversions, right_gaps, displacement, code_moved, 1.5, 2.5)


def test_as_many_code_cells_before_it_are_not_the_same_cells():
    # B before x: one code cell as in truth, but another one.
    assert in_true_gap("BxAyz", TRUTH, CODE) == {"z"}
    assert in_true_gap("ByzxA", TRUTH, CODE) == frozenset()


def test_code_moved_is_the_fewest_cells_to_put_back():
    truth = "ABCDEx"
    assert score("BCDEAx", truth, frozenset("ABCDE")).code_moved == 1
    assert score("EDCBAx", truth, frozenset("ABCDE")).code_moved == 4


@pytest.mark.parametrize("order", ["AxyB", "AxyBzz", "AxyBw", "AxxBz"])
def test_an_order_of_other_cells_is_not_scored(order):
    with pytest.raises(CellOrderError) as caught:
        score(order, TRUTH, CODE)
    assert caught.value.code == "cells-differ"


def test_a_row_survives_json():
    row = Row(
        5,
        3,
        {OWN: Score(1, 2, 3, 0, 0.5, 7.25), Contender("member", "a:b"): Score(0, 3, 0, 1, 0.0, 0)},
        (Surety(0.75, 0.5, True),),
        [4, 0, 1, 2, 3],
        0.5,
    )
    assert Row.from_json(json.loads(json.dumps(row.as_json()))) == row
    refused = Row(5, 3, order=[0, 1], refused="too-many-cells")
    assert Row.from_json(json.loads(json.dumps(refused.as_json()))) == refused


@pytest.mark.parametrize("text", ["", "member", "nobody:x"])
def test_what_is_no_contender_is_refused(text):
    with pytest.raises(ValueError, match="contender"):
        Contender.parse(text)
