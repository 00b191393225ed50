"""What the network reads beside the vectors."""

from __future__ import annotations

import numpy as np

from jupyter_cellorder.lexical import similarities
from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.members.context_input import (
    ANCHOR_CODE,
    ANCHOR_MARKDOWN,
    FLOAT,
    ORDERED_FLOAT,
    cell_facts,
    placement_arrays,
)
from jupyter_cellorder.notebook import Cell

ANCHORS = [
    cell_facts(Cell("a", "code", "x = 1")),
    cell_facts(Cell("b", "markdown", "## 1 Text about x")),
    cell_facts(Cell("c", "raw", "raw x")),
    cell_facts(Cell("d", "code", "y = x")),
]
FLOATS = [
    cell_facts(Cell("e", "markdown", "## 3 The y")),
    cell_facts(Cell("f", "markdown", "## 2 The x")),
]
ALIKE = similarities([one.words for one in (*ANCHORS, *FLOATS)]).stacked()


def test_floats_carry_no_place() -> None:
    found = placement_arrays(ANCHORS, FLOATS, False, ALIKE)
    assert found.states.tolist() == [
        ANCHOR_CODE,
        ANCHOR_MARKDOWN,
        ANCHOR_CODE,
        ANCHOR_CODE,
        FLOAT,
        FLOAT,
    ]
    assert found.positions.tolist() == [0, 1, 2, 3, 0, 0]
    assert found.numbering.tolist() == [[0, 1], [-1, 0]]


def test_ordered_floats_carry_the_places_of_an_even_spread() -> None:
    found = placement_arrays(ANCHORS, FLOATS, True, ALIKE)
    assert found.states.tolist()[4:] == [ORDERED_FLOAT, ORDERED_FLOAT]
    assert found.positions.tolist() == [0, 1, 2, 3, 0.5, 2.5]


def test_features_and_similarities_stand_in_the_order_of_the_cells() -> None:
    found = placement_arrays(ANCHORS, FLOATS, False, ALIKE)
    cells = [*ANCHORS, *FLOATS]
    assert found.features.shape == (6, WIDTH)
    assert all(np.array_equal(found.features[i], one.features) for i, one in enumerate(cells))
    assert np.array_equal(found.similarity, ALIKE)


def test_without_floats_only_the_anchors_are_described() -> None:
    found = placement_arrays(ANCHORS, [], True, ALIKE[:, :4, :4])
    assert found.states.tolist() == [ANCHOR_CODE, ANCHOR_MARKDOWN, ANCHOR_CODE, ANCHOR_CODE]
    assert found.numbering.shape == (0, 0)
