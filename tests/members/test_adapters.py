"""Ranks and next-cell scores to Precedence, against what they mean."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.members.adapters import anchor_ranks, from_next_cell, from_rank

SCORES = st.tuples(st.integers(1, 3), st.integers(1, 5)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.floats(-8, 8))
)


def shares(scores: np.ndarray, temperature: float) -> np.ndarray:
    likely: np.ndarray = np.exp(scores / temperature)
    return likely / likely.sum(axis=1, keepdims=True)


def enumerated(gap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``after`` and ``before`` by counting all that two independent floats can do."""
    floats, gaps = gap.shape
    after, before = np.zeros((floats, gaps - 1)), np.full((floats, floats), 0.5)
    for i, g in product(range(floats), range(gaps)):
        after[i, :g] += gap[i, g]
    for i, k in product(range(floats), repeat=2):
        if i != k:
            before[i, k] = sum(
                gap[i, g] * gap[k, h] * (1.0 if g < h else 0.5 if g == h else 0.0)
                for g, h in product(range(gaps), repeat=2)
            )
    return after, before


@given(SCORES, st.floats(0.3, 3))
def test_next_cell_scores_are_what_enumeration_gives(
    scores: np.ndarray, temperature: float
) -> None:
    found = from_next_cell(scores, temperature)
    gap = shares(scores, temperature)
    after, before = enumerated(gap)
    assert found.gap == pytest.approx(gap, abs=1e-9)
    assert found.after == pytest.approx(after, abs=1e-9)
    assert found.before == pytest.approx(before, abs=1e-9)


@given(SCORES, st.data())
def test_gaps_parted_by_placed_markdown_share_a_column_evenly(
    scores: np.ndarray, data: st.DataObject
) -> None:
    widths = data.draw(
        st.lists(st.integers(1, 3), min_size=scores.shape[1], max_size=scores.shape[1])
    )
    found = from_next_cell(scores, 1.0, widths)
    gap = np.array(
        [
            [p / w for p, w in zip(row, widths, strict=True) for _ in range(w)]
            for row in shares(scores, 1.0)
        ]
    )
    after, before = enumerated(gap)
    assert found.gap == pytest.approx(gap, abs=1e-9)
    assert found.after == pytest.approx(after, abs=1e-9)
    # Two floats before one code cell: which comes first stays unknown, however it is parted.
    assert found.before == pytest.approx(before, abs=1e-9)
    assert found.before == pytest.approx(from_next_cell(scores, 1.0).before, abs=1e-9)


def test_scores_far_apart_are_certain_and_finite() -> None:
    found = from_next_cell([[0.0, 5_000.0, 0.0], [-5_000.0, 0.0, 5_000.0]], 0.5)
    assert found.after.tolist() == [[1, 0], [1, 1]]
    assert found.before.tolist() == [[0.5, 1], [0, 0.5]]


def test_the_right_cell_is_where_a_float_is_put() -> None:
    scores = np.full((4, 4), -3.0)
    for markdown, code in enumerate((2, 0, 3, 1)):
        scores[markdown, code] = 3.0
    order = least_inversions(from_next_cell(scores, 1.0))
    # Anchors 0..2, floats 3..6, each before the code cell it belongs to; one at the end.
    assert list(order) == [4, 0, 6, 1, 3, 2, 5]


def test_a_lower_temperature_is_surer() -> None:
    scores = [[1.0, 0.0]]
    sure, unsure = (from_next_cell(scores, t).after[0, 0] for t in (0.1, 10.0))
    assert 0 < sure < 0.01 < 0.4 < unsure < 0.5


@pytest.mark.parametrize(("floats", "anchors"), [(0, 0), (2, 0), (0, 1), (2, 1)])
def test_who_knows_nothing_says_so(floats: int, anchors: int) -> None:
    # The middle: as many cells before as after, so the place (cells - 1) / 2.
    middle = (floats + anchors - 1) / 2 / max(1, floats + anchors)
    for found in (
        from_next_cell(np.zeros((floats, anchors + 1)), 1.0),
        from_rank(np.full(floats, middle), anchors, 0.1),
    ):
        assert found.after.shape == (floats, anchors)
        assert found.before.shape == (floats, floats)
        assert (found.before == 0.5).all()
        assert found.after == pytest.approx(np.full((floats, anchors), 0.5))
        assert found.log_gap().shape == (floats, anchors + 1)


@given(st.integers(0, 12), st.integers(0, 12))
def test_anchors_are_spread_by_the_floats_among_them(anchors: int, floats: int) -> None:
    places = anchor_ranks(anchors, floats) * (anchors + floats)
    assert len(places) == anchors
    if anchors:
        step = 1 + floats / (anchors + 1)
        assert np.diff(places) == pytest.approx(np.full(anchors - 1, step))
        # As many cells are left behind the last as stand before the first.
        assert places[0] == pytest.approx(anchors + floats - 1 - places[-1])


@given(
    st.integers(1, 6),
    arrays.arrays(np.float64, st.integers(1, 5), elements=st.floats(-0.5, 1.5)),
    st.floats(0.02, 1),
)
def test_a_rank_stands_after_the_anchors_of_lower_rank(
    anchors: int, rank: np.ndarray, temperature: float
) -> None:
    found = from_rank(rank, anchors, temperature)
    places, cut = anchor_ranks(anchors, len(rank)), np.clip(rank, 0, 1)
    after = 1 / (1 + np.exp(-np.clip((cut[:, None] - places) / temperature, -30, 30)))
    assert found.after == pytest.approx(after, abs=1e-9)
    assert ((found.before > 0.5) <= (cut[:, None] < cut)).all()
    assert ((found.before < 0.5) <= (cut[:, None] > cut)).all()
    assert found.rank is not None and found.gap is None
    assert found.rank.tolist() == cut.tolist()


def test_ranks_are_decoded_to_the_order_that_they_say() -> None:
    # Nine cells: floats 3..8 at the places 0, 1, 3, 4, 6, 7 and anchors at 2, 5, 8.
    rank = np.array([0, 1, 3, 4, 6, 7]) / 9
    shuffled = [3, 0, 5, 1, 4, 2]
    order = least_inversions(from_rank(rank[shuffled], 3, 0.05))
    said = [3 + shuffled.index(at) for at in range(6)]
    assert [at for at in order if at >= 3] == said
