"""The ``pointwise`` question: where in the notebook, 0..1, does this markdown cell stand?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from jupyter_cellorder.members.adapters import from_rank
from jupyter_cellorder.members.sequence_rows import (
    PointwiseLayout,
    pointwise_length,
    pointwise_row,
)
from jupyter_cellorder.precedence import Precedence
from training.data.cells import CellStore
from training.sequences.data import Draws, Index, Row


class PointwiseQuestions:
    """See :class:`training.sequences.data.Questions`.

    The answer is the cell's place divided by the number of cells, learned with L1; the share of
    markdown in the notebook comes as a number beside the sequence.
    """

    extras = 1
    temperature = 0.1

    def __init__(self, layout: PointwiseLayout, tail: float) -> None:
        self._layout, self._tail = layout, tail

    def draws(self, store: CellStore, rng: np.random.Generator) -> Draws:
        """Every markdown cell once."""
        lengths = store.tokens.lengths()
        indices, sizes = [], []
        for number, notebook in enumerate(store.notebooks):
            markdown = store.markdown[notebook.cells]
            code = lengths[notebook.cells[~markdown]].tolist()
            for at in np.flatnonzero(markdown):
                own = int(lengths[notebook.cells[at]])
                indices.append((number, int(at), -1))
                sizes.append(pointwise_length(own, code, self._layout))
        return Draws(np.array(indices, dtype=np.int64), np.array(sizes, dtype=np.int64))

    def row(self, store: CellStore, index: Index) -> Row:
        """One markdown cell with its notebook's code."""
        number, at, _ = index
        cells = store.notebooks[number].cells
        markdown = store.markdown[cells]
        code = [store.tokens[int(cell)].tolist() for cell in cells[~markdown]]
        return self._row(store, cells, markdown, code, at)

    def _row(
        self,
        store: CellStore,
        cells: NDArray[np.int32],
        markdown: NDArray[np.bool_],
        code: list[list[int]],
        at: int,
    ) -> Row:
        own = store.tokens[int(cells[at])].tolist()
        ids = pointwise_row(own, code, self._layout, self._tail)
        return Row(ids, (), [float(markdown.mean())], at / len(cells))

    def ask_all(self, store: CellStore, notebook: int) -> list[Row]:
        """A row for each markdown cell."""
        cells = store.notebooks[notebook].cells
        markdown = store.markdown[cells]
        code = [store.tokens[int(cell)].tolist() for cell in cells[~markdown]]
        return [self._row(store, cells, markdown, code, int(at)) for at in np.flatnonzero(markdown)]

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """L1, as in 2022."""
        return F.l1_loss(scores, targets)

    def precedence(
        self, scores: NDArray[np.float64], anchors: int, temperature: float
    ) -> Precedence:
        """(M,) ranks to Precedence."""
        return from_rank(scores, anchors, temperature)
