"""Asking the network again: which floats, among what, and how both answers are mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from jupyter_cellorder.members.context_again import Question, asked_again, halves
from jupyter_cellorder.precedence import Precedence


def about(
    order: Sequence[float], anchors: Sequence[int], floats: Sequence[int], sure: float
) -> Precedence:
    """What somebody says who knows the place of every cell and is `sure` of every pair and gap."""
    place = np.asarray(order, dtype=np.float64)
    own, others = place[list(floats)], place[list(anchors)]
    after = np.where(own[:, None] > others[None, :], sure, 1 - sure)
    before = np.where(own[:, None] < own[None, :], sure, 1 - sure)
    np.fill_diagonal(before, 0.5)
    gap = np.full((len(own), len(others) + 1), (1 - sure) / max(1, len(others)))
    gap[np.arange(len(own)), (own[:, None] > others[None, :]).sum(axis=1)] = sure
    return Precedence(after, before, gap)


def each(
    ask: Callable[[Sequence[int], Sequence[int]], Precedence],
) -> Callable[[Sequence[Question]], Iterator[Precedence]]:
    """Several questions, one after the other."""
    return lambda questions: (ask(anchors, floats) for anchors, floats in questions)


def test_halves_hold_every_float_once_and_do_not_depend_on_the_given_order() -> None:
    keys = [b"d", b"a", b"e", b"c", b"b"]
    first, second = halves(keys)
    assert sorted([*first, *second]) == [0, 1, 2, 3, 4]
    assert abs(len(first) - len(second)) <= 1
    turned = halves(keys[::-1])
    assert {frozenset(keys[::-1][row] for row in part) for part in turned} == {
        frozenset(keys[row] for row in part) for part in (first, second)
    }


def test_the_rest_is_anchored_in_the_order_of_the_first_answer() -> None:
    # Code 0 and 1, floats 2..5; true order: 3 0 2 5 1 4.
    order = [1, 4, 2, 0, 5, 3]
    asked: list[tuple[list[int], list[int]]] = []

    def ask(anchors: Sequence[int], floats: Sequence[int]) -> Precedence:
        asked.append((list(anchors), list(floats)))
        return about(order, anchors, floats, 0.9)

    asked_again(about(order, [0, 1], [2, 3, 4, 5], 0.9), ([0, 3], [1, 2]), 0.5, each(ask))
    assert asked == [([3, 0, 1, 4], [2, 5]), ([0, 2, 5, 1], [3, 4])]


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_who_says_the_same_again_changes_nothing(weight: float) -> None:
    order = [1, 4, 2, 0, 5, 3]
    first = about(order, [0, 1], [2, 3, 4, 5], 0.8)
    ask = each(lambda anchors, floats: about(order, anchors, floats, 0.8))
    mixed = asked_again(first, ([0, 3], [1, 2]), weight, ask)
    assert np.allclose(mixed.after, first.after)
    assert np.allclose(mixed.before, first.before)


def test_weights_of_both_answers() -> None:
    """One code cell 0, floats 1 and 2; first 1 0 2 (sure 0.6), then 2 stands before 0 (0.9)."""
    first = about([1, 0, 2], [0], [1, 2], 0.6)

    def ask(anchors: Sequence[int], floats: Sequence[int]) -> Precedence:
        return about([2, 1, 0], anchors, floats, 0.9)

    mixed = asked_again(first, ([0], [1]), 0.25, each(ask))
    odds = np.log([0.6 / 0.4, 0.9 / 0.1])
    against = 1 / (1 + np.exp(-(0.75 * odds[0] - 0.25 * odds[1])))
    agreed = 1 / (1 + np.exp(-(0.75 * odds[0] + 0.25 * odds[1])))
    # Float 1 stands before the code both times; float 2 after it, then before it.
    assert mixed.after[:, 0] == pytest.approx([1 - agreed, against])
    # 1 before 2, then twice (each floating once) 2 before 1.
    assert mixed.before[0, 1] == pytest.approx(against)


def test_gaps_that_only_placed_floats_part_are_one() -> None:
    """Code 0, floats 1 and 2 in the order 1 2 0: float 2 is asked among 1 and 0, three gaps."""
    first = about([2, 0, 1], [0], [1, 2], 0.9)
    shares = {2: [0.2, 0.5, 0.3], 1: [0.6, 0.1, 0.3]}

    def ask(anchors: Sequence[int], floats: Sequence[int]) -> Precedence:
        half = np.full((1, 2), 0.5)
        return Precedence(half, np.full((1, 1), 0.5), np.array([shares[floats[0]]]))

    mixed = asked_again(first, ([0], [1]), 1.0, each(ask))
    assert mixed.gap is not None
    # Before the code cell are the gaps before and behind the placed float.
    assert mixed.gap == pytest.approx(np.array([[0.7, 0.3], [0.7, 0.3]]))
