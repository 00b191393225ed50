"""The ``pairwise`` question: is this code cell the next one after this markdown cell?

The public baseline of 2022 knew no answer where markdown is followed by markdown, or by nothing.
Here the right answer is the next code cell, whatever markdown stands between, and the end of the
notebook is a cell of its own: every markdown cell has exactly one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from jupyter_cellorder.members.adapters import from_next_cell
from jupyter_cellorder.members.sequence_rows import PairwiseLayout, pairwise_length, pairwise_row
from jupyter_cellorder.precedence import Precedence
from training.data.cells import CellStore
from training.pairwise.samplers import Sampler
from training.sequences.data import Draws, Index, Row

END = 2  # tokens of the end of the notebook: an empty cell


class PairwiseQuestions:
    """See :class:`training.sequences.data.Questions`.

    An index names a markdown cell by its place in the notebook and a code cell by its place among
    the code; one beyond the last is the end.
    """

    extras = 0
    temperature = 1.0

    def __init__(self, layout: PairwiseLayout, tail: float, sampler: Sampler, share: float) -> None:
        self._layout, self._tail = layout, tail
        self._sampler, self._share = sampler, share

    def draws(self, store: CellStore, rng: np.random.Generator) -> Draws:
        """Every markdown cell with its next code cell, and with sampled others."""
        lengths = store.tokens.lengths()
        indices, sizes = [], []
        for number, notebook in enumerate(store.notebooks):
            markdown = store.markdown[notebook.cells]
            code = [*lengths[notebook.cells[~markdown]].tolist(), END]
            before = np.cumsum(~markdown)
            for at in np.flatnonzero(markdown):
                own = int(lengths[notebook.cells[at]])
                right = int(before[at])
                for other in (right, *self._sampler(right, len(code), self._share, rng)):
                    indices.append((number, int(at), int(other)))
                    sizes.append(pairwise_length(own, code[other], self._layout))
        return Draws(np.array(indices, dtype=np.int64), np.array(sizes, dtype=np.int64))

    def row(self, store: CellStore, index: Index) -> Row:
        """One pair."""
        number, at, other = index
        cells = store.notebooks[number].cells
        markdown = store.markdown[cells]
        code = cells[~markdown]
        right = int((~markdown[:at]).sum())
        return self._row(store, int(cells[at]), code, other, right)

    def _row(
        self, store: CellStore, own: int, code: NDArray[np.int32], other: int, right: int
    ) -> Row:
        second = store.tokens[int(code[other])].tolist() if other < len(code) else None
        pair = pairwise_row(store.tokens[own].tolist(), second, self._layout, self._tail)
        return Row(pair.ids, pair.types, (), float(other == right))

    def ask_all(self, store: CellStore, notebook: int) -> list[Row]:
        """M x (N + 1) rows, a markdown cell after the other."""
        cells = store.notebooks[notebook].cells
        markdown = store.markdown[cells]
        code = cells[~markdown]
        before = np.cumsum(~markdown)
        return [
            self._row(store, int(cells[at]), code, other, int(before[at]))
            for at in np.flatnonzero(markdown)
            for other in range(len(code) + 1)
        ]

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Binary cross-entropy, as in 2022."""
        return F.binary_cross_entropy_with_logits(scores, targets)

    def precedence(
        self, scores: NDArray[np.float64], anchors: int, temperature: float
    ) -> Precedence:
        """(M (N + 1),) log-odds to Precedence."""
        return from_next_cell(scores.reshape(-1, anchors + 1), temperature)
