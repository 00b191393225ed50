"""What speaks for and against each place of a doubtful cell, as numbers.

The score of a place is a weighted sum of these, so that every one of them has a plain meaning and
a weight that can be read in the manifest. Features named ``stay_...`` are zero everywhere but at
the present place: they say when the author's order deserves more trust, and when less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jupyter_cellorder.members.cell_features import heading_level, number_mark, numbering
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.questions import Answers

# Log-probabilities and log-odds are kept within these, so that one answer can be outvoted.
_LEAST_LOG = -9.0
_MOST_ODDS = 4.0
# Evidence (log P(best place) - log P(present place)) from which another doubtful cell is taken as
# misplaced: it may then stand beside this one for no reason.
_MISPLACED = 1.5

_ANSWERS = (
    "alone",  # log-probability with everything else in place
    "alone_best",  # whether that is the largest
    "among_code",  # log-probability of these neighbours in code, all markdown floating
    "crowd",  # log number of places with the same neighbours in code
    "before_all",  # log-odds of standing right with all markdown before and behind
    "before_previous",  # the same with the nearest markdown before
    "before_next",  # and the nearest behind
)
# Neighbours of a place: its edge of the notebook, code, text without a heading, and headings; these
# higher, level or deeper than the cell's own where it has one.
_OF_TEXT = ("edge", "code", "text", "heading")
_OF_HEADING = ("edge", "code", "text", "higher", "level", "deeper")
_NEIGHBOURS = (
    *(f"text_{side}_{kind}" for side in ("behind", "before") for kind in _OF_TEXT),
    *(f"heading_{side}_{kind}" for side in ("behind", "before") for kind in _OF_HEADING),
    "title_first",  # a heading of level 1 at the top
    "title_near_top",  # or in one of the next three places
)
_NUMBERS = (
    "numbers_wrong",  # numbered cells that would stand on the wrong side, at most 4
    "numbers_wrong_share",  # as a share of those that can be compared
    "numbers_right",  # there are some, and all stand right
)
_WAY = (
    "present",  # the author's place
    "same_code",  # another place between the same code cells
    "one_code_away",  # across exactly one code cell
    "code_crossed",  # log(1 + code cells crossed)
    "behind_misplaced",  # right behind a cell that seems misplaced itself
    "before_misplaced",  # right before one
    "crosses_misplaced_only",  # a move only past such cells
)
_STAY = (
    "stay_markdown",  # log number of movable cells
    "stay_cells",  # log number of cells
    "stay_heading",
    "stay_title",  # a heading of level 1
    "stay_length",  # log(1 + characters)
    "stay_rank",  # how many cells are more doubtful
    "stay_misplaced",  # other cells that seem misplaced, at most 4
    "stay_only_doubt",  # none does
    "stay_entropy",  # of the places, nats
    "stay_best",  # probability of the likeliest place
)
NAMES: tuple[str, ...] = (*_ANSWERS, *_NEIGHBOURS, *_NUMBERS, *_WAY, *_STAY)
"""The features, in the order of their columns."""


class PlaceFeatures:
    """Features of the places of the doubtful cells of one notebook."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._cells = answers.cells
        self._markdown = np.array([cell.kind == "markdown" for cell in self._cells])
        self._levels = [_level(cell) for cell in self._cells]
        self._doubtful = list(answers.alone)
        self._misplaced = {
            index
            for index, logs in answers.alone.items()
            if float(logs.max() - logs[index]) > _MISPLACED
        }

    def of(self, index: int) -> Array:
        """(L, F) features of every place of a doubtful cell, columns as in :data:`NAMES`."""
        at = _Places(len(self._cells), index)
        columns = {
            **self._of_answers(at),
            **self._of_neighbours(at),
            **self._of_numbers(at),
            **self._of_way(at),
            **self._of_staying(at),
        }
        found = np.zeros((at.count, len(NAMES)))
        for column, name in enumerate(NAMES):
            if name in columns:
                found[:, column] = columns[name]
        return found

    def _of_answers(self, at: _Places) -> dict[str, Array]:
        answers = self._answers
        alone = np.maximum(answers.alone[at.index], _LEAST_LOG)
        row = answers.floats.index(at.index)
        floats = np.zeros(at.count, dtype=bool)
        floats[list(answers.floats)] = True
        among = np.maximum(answers.among_code.log_gap()[row], _LEAST_LOG)[at.passed(~floats)]
        code = at.passed(~self._markdown)
        # Log-odds that this cell stands before each other one; misplaced ones have no say.
        odds = np.zeros(at.count)
        before = np.clip(answers.among_code.before[row], 1e-4, 1 - 1e-4)
        odds[list(answers.floats)] = np.clip(np.log(before / (1 - before)), -_MOST_ODDS, _MOST_ODDS)
        steady = self._markdown.copy()
        steady[[*self._others_misplaced(at.index), at.index]] = False
        odds[~steady] = 0.0
        previous, following = at.nearest(steady)
        scale = 2 * math.sqrt(len(answers.floats))
        return {
            "alone": alone,
            "alone_best": alone == alone.max(),
            "among_code": among,
            "crowd": np.log(np.bincount(code)[code]),
            "before_all": (odds.sum() - 2 * at.passed(odds)) / scale,
            "before_previous": np.where(previous >= 0, -odds[previous], 0.0),
            "before_next": np.where(following >= 0, odds[following], 0.0),
        }

    def _of_neighbours(self, at: _Places) -> dict[str, Array]:
        own = self._levels[at.index]
        name = "heading" if own else "text"
        kinds = [self._neighbour(other, own) for other in at.others]
        found: dict[str, Array] = {}
        for side, beside in (("behind", ["edge", *kinds]), ("before", [*kinds, "edge"])):
            for place, kind in enumerate(beside):
                found.setdefault(f"{name}_{side}_{kind}", np.zeros(at.count))[place] = 1.0
        if own == 1:
            numbers = np.arange(at.count)
            found["title_first"] = (numbers == 0).astype(float)
            found["title_near_top"] = ((numbers > 0) & (numbers < 4)).astype(float)
        return found

    def _neighbour(self, index: int, own: int) -> str:
        if not self._markdown[index]:
            return "code"
        level = self._levels[index]
        if not level:
            return "text"
        if not own:
            return "heading"
        return "higher" if level < own else "level" if level == own else "deeper"

    def _of_numbers(self, at: _Places) -> dict[str, Array]:
        compared = self._numbering[at.index].copy()
        compared[list(self._others_misplaced(at.index))] = 0
        behind = compared > 0  # these belong before the cell
        wrong = behind.sum() - at.passed(behind) + at.passed(compared < 0)
        count = int((compared != 0).sum())
        return {
            "numbers_wrong": np.minimum(wrong, 4),
            "numbers_wrong_share": wrong / max(count, 1),
            "numbers_right": (wrong == 0) & (count > 0),
        }

    @cached_property
    def _numbering(self) -> Array:
        return numbering([number_mark(cell) for cell in self._cells]).astype(np.float64)

    def _of_way(self, at: _Places) -> dict[str, Array]:
        present = np.arange(at.count) == at.index
        code = at.passed(~self._markdown)
        crossed = np.abs(code - code[at.index])
        misplaced = np.zeros(at.count, dtype=bool)
        misplaced[list(self._others_misplaced(at.index))] = True
        beside = misplaced[at.others]
        steady = at.passed(~misplaced)
        return {
            "present": present,
            "same_code": (crossed == 0) & ~present,
            "one_code_away": crossed == 1,
            "code_crossed": np.log1p(crossed),
            "behind_misplaced": np.concatenate([[False], beside]),
            "before_misplaced": np.concatenate([beside, [False]]),
            "crosses_misplaced_only": (steady == steady[at.index]) & ~present,
        }

    def _of_staying(self, at: _Places) -> dict[str, Array]:
        alone = self._answers.alone[at.index]
        level = self._levels[at.index]
        others = len(self._others_misplaced(at.index))
        present = (np.arange(at.count) == at.index).astype(float)
        return {
            name: value * present
            for name, value in {
                "stay_markdown": math.log(len(self._answers.floats)),
                "stay_cells": math.log(at.count),
                "stay_heading": float(level > 0),
                "stay_title": float(level == 1),
                "stay_length": math.log1p(len(self._cells[at.index].source)),
                "stay_rank": float(self._doubtful.index(at.index)),
                "stay_misplaced": float(min(others, 4)),
                "stay_only_doubt": float(not others),
                "stay_entropy": -float((np.exp(alone) * alone).sum()),
                "stay_best": math.exp(alone.max()),
            }.items()
        }

    def _others_misplaced(self, index: int) -> set[int]:
        return self._misplaced - {index}


@dataclass(frozen=True)
class _Places:
    """Places of one cell among the others; as many as the notebook has cells."""

    count: int
    index: int

    @cached_property
    def others(self) -> Sequence[int]:
        """(L - 1) indices of the other cells."""
        return [*range(self.index), *range(self.index + 1, self.count)]

    def passed(self, values: Array) -> Array:
        """(L) sums of a value (L) over the other cells before each place."""
        before = np.cumsum(np.asarray(values)[self.others])
        return np.concatenate([np.zeros(1, before.dtype), before])

    def nearest(self, chosen: Array) -> tuple[Array, Array]:
        """(L) indices of the nearest chosen cells before and behind each place, -1 for none."""
        others = np.array(self.others, dtype=int)
        marked = np.where(np.asarray(chosen, dtype=bool)[others], np.arange(len(others)), -1)
        last = np.concatenate([[-1], np.maximum.accumulate(marked)]).astype(int)
        marked = np.where(marked >= 0, marked, len(others))
        first = np.append(np.minimum.accumulate(marked[::-1])[::-1], len(others)).astype(int)
        known = np.append(others, -1)
        return known[np.where(last >= 0, last, -1)], known[first]


def _level(cell: Cell) -> int:
    """Level of the heading that a markdown cell opens with, else 0."""
    opens = cell.kind == "markdown" and cell.source.lstrip().startswith("#")
    return heading_level(cell.source) if opens else 0
