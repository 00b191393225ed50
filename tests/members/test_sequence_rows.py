"""How cells become one sequence: nothing too long, nothing pushed out, lengths known beforehand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cellorder.members.sequence_rows import (
    PairwiseLayout,
    PointwiseLayout,
    evenly,
    pairwise_length,
    pairwise_row,
    pointwise_length,
    pointwise_row,
    shared,
)

OPEN, CLOSE = 1, 2
TAILS = st.sampled_from([0.0, 1 / 3, 1.0])


def cell(words: int, start: int = 10) -> list[int]:
    """A cell of so many words, each a number of its own."""
    return [OPEN, *range(start, start + words), CLOSE]


@st.composite
def cells(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    markdown = cell(draw(st.integers(0, 30)))
    sizes = draw(st.lists(st.integers(0, 30), max_size=12))
    return markdown, [cell(size, 100 * (at + 1)) for at, size in enumerate(sizes)]


POINTWISE = st.builds(
    PointwiseLayout,
    length=st.integers(1, 120),
    code_cells=st.integers(1, 8),
    code_tokens=st.integers(0, 20),
)
PAIRWISE = st.builds(PairwiseLayout, length=st.integers(5, 60))


@given(st.lists(st.integers(0, 50), max_size=10), st.integers(0, 200))
def test_a_share_is_all_there_is_and_never_more_than_needed(needs: list[int], room: int) -> None:
    given_out = shared(needs, room)
    assert len(given_out) == len(needs)
    assert all(0 <= got <= need for got, need in zip(given_out, needs, strict=True))
    assert sum(given_out) == min(room, sum(needs))
    # Whoever got less than needed has, but for rounding, no less than anybody else.
    cut = [got for got, need in zip(given_out, needs, strict=True) if got < need]
    assert not cut or min(cut) >= max(given_out) - 1


@given(st.integers(0, 300), st.integers(1, 100))
def test_cells_are_picked_evenly_with_the_first_and_the_last(count: int, wanted: int) -> None:
    picked = evenly(count, wanted)
    assert len(picked) == min(count, wanted)
    assert picked == sorted(set(picked))
    assert not picked or picked[0] == 0
    if wanted > 1 and count:
        assert picked[-1] == count - 1
    steps = [right - left for left, right in pairwise(picked)]
    assert not steps or max(steps) - min(steps) <= 1


@given(cells(), POINTWISE, TAILS)
def test_a_pointwise_row_fits_and_its_length_is_known(
    made: tuple[list[int], list[list[int]]], layout: PointwiseLayout, tail: float
) -> None:
    markdown, code = made
    row = pointwise_row(markdown, code, layout, tail)
    assert len(row) <= layout.length
    assert len(row) == pointwise_length(len(markdown), [len(one) for one in code], layout)
    assert row[: len(markdown)] == markdown[: layout.length]


@given(cells(), POINTWISE)
def test_code_shares_what_the_markdown_leaves(
    made: tuple[list[int], list[list[int]]], layout: PointwiseLayout
) -> None:
    markdown, code = made
    row = pointwise_row(markdown, code, layout, 0.0)[len(markdown) :]
    picked = [code[at] for at in evenly(len(code), layout.code_cells)]
    parts: list[list[int]] = []
    for token in row:
        if token == OPEN:
            parts.append([])
        parts[-1].append(token)
    # In their order, each its head behind an opening token, none twice; those without room left.
    heads = [next((one for one in picked if one[: len(part)] == part), None) for part in parts]
    assert None not in heads
    assert CLOSE not in row
    if layout.code_tokens == 0:
        assert len(row) == min(
            max(0, layout.length - len(markdown)), sum(len(one) - 1 for one in picked)
        )
    else:
        assert all(len(part) <= layout.code_tokens for part in parts)


def test_2022_reads_23_tokens_of_each_of_20_cells() -> None:
    layout = PointwiseLayout(length=512, code_cells=20, code_tokens=23)
    code = [cell(40, 1_000 * (at + 1)) for at in range(58)]
    row = pointwise_row(cell(62), code, layout, 0.0)
    assert len(row) == 512
    assert row[:64] == cell(62)
    assert row[64:87] == code[0][:23]
    assert row[87:110] == code[3][:23]
    # 64 + 20 x 23 are 524: the last cell loses what does not fit, as it did in 2022.
    assert row[-11:] == code[57][:11]


def test_the_end_of_a_long_cell_is_read_too() -> None:
    layout = PointwiseLayout(length=12, code_cells=2)
    row = pointwise_row(cell(1), [cell(30, 100)], layout, 1 / 3)
    assert row == [1, 10, 2, 1, 100, 101, 102, 103, 104, 105, 128, 129]


def test_a_notebook_without_code_is_its_markdown() -> None:
    assert pointwise_row(cell(3), [], PointwiseLayout(), 0.0) == cell(3)
    assert pointwise_length(5, [], PointwiseLayout()) == 5


@given(st.integers(0, 90), st.integers(0, 90) | st.none(), PAIRWISE, TAILS)
def test_a_pair_fits_and_its_length_is_known(
    first: int, second: int | None, layout: PairwiseLayout, tail: float
) -> None:
    code = None if second is None else cell(second, 500)
    row = pairwise_row(cell(first), code, layout, tail)
    assert len(row.ids) == len(row.types) <= layout.length
    assert len(row.ids) == pairwise_length(first + 2, 2 if code is None else len(code), layout)
    assert row.ids[0] == OPEN
    assert row.ids[-1] == CLOSE
    assert row.ids.count(CLOSE) == 2
    between = row.ids.index(CLOSE) + 1
    assert row.types == [0] * between + [1] * (len(row.ids) - between)
    assert all(10 <= token < 500 for token in row.ids[1 : between - 1])
    assert all(token >= 500 for token in row.ids[between:-1])


@given(st.integers(0, 500), st.integers(0, 500), PAIRWISE, TAILS)
def test_neither_cell_pushes_the_other_out(
    first: int, second: int, layout: PairwiseLayout, tail: float
) -> None:
    row = pairwise_row(cell(first), cell(second, 500), layout, tail)
    between = row.ids.index(CLOSE)
    kept = between - 1, len(row.ids) - between - 2
    half = (layout.length - 3) // 2
    assert kept[0] >= min(first, half)
    assert kept[1] >= min(second, half)
    assert sum(kept) == min(first + second, layout.length - 3)


def test_the_end_of_the_notebook_is_an_empty_cell() -> None:
    layout = PairwiseLayout(length=20)
    assert pairwise_row(cell(2), None, layout) == pairwise_row(cell(2), cell(0), layout)
    assert pairwise_row(cell(2), None, layout).ids == [1, 10, 11, 2, 2]


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        (PairwiseLayout, {"length": 4}, "length"),
        (PointwiseLayout, {"length": 0}, "length"),
        (PointwiseLayout, {"code_cells": 0}, "code_cells"),
        (PointwiseLayout, {"code_tokens": -1}, "code_tokens"),
    ],
)
def test_a_layout_that_nothing_fits_in_is_refused(
    kind: type, values: dict[str, int], named: str
) -> None:
    with pytest.raises(ValueError, match=rf"{named} is {values[named]}"):
        kind(**values)
