"""Epochs of one size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.epoch_size import same_size


@given(st.integers(1, 40), st.integers(1, 200), st.integers(0, 9))
def test_rows_are_left_out_or_repeated_as_evenly_as_can_be(
    found: int, size: int, seed: int
) -> None:
    rows = same_size(found, size, np.random.default_rng(seed))
    assert len(rows) == size
    assert (np.diff(rows) >= 0).all()
    times = np.bincount(rows, minlength=found)
    assert len(times) == found
    if size <= found:
        assert times.max() == 1
    else:
        assert times.min() >= 1
        if size <= 2 * found:
            assert times.max() <= 2


def test_chance_is_left_alone_where_nothing_has_to_be_done() -> None:
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    assert same_size(7, 7, rng).tolist() == list(range(7))
    assert rng.random() == untouched.random()


def test_what_is_left_out_is_left_to_chance() -> None:
    """Rows come sorted by length: were the last left out, long ones would never be learned."""
    rng = np.random.default_rng(0)
    times = np.zeros(10)
    for _ in range(2000):
        times[same_size(10, 8, rng)] += 1
    assert times / 2000 == pytest.approx(np.full(10, 0.8), abs=0.05)
