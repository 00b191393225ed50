"""What the ``context`` network reads of one notebook, unpadded, beside the cell vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.lexical import WordCounts, count_words
from jupyter_cellorder.members.cell_features import (
    NumberMark,
    cell_features,
    number_mark,
    numbering,
)
from jupyter_cellorder.notebook import Cell

Array: TypeAlias = NDArray[np.float32]

ANCHOR_CODE, ANCHOR_MARKDOWN, FLOAT, ORDERED_FLOAT = range(4)


@dataclass(frozen=True)
class CellFacts:
    """What is known of one cell without an encoder; depends on nothing but the cell."""

    markdown: bool
    features: Array
    words: WordCounts
    mark: NumberMark


def cell_facts(cell: Cell) -> CellFacts:
    """Read one cell."""
    return CellFacts(
        cell.kind == "markdown", cell_features(cell), count_words(cell.source), number_mark(cell)
    )


@dataclass(frozen=True)
class PlacementArrays:
    """N anchors, then M floats; L = N + M.

    ``features`` (L, F); ``states`` (L,); ``positions`` (L,); ``similarity`` (3, L, L);
    ``numbering`` (M, M). Meanings as in :class:`jupyter_cellorder.networks.context.ContextInput`.
    """

    features: Array
    states: NDArray[np.int64]
    positions: Array
    similarity: Array
    numbering: Array


def placement_arrays(
    anchors: Sequence[CellFacts],
    floats: Sequence[CellFacts],
    ordered: bool,
    similarity: Array,
) -> PlacementArrays:
    """Arrays of one placement.

    Args:
        anchors: N, in order.
        floats: M.
        ordered: the floats' order among themselves is known.
        similarity: (3, L, L) of all cells, anchors first.
    """
    cells = [*anchors, *floats]
    n, m = len(anchors), len(floats)
    states = [ANCHOR_MARKDOWN if cell.markdown else ANCHOR_CODE for cell in anchors]
    states += [ORDERED_FLOAT if ordered else FLOAT] * m
    places = (np.arange(m) + 0.5) / max(m, 1) * n - 0.5 if ordered else np.zeros(m)
    return PlacementArrays(
        features=np.stack([cell.features for cell in cells]),
        states=np.array(states, dtype=np.int64),
        positions=np.concatenate([np.arange(n), places]).astype(np.float32),
        similarity=similarity,
        numbering=numbering([cell.mark for cell in floats]),
    )
