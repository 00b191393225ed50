"""Members' answers to one order, by every strategy, against what the strategies promise."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cellorder.decode import expected_inversions, least_inversions
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.members.adapters import anchor_ranks, from_next_cell, from_rank
from jupyter_cellorder.precedence import Precedence, mix
from jupyter_cellorder.strategies import STRATEGIES, arrange, parse_weights


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[Precedence], list[float]]:
    """One to four members of every kind on up to five floats, and their weights."""
    floats, anchors = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    made, weights = [], []
    for _ in range(draw(st.integers(1, 4))):
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        kind = draw(st.sampled_from(["pointwise", "pairwise", "other"]))
        if kind == "pointwise":
            made.append(from_rank(rng.random(floats).round(1), anchors, 0.2))
        elif kind == "pairwise":
            made.append(from_next_cell(rng.normal(size=(floats, anchors + 1)), 1.0))
        else:
            before = np.triu(rng.random((floats, floats)), 1)
            before = before + np.tril(1 - before.T, -1) + 0.5 * np.eye(floats)
            made.append(Precedence(rng.random((floats, anchors)), before))
        weights.append(draw(st.sampled_from([0.5, 1.0, 2.0, 6.0])))
    return made, weights


@given(answers(), st.sampled_from(STRATEGIES))
def test_every_strategy_gives_an_order_that_keeps_the_code(
    asked: tuple[list[Precedence], list[float]], strategy: str
) -> None:
    said, weights = asked
    order = arrange(strategy, said, weights)
    if order is None:
        assert strategy == "rank-mean"
        assert all(one.rank is None for one in said)
        return
    expected_inversions(said[0], order)  # refuses what is no permutation or moves code


@given(answers())
def test_precedence_has_the_least_expected_inversions_of_the_mixture(
    asked: tuple[list[Precedence], list[float]],
) -> None:
    said, weights = asked
    mixed = said[0] if len(said) == 1 else mix(said, weights)
    order = arrange("precedence", said, weights)
    assert order == least_inversions(mixed)


def ranked(*ranks: float, anchors: int = 3) -> Precedence:
    return from_rank(np.array(ranks), anchors, 0.1)


def test_the_mean_of_ranks_is_weighted_and_leaves_out_who_has_none() -> None:
    # The means are 0.25 and 0.75; the code stands at 0.1, 0.4 and 0.7.
    said = [ranked(0.0, 1.0), ranked(1.0, 0.0), from_next_cell(np.zeros((2, 4)), 1.0)]
    assert arrange("rank-mean", said, [3, 1, 100]) == [0, 3, 1, 2, 4]
    assert arrange("rank-mean", said, [1, 3, 100]) == [0, 4, 1, 2, 3]
    assert arrange("rank-mean", said[2:], [1]) is None
    assert arrange("rank-mean", said, [0, 0, 1]) is None


def test_a_rank_is_a_share_of_all_cells_of_the_notebook() -> None:
    places = anchor_ranks(3, 2)
    between = (places[:-1] + places[1:]) / 2
    assert arrange("rank-mean", [ranked(*between)], [1]) == [0, 3, 1, 4, 2]
    # In the notebook m c m c c the ranks are 0 and 2 / 5.
    assert arrange("rank-mean", [ranked(0.0, 0.4)], [1]) == [3, 0, 4, 1, 2]


def test_the_mean_of_positions_by_hand() -> None:
    """First: f a b c g; second: a b f c g (f = 3, g = 4)."""
    first, second = ranked(0.0, 1.0), from_next_cell([[-9, -9, 9, -9], [-9, -9, -9, 9]], 1.0)
    assert arrange("submission-mean", [first, second], [1, 0]) == [3, 0, 1, 2, 4]
    assert arrange("submission-mean", [first, second], [0, 1]) == [0, 1, 3, 2, 4]
    # f at (2 * 0 + 2) / 3; a at (2 * 1 + 0) / 3: tied, and text goes first.
    assert arrange("submission-mean", [first, second], [2, 1]) == [3, 0, 1, 2, 4]
    # f at 4 / 3, a at 1 / 3, b at 4 / 3.
    assert arrange("submission-mean", [first, second], [1, 2]) == [0, 3, 1, 2, 4]


def test_what_is_added_hands_in_no_submission() -> None:
    first = Precedence(np.array([[0.9, 0.9]]), np.array([[0.5]]))
    rule = Precedence(np.array([[0.1, 0.1]]), np.array([[0.5]]), added=True)
    assert arrange("submission-mean", [first, rule], [1, 5]) == [0, 1, 2]
    assert arrange("submission-mean", [first, rule], [0, 1]) == [2, 0, 1]
    assert arrange("precedence", [first, rule], [1, 5]) == [2, 0, 1]


def test_one_member_alone_hands_in_its_own_submission() -> None:
    next_cell = from_next_cell([[0.0, 2.0, 1.0, 0.5], [0.1, 0.0, 3.0, 0.0]], 1.0)
    assert arrange("submission-mean", [next_cell], [1]) == least_inversions(next_cell)
    rank = ranked(0.9, 0.1)
    assert arrange("submission-mean", [rank], [1]) == arrange("rank-mean", [rank], [1])


def test_ties_go_by_the_order_of_presentation_alone() -> None:
    """So that they leak nothing where that order says nothing, and a rerun gives the same."""
    silent = ranked(0.5, 0.5, 0.5)
    for strategy in ("rank-mean", "submission-mean"):
        floats = [i for i in arrange(strategy, [silent, silent], [1, 2]) or [] if i >= 3]
        assert floats == [3, 4, 5]
    # Members that contradict each other in every way: all means are equal.
    said = [ranked(*order, anchors=0) for order in permutations([0.1, 0.5, 0.9])]
    assert arrange("submission-mean", said, [0.1] * 6) == [0, 1, 2]


def test_what_cannot_be_arranged_is_refused() -> None:
    one = ranked(0.5)
    for said, weights in (
        ([], []),
        ([one], [1, 2]),
        ([one], [-1]),
        ([one], [0]),
        ([one], [np.nan]),
    ):
        with pytest.raises(ValueError, match="weights"):
            arrange("submission-mean", said, weights)
    with pytest.raises(ValueError, match="shapes"):
        arrange("rank-mean", [one, ranked(0.5, anchors=2)], [1, 1])
    with pytest.raises(ValueError, match="no strategy 'median'; use one of precedence, rank-mean"):
        arrange("median", [one], [1])


def test_weights_as_they_are_written() -> None:
    assert parse_weights("6:5:2:3", ["a", "b", "c", "d"]) == (6.0, 5.0, 2.0, 3.0)
    assert parse_weights("0.5: 0", ["a", "b"]) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("6:5:2", "3 weights for 2 members do not fit. Give one for each member, such as 1:1"),
        ("6,5", "are not numbers with colons between them"),
        ("", "are not numbers"),
        ("1:", "are not numbers"),
        ("-1:2", "negative or not finite"),
        ("nan:2", "negative or not finite"),
        ("0:0", "all zero"),
    ],
)
def test_weights_that_make_no_sense(text: str, says: str) -> None:
    with pytest.raises(RequestError, match=says) as refused:
        parse_weights(text, ["rank", "next"])
    assert refused.value.code == "bad-weights"


def test_rules_hand_in_no_order_of_their_own() -> None:
    rank = ranked(0.9, 0.1)
    rules = Precedence(1 - rank.after, 1 - rank.before, added=True)
    alone = arrange("submission-mean", [rank], [1])
    assert arrange("submission-mean", [rank, rules], [1, 5]) == alone
    assert arrange("rank-mean", [rank, rules], [1, 5]) == alone
    assert arrange("submission-mean", [rules], [1]) == least_inversions(rules)
