from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jupyter_cellorder import decode
from jupyter_cellorder.decode import (
    expected_inversions,
    fewest_moves,
    in_turn,
    least_inversions,
    likeliest_gaps,
    monotone_alignment,
    support,
)
from jupyter_cellorder.precedence import Precedence

PROBABILITIES = st.floats(0, 1, width=32)


def random_precedence(seed: int, floats: int, anchors: int, gap: bool = False) -> Precedence:
    random = np.random.default_rng(seed)
    upper = np.triu(random.random((floats, floats)), 1)
    before = upper + np.tril(1 - upper.T, -1) + 0.5 * np.eye(floats)
    gaps = random.dirichlet(np.ones(anchors + 1), floats) if gap else None
    return Precedence(random.random((floats, anchors)), before, gaps)


@st.composite
def precedences(draw: st.DrawFn, floats: int = 4, anchors: int = 3) -> Precedence:
    m, n = draw(st.integers(0, floats)), draw(st.integers(0, anchors))
    upper = np.triu(draw(arrays(float, (m, m), elements=PROBABILITIES)), 1)
    before = upper + np.tril(1 - upper.T, -1) + 0.5 * np.eye(m)
    return Precedence(draw(arrays(float, (m, n), elements=PROBABILITIES)), before)


@st.composite
def consistent(draw: st.DrawFn) -> tuple[Precedence, list[int]]:
    """Probabilities of any strength whose signs agree with one order, and that order."""
    m, n = draw(st.integers(1, 12)), draw(st.integers(0, 12))
    order = draw(st.permutations(range(n + m)))
    anchors = iter(range(n))
    order = [next(anchors) if item < n else item for item in order]
    place = np.argsort(order)
    strength = draw(arrays(float, (m, n + m), elements=st.floats(0.51, 1)))
    stands_after = place[n:, None] > place[None, :]
    after = np.where(stands_after, strength, 1 - strength)
    upper = np.triu(1 - after[:, n:], 1)
    before = upper + np.tril(1 - upper.T, -1) + 0.5 * np.eye(m)
    return Precedence(after[:, :n], before), order


def all_orders(p: Precedence) -> Iterator[list[int]]:
    for order in itertools.permutations(range(p.anchors + p.floats)):
        if list(item for item in order if item < p.anchors) == list(range(p.anchors)):
            yield list(order)


def by_hand(p: Precedence, order: list[int]) -> float:
    """The definition, pair by pair."""
    total = 0.0
    for left, right in itertools.combinations(order, 2):
        if left >= p.anchors and right >= p.anchors:
            total += 1 - p.before[left - p.anchors, right - p.anchors]
        elif left >= p.anchors:
            total += p.after[left - p.anchors, right]
        elif right >= p.anchors:
            total += 1 - p.after[right - p.anchors, left]
    return total


@given(precedences(), st.randoms(use_true_random=False))
def test_expected_inversions_follow_the_definition(p: Precedence, random: object) -> None:
    for order in itertools.islice(all_orders(p), 20):
        assert expected_inversions(p, order) == pytest.approx(by_hand(p, order))


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 2, 2], [1, 0, 2, 3]])
def test_expected_inversions_refuse_what_is_no_order(order: list[int]) -> None:
    with pytest.raises(ValueError, match="order"):
        expected_inversions(random_precedence(0, 2, 2), order)


@settings(max_examples=40)
@given(precedences())
def test_a_few_floats_are_placed_as_well_as_by_brute_force(p: Precedence) -> None:
    order = least_inversions(p)
    assert [item for item in order if item < p.anchors] == list(range(p.anchors))
    best = min(by_hand(p, each) for each in all_orders(p))
    assert by_hand(p, order) == pytest.approx(best, abs=1e-9)


def test_local_search_finds_the_optimum_of_nearly_all_random_instances(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Six floats would be placed exactly; here local search has to find the same.
    instances = [random_precedence(seed, 6, 3) for seed in range(100)]
    best = [expected_inversions(p, least_inversions(p)) for p in instances]
    monkeypatch.setattr(decode, "_FEW", 0)
    found = [expected_inversions(p, least_inversions(p)) for p in instances]
    assert all(cost >= least - 1e-9 for cost, least in zip(found, best, strict=True))
    assert sum(c <= least + 1e-9 for c, least in zip(found, best, strict=True)) >= 95


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(9, 40), st.integers(0, 40))
def test_local_search_never_ends_above_its_start(seed: int, floats: int, anchors: int) -> None:
    p = random_precedence(seed, floats, anchors)
    order = least_inversions(p)
    assert [item for item in order if item < anchors] == list(range(anchors))
    start = [int(item) for item in decode._best_gaps(p)]
    assert expected_inversions(p, order) <= expected_inversions(p, start)


@given(consistent())
def test_least_inversions_find_the_true_order_where_the_signs_agree_with_one(
    instance: tuple[Precedence, list[int]],
) -> None:
    p, order = instance
    assert least_inversions(p) == order


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(0, 15))
def test_no_single_float_can_be_put_better(seed: int, floats: int, anchors: int) -> None:
    p = random_precedence(seed, floats, anchors)
    order = least_inversions(p)
    cost = expected_inversions(p, order)
    for item in range(anchors, anchors + floats):
        rest = [other for other in order if other != item]
        for slot in range(len(order)):
            tried = [*rest[:slot], item, *rest[slot:]]
            assert expected_inversions(p, tried) >= cost - 1e-6


@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(0, 4), st.booleans(), st.floats(0, 20))
def test_monotone_alignment_is_the_likeliest(
    seed: int, floats: int, anchors: int, gap: bool, diagonal: float
) -> None:
    p = random_precedence(seed, floats, anchors, gap)

    def likelihood(gaps: tuple[int, ...]) -> float:
        total = 0.0
        for i, g in enumerate(gaps):
            if p.gap is not None:
                total += np.log(p.gap[i, g])
            else:
                total += np.log(p.after[i, :g]).sum() + np.log(1 - p.after[i, g:]).sum()
            if anchors:
                total -= diagonal * (g / anchors - (i + 0.5) / floats) ** 2
        return float(total)

    order = monotone_alignment(p, diagonal)
    assert [item for item in order if item < anchors] == list(range(anchors))
    assert [item for item in order if item >= anchors] == list(range(anchors, anchors + floats))
    found = tuple(
        sum(other < anchors for other in order[: order.index(item)])
        for item in range(anchors, anchors + floats)
    )
    monotone = itertools.combinations_with_replacement(range(anchors + 1), floats)
    assert likelihood(found) == pytest.approx(max(map(likelihood, monotone)), abs=1e-3)


@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 5))
def test_gain_is_the_drop_in_expected_inversions(seed: int, floats: int, anchors: int) -> None:
    p = random_precedence(seed, floats, anchors)
    order = least_inversions(p)
    moved = anchors
    here = order.index(moved)
    rest = [item for item in order if item != moved]
    for slot in range(len(order)):
        if slot == here:
            continue
        crossed = rest[min(slot, here) : max(slot, here)]
        gain, confidence = support(p, moved, crossed, down=here > slot)
        displaced = [*rest[:slot], moved, *rest[slot:]]
        drop = expected_inversions(p, displaced) - expected_inversions(p, order)
        assert gain == pytest.approx(drop)
        assert gain >= -1e-9
        assert 0.5 <= confidence + 1e-9 <= 1 + 1e-8


def moved_by(present: list[str], order: list[str], names: set[str]) -> bool:
    """Whether the rest stands in the same sequence in both."""
    return [x for x in present if x not in names] == [x for x in order if x not in names]


@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef")))
def test_fewest_moves_against_all_subsets(order: list[str], movable: set[str]) -> None:
    fixed = iter(sorted(set("abcdef") - movable))
    order = [name if name in movable else next(fixed) for name in order]
    moves = fewest_moves("abcdef", order, movable)
    assert moves == [name for name in order if name in moves]
    assert set(moves) <= movable
    assert moved_by(list("abcdef"), order, set(moves))
    fewer = itertools.combinations(sorted(movable), max(0, len(moves) - 1))
    assert not moves or not any(moved_by(list("abcdef"), order, set(some)) for some in fewer)


def test_fewest_moves_refuse_other_cells_and_moved_code() -> None:
    with pytest.raises(ValueError, match="same cells"):
        fewest_moves(["a", "b"], ["a", "a"], {"a"})
    with pytest.raises(ValueError, match="may not be moved"):
        fewest_moves(["a", "b"], ["b", "a"], set())


def gaps_only(gap: list[list[float]], before: list[list[float]]) -> Precedence:
    shares = np.array(gap)
    after = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return Precedence(np.clip(after, 0, 1), np.array(before), shares)


def test_the_likeliest_gap_is_not_the_one_of_least_inversions() -> None:
    p = gaps_only([[0.4, 0.3, 0.3]], [[0.5]])
    assert likeliest_gaps(p) == [2, 0, 1]
    assert least_inversions(p) == [0, 2, 1]


def test_inside_a_likeliest_gap_before_decides() -> None:
    gap = [[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.8, 0.1, 0.1]]
    before = [[0.5, 0.2, 0.9], [0.8, 0.5, 0.9], [0.1, 0.1, 0.5]]
    assert likeliest_gaps(gaps_only(gap, before)) == [4, 0, 3, 2, 1]


def test_floats_that_nobody_can_tell_apart_take_a_gap_each_in_turn() -> None:
    before = [[0.5, 0.5, 0.1], [0.5, 0.5, 0.1], [0.9, 0.9, 0.5]]
    p = gaps_only([[0.5, 0.1, 0.4], [0.5, 0.1, 0.4], [0.6, 0.2, 0.2]], before)
    assert likeliest_gaps(p, [[1, 0]]) == [4, 3, 0, 1, 2]
    assert likeliest_gaps(p, [[0, 1]]) == [4, 2, 0, 1, 3]
    # More of them than gaps.
    crowd = gaps_only([[0.6, 0.4]] * 3, [[0.5] * 3] * 3)
    assert likeliest_gaps(crowd, [[0, 1, 2]]) == [1, 2, 0, 3]


def test_in_turn_nothing_moves_but_those_that_are_alike() -> None:
    assert in_turn([3, 0, 4, 1, 2], 2, [[0, 1]]) == [2, 0, 4, 1, 3]
    assert in_turn([3, 0, 4, 1, 2], 2, []) == [3, 0, 4, 1, 2]


@given(precedences())
def test_likeliest_gaps_are_an_order_of_all_cells(p: Precedence) -> None:
    order = likeliest_gaps(p)
    assert sorted(order) == list(range(p.anchors + p.floats))
    assert [item for item in order if item < p.anchors] == list(range(p.anchors))
