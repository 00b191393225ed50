"""From logits to Precedence."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cellorder.members.context_output import precedence_of


@given(st.integers(1, 5), st.integers(1, 6), st.floats(0.1, 60), st.integers(0, 99))
def test_after_and_before_follow_from_the_logits(n: int, m: int, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gap = (scale * rng.normal(size=(m, n + 1))).astype(np.float32)
    pair = (scale * rng.normal(size=(m, m))).astype(np.float32)

    found = precedence_of(gap, pair - pair.T)

    assert found.gap is not None
    share = np.exp(gap - np.logaddexp.reduce(gap.astype(float), axis=1, keepdims=True))
    assert np.allclose(found.gap, share, atol=1e-9)
    for j in range(n):
        assert np.allclose(found.after[:, j], share[:, j + 1 :].sum(1), atol=1e-9)
    assert np.allclose(found.before + found.before.T, 1)
    assert (np.diag(found.before) == 0.5).all()
    above = pair > pair.T
    assert (found.before[above] > 0.5).all()


def test_small_probabilities_at_the_end_keep_their_digits() -> None:
    found = precedence_of(np.array([[60.0, 0.0, -20.0]]), np.zeros((1, 1)))
    assert np.isclose(found.after[0, 1], np.exp(-80.0), rtol=1e-6)


def test_half_precision_leftovers_of_antisymmetry_are_evened_out() -> None:
    found = precedence_of(np.zeros((2, 2)), np.array([[0.0, 1.0], [-1.001, 0.0]]))
    assert found.before[0, 1] + found.before[1, 0] == 1
