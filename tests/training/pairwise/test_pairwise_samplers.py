"""Which wrong code cells are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from training.pairwise.samplers import SAMPLERS, Sampler, near, uniform

BOTH = pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS.keys())
CELLS = st.integers(1, 30).flatmap(
    lambda choices: st.tuples(st.integers(0, choices - 1), st.just(choices))
)


def test_samplers_are_called_by_their_names() -> None:
    assert {"uniform": uniform, "near": near} == SAMPLERS


@BOTH
@given(cells=CELLS, share=st.floats(0, 1), seed=st.integers(0, 99))
def test_wrong_cells_are_drawn_once_each_and_never_the_right_one(
    sampler: Sampler, cells: tuple[int, int], share: float, seed: int
) -> None:
    right, choices = cells
    drawn = sampler(right, choices, share, np.random.default_rng(seed))
    assert right not in drawn
    assert (np.diff(drawn) > 0).all()
    assert ((drawn >= 0) & (drawn < choices)).all()
    again = sampler(right, choices, share, np.random.default_rng(seed))
    assert drawn.tolist() == again.tolist()


@BOTH
@pytest.mark.parametrize("right", [0, 4, 8])
def test_all_or_none_where_the_share_says_so(sampler: Sampler, right: int) -> None:
    rng = np.random.default_rng(0)
    others = [at for at in range(9) if at != right]
    assert sampler(right, 9, 1.0, rng).tolist() == others
    assert sampler(right, 9, 0.0, rng).tolist() == []


@BOTH
@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_notebook_without_code_has_no_wrong_cell(sampler: Sampler, share: float) -> None:
    drawn = sampler(0, 1, share, np.random.default_rng(0))
    assert drawn.tolist() == []
    assert drawn.dtype == np.int64


@BOTH
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_share_is_what_is_drawn_on_average(sampler: Sampler, share: float) -> None:
    rng = np.random.default_rng(0)
    drawn = sum(len(sampler(3, 12, share, rng)) for _ in range(3000))
    assert binomtest(drawn, 11 * 3000, share).pvalue > 0.001


def test_uniform_draws_every_wrong_cell_alike() -> None:
    rng = np.random.default_rng(0)
    times = np.zeros(12, int)
    for _ in range(3000):
        times[uniform(3, 12, 0.1, rng)] += 1
    assert times[3] == 0
    for at in (0, 1, 2, *range(4, 12)):
        assert binomtest(int(times[at]), 3000, 0.1).pvalue > 0.001


@given(cells=CELLS, share=st.floats(0.05, 1), seed=st.integers(0, 99))
def test_half_of_near_are_the_nearest(cells: tuple[int, int], share: float, seed: int) -> None:
    right, choices = cells
    drawn = near(right, choices, share, np.random.default_rng(seed))
    distances = np.sort(np.abs(np.delete(np.arange(choices), right) - right))
    half = (len(drawn) + 1) // 2
    assert np.sort(np.abs(drawn - right))[:half].tolist() == distances[:half].tolist()


def test_near_prefers_no_side_and_draws_the_other_half_from_everywhere() -> None:
    rng = np.random.default_rng(0)
    times = np.zeros(41, int)
    single = [one[0] for one in (near(20, 41, 0.02, rng) for _ in range(4000)) if len(one) == 1]
    assert set(single) == {19, 21}
    assert binomtest(single.count(19), len(single), 0.5).pvalue > 0.001
    for _ in range(2000):
        times[near(20, 41, 0.2, rng)] += 1
    assert times[[19, 21]].min() > 1900
    assert times[[0, 1, 39, 40]].min() > 100
