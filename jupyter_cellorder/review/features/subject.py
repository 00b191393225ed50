"""What the features of all doubtful cells of a notebook are made from."""

from __future__ import annotations

from collections import Counter
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.lexical import SharedWords, WordCounts, count_words
from jupyter_cellorder.members.cell_features import (
    cell_features,
    heading_level,
    number_mark,
    numbering,
)
from jupyter_cellorder.notebook import Cell, CellKind
from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.questions import Answers

# Log-probabilities are kept from this on, so that one answer can be outvoted.
LEAST_LOG = -9.0
# Evidence (log P(best place) - log P(present place)) from which another doubtful cell is taken as
# misplaced: it may then stand beside this one for no reason.
_MISPLACED = 1.5


class Subject:
    """A notebook and what was answered about it.

    Attributes:
        answers: L cells with text, of which M may move.
        markdown: (L) which of them are markdown.
        levels: (L) of the heading that a markdown cell opens with, else 0.
        traits: (L, features) as in :mod:`jupyter_cellorder.members.cell_features`.
        texts: how many markdown cells have a text.
        doubtful: indices of the doubtful cells, the most doubtful first.
        misplaced: indices of those that seem out of place.
    """

    def __init__(self, answers: Answers) -> None:
        cells = answers.cells
        self.answers = answers
        self.markdown = np.array([cell.kind == "markdown" for cell in cells])
        self.levels = np.array([_level(cell) for cell in cells])
        self.traits = np.stack([_traits(cell.kind, cell.source) for cell in cells])
        self.texts = Counter(cell.source for cell in cells if cell.kind == "markdown")
        self.doubtful = list(answers.alone)
        self.misplaced = {
            index
            for index, logs in answers.alone.items()
            if float(logs.max() - logs[index]) > _MISPLACED
        }

    def others_misplaced(self, index: int) -> set[int]:
        """Indices of the cells that seem out of place, but for this one."""
        return self.misplaced - {index}

    @cached_property
    def floating(self) -> NDArray[np.bool_]:
        """(L) which cells may move."""
        floating = np.zeros(len(self.answers.cells), dtype=bool)
        floating[list(self.answers.floats)] = True
        return floating

    @cached_property
    def log_gap(self) -> Array:
        """(M, N + 1) log-probabilities of the gaps among the rest, where all markdown floats."""
        return self.answers.among_code.log_gap()

    @cached_property
    def expected(self) -> Array:
        """(M, N + 1) the probabilities."""
        expected: Array = np.exp(self.log_gap)
        return expected

    @cached_property
    def words(self) -> SharedWords:
        """What words the cells share."""
        return SharedWords([_words(cell.source) for cell in self.answers.cells])

    @cached_property
    def numbering(self) -> Array:
        """(L, L) 1 where the row's number follows the column's, -1 where it precedes it."""
        return numbering([number_mark(cell) for cell in self.answers.cells]).astype(np.float64)


# A notebook is asked about again and again while its author edits it; its cells stay.
@lru_cache(maxsize=1 << 12)
def _traits(kind: CellKind, source: str) -> NDArray[np.float32]:
    return cell_features(Cell("", kind, source))


@lru_cache(maxsize=1 << 12)
def _words(source: str) -> WordCounts:
    return count_words(source)


def _level(cell: Cell) -> int:
    opens = cell.kind == "markdown" and cell.source.lstrip().startswith("#")
    return heading_level(cell.source) if opens else 0
