from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.metric import (
    cluster_bootstrap,
    inversions,
    kendall_tau,
    pooled_tau,
    rank_inversions,
    resampled_taus,
)


@given(st.lists(st.integers(-1000, 1000), unique=True, max_size=60))
def test_inversions_are_the_descending_pairs(order: list[int]) -> None:
    assert inversions(order) == sum(a > b for a, b in itertools.combinations(order, 2))


@given(st.integers(2, 200).flatmap(lambda n: st.permutations(range(n))))
def test_one_notebook_is_scipys_kendall_tau(order: list[int]) -> None:
    truth = list(range(len(order)))
    assert kendall_tau([(order, truth)]) == pytest.approx(kendalltau(order, truth).statistic)


@given(
    st.lists(
        st.integers(2, 25).flatmap(lambda n: st.permutations(range(n))), min_size=1, max_size=5
    )
)
def test_pooled_tau_is_that_of_counting_every_pair(orders: list[list[int]]) -> None:
    wrong = pairs = 0
    for order in orders:
        for left, right in itertools.combinations(range(len(order)), 2):
            pairs += 1
            wrong += order.index(left) > order.index(right)
    found = kendall_tau((order, sorted(order)) for order in orders)
    # K counts n (n - 1) and 4 S: twice the share of pairs that stand the wrong way round.
    assert found == pytest.approx(1 - 2 * wrong / pairs)


def test_a_long_order_is_counted_exactly() -> None:
    n = 20_000
    assert inversions(range(n - 1, -1, -1)) == n * (n - 1) // 2


def test_pooling_weighs_by_pairs() -> None:
    short, long = (["b", "a"], ["a", "b"]), (list("cdefg"), list("cdefg"))
    assert kendall_tau([short]) == -1
    assert kendall_tau([short, long]) == pytest.approx(1 - 4 * 1 / (2 + 20))
    assert pooled_tau([1, 0], [2, 5]) == kendall_tau([short, long])


def test_the_sample_of_the_competition() -> None:
    """Cells may carry the same names in different notebooks."""
    assert kendall_tau([(["x", "y"], ["x", "y"]), (["x", "y"], ["y", "x"])]) == 0


@pytest.mark.parametrize(
    ("predicted", "truth", "message"),
    [
        ("ab", "abc", "1 of 3 cells are missing"),
        ("abb", "abc", "missing"),
        ("abcc", "abc", "twice in the predicted"),
        ("abd", "abc", "holds cell 'd'"),
        ("abc", "abb", "twice in the true"),
    ],
)
def test_orders_that_do_not_hold_the_same_cells(predicted: str, truth: str, message: str) -> None:
    with pytest.raises(CellOrderError, match=message) as caught:
        rank_inversions(predicted, truth)
    assert caught.value.code == "cells-differ"


def test_a_number_twice_is_refused() -> None:
    with pytest.raises(CellOrderError, match="twice"):
        inversions([1, 1])


@pytest.mark.parametrize("n", [[], [1], [0, 1]])
def test_nothing_to_measure(n: list[int]) -> None:
    s = [0] * len(n)
    for measure in (lambda: pooled_tau(s, n), lambda: cluster_bootstrap(s, n, n)):
        with pytest.raises(CellOrderError) as caught:
            measure()
        assert caught.value.code == "no-pairs"


def test_lengths_must_fit() -> None:
    with pytest.raises(ValueError, match="one length"):
        pooled_tau([1, 2], [3])
    with pytest.raises(ValueError, match="do not fit"):
        cluster_bootstrap([1], [3], ["a", "b"])
    with pytest.raises(ValueError, match="one length"):
        resampled_taus([[1, 2], [3, 4]], [3], ["a"])


def test_the_interval_is_that_of_resampled_clusters() -> None:
    random = np.random.default_rng(5)
    n = random.integers(2, 40, 60)
    s = (random.random(60) * n * (n - 1) / 4).astype(int)
    clusters = random.integers(0, 12, 60)
    low, high = cluster_bootstrap(s, n, [int(c) for c in clusters], replicates=4000, seed=1)
    drawn = []
    for _ in range(4000):
        rows = np.concatenate([np.flatnonzero(clusters == c) for c in random.integers(0, 12, 12)])
        drawn.append(1 - 4 * s[rows].sum() / (n * (n - 1))[rows].sum())
    assert (low, high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.01)
    assert low < pooled_tau(s, n) < high


def test_the_interval_is_reproducible_and_wider_for_fewer_clusters() -> None:
    n, s = np.full(100, 10), np.arange(100) % 40
    alone = cluster_bootstrap(s, n, list(range(100)), seed=3)
    assert alone == cluster_bootstrap(s, n, list(range(100)), seed=3)
    grouped = cluster_bootstrap(s, n, [str(i % 40 // 10) for i in range(100)], seed=3)
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_one_cluster_gives_the_figure_itself() -> None:
    low, high = cluster_bootstrap([3, 4], [5, 6], ["a", "a"])
    assert low == pytest.approx(pooled_tau([3, 4], [5, 6]))
    assert high == pytest.approx(low)


def test_resamples_without_pairs_are_left_out() -> None:
    low, high = cluster_bootstrap([1, 0], [3, 1], ["a", "b"], replicates=50)
    assert low == high == pytest.approx(pooled_tau([1], [3]))


def test_drawing_in_pieces_stays_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_cellorder.metric._DRAWN_AT_ONCE", 10)
    low, high = cluster_bootstrap([1, 2, 9], [5, 5, 5], ["a", "b", "c"], replicates=500)
    assert (low, high) == pytest.approx((1 - 4 * 9 / 20, 1 - 4 * 1 / 20))
