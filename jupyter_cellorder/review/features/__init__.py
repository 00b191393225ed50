"""What speaks for and against each place of a doubtful cell, as numbers.

Some differ from place to place; others are the same at every place of a cell (``cell_...``,
``notebook_...``, ``doubt_...``): they say how far the first are to be trusted. Features named
``stay_...`` are zero everywhere but at the present place, for the part of the judge that only adds
up: they say when the author's order deserves more trust, and when less.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.members.cell_features import (
    cell_features,
    heading_level,
    number_mark,
    numbering,
)
from jupyter_cellorder.notebook import Cell, CellKind
from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.places import Places, Values
from jupyter_cellorder.review.questions import Answers

# Log-probabilities and log-odds are kept within these, so that one answer can be outvoted.
_LEAST_LOG = -9.0
_MOST_ODDS = 4.0
# Evidence (log P(best place) - log P(present place)) from which another doubtful cell is taken as
# misplaced: it may then stand beside this one for no reason.
_MISPLACED = 1.5
_MOST_LEVELS = 3  # between a heading and the next above or below: more are as many

# Traits of cells, by their column in `cell_features`.
_OF_MARKDOWN = {
    "numbered": 10,
    "ends_with_colon": 11,
    "asks": 12,
    "shows_code": 13,
    "links": 14,
    "shows_image": 15,
    "has_formula": 16,
}
_OF_CODE = {
    "imports": 17,
    "defines": 18,
    "plots": 19,
    "is_magic": 20,
    "begins_with_comment": 21,
    "prints": 22,
    "shows_value": 23,
}

_ANSWERS = (
    "alone",  # log-probability with everything else in place
    "alone_best",  # whether that is the largest
    "alone_between_code",  # that of all places with the same neighbours in code
    "alone_beside",  # the larger one of the places right beside
    "in_folds",  # log-probability when its fold was asked about
    "in_folds_best",  # whether that is the largest
    "among_code",  # log-probability of these neighbours in code, all markdown floating
    "crowd",  # log number of places with the same neighbours in code
    "demand",  # markdown expected there in that answer, less what there is, -3..3
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
    *(f"{side}_{trait}" for side in ("behind", "before") for trait in _OF_CODE),
    "second_behind_code",  # the cell but one before the place is code
    "second_before_code",  # and that behind it
    "level_above",  # levels deeper than the nearest heading above, -3..3
    "level_below",  # and below
    "under_heading",  # there is one above
    "over_heading",  # and below
    "cells_under_heading",  # log(1 + cells since that above)
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
    "upwards",  # the move goes up
    "behind_misplaced",  # right behind a cell that seems misplaced itself
    "before_misplaced",  # right before one
    "crosses_misplaced_only",  # a move only past such cells
    "from_top",  # log(1 + cells before)
    "from_end",  # log(1 + cells behind)
    "share",  # of the notebook before
    "above_all_code",
    "below_all_code",
    "above_all_markdown",  # of the others
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
_OF_ALL_PLACES = (
    *(f"cell_{trait}" for trait in _OF_MARKDOWN),
    "cell_level",  # of its heading, 0 without
    "cell_length",  # log(1 + characters)
    "cell_twins",  # log(1 + other markdown cells of the same text)
    "cell_latin",  # share of its letters that are ASCII
    "notebook_markdown",  # log number of movable cells
    "notebook_cells",  # log number of cells
    "notebook_begins_with_code",  # without the cell
    "notebook_explained",  # share of the code cells with other markdown right before them
    "notebook_headings",  # share of the other markdown that opens with a heading
    "doubt_best",  # log-probability of the likeliest place
    "doubt_lead",  # between the likeliest places with other and others neighbours in code
    "doubt_present",  # log-probability of the present place
    "doubt_entropy",  # nats
    "doubt_folds_present",  # log-probability of the present place when its fold was asked about
    "doubt_rank",  # how many cells are more doubtful
    "doubt_others",  # other cells that seem misplaced, at most 4
)
NAMES: tuple[str, ...] = (
    *_ANSWERS,
    *_NEIGHBOURS,
    *_NUMBERS,
    *_WAY,
    *_STAY,
    *_OF_ALL_PLACES,
)
"""The features, in the order of their columns."""


class PlaceFeatures:
    """Features of the places of the doubtful cells of one notebook."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._cells = answers.cells
        self._markdown = np.array([cell.kind == "markdown" for cell in self._cells])
        self._levels = np.array([_level(cell) for cell in self._cells])
        self._traits = np.stack([_traits(cell.kind, cell.source) for cell in self._cells])
        self._texts = Counter(cell.source for cell in self._cells if cell.kind == "markdown")
        self._doubtful = list(answers.alone)
        self._misplaced = {
            index
            for index, logs in answers.alone.items()
            if float(logs.max() - logs[index]) > _MISPLACED
        }

    def of(self, index: int) -> Array:
        """(L, F) features of every place of a doubtful cell, columns as in :data:`NAMES`."""
        at = Places(len(self._cells), index)
        columns: dict[str, Values | float] = {
            **self._of_answers(at),
            **self._of_neighbours(at),
            **self._of_headings(at),
            **self._of_numbers(at),
            **self._of_way(at),
            **self._of_staying(at),
            **self._of_the_cell(at),
            **self._of_the_notebook(at),
            **self._of_the_doubt(at),
        }
        found = np.zeros((at.count, len(NAMES)))
        for column, name in enumerate(NAMES):
            if name in columns:
                found[:, column] = columns[name]
        return found

    def _of_answers(self, at: Places) -> dict[str, Values]:
        answers = self._answers
        alone = np.maximum(answers.alone[at.index], _LEAST_LOG)
        in_folds = np.maximum(answers.in_folds[at.index], _LEAST_LOG)
        row = answers.floats.index(at.index)
        # Places with the same neighbours in code, and those neighbours where all markdown floats:
        # there pinned markdown, which does not, parts them too.
        code = at.passed(~self._markdown)
        anchors = at.passed(~self._floating)
        among = np.maximum(self._log_gap[row], _LEAST_LOG)[anchors]
        here = np.bincount(anchors, minlength=self._expected.shape[1]) - 1
        demand = self._expected.sum(axis=0) - self._expected[row] - here
        # Log-odds that this cell stands before each other one; misplaced ones have no say.
        odds = np.zeros(at.count)
        before = np.clip(answers.among_code.before[row], 1e-4, 1 - 1e-4)
        odds[list(answers.floats)] = np.clip(np.log(before / (1 - before)), -_MOST_ODDS, _MOST_ODDS)
        steady = self._markdown.copy()
        steady[[*self._others_misplaced(at.index), at.index]] = False
        odds[~steady] = 0.0
        previous, following = at.nearest(steady)
        scale = 2 * math.sqrt(len(answers.floats))
        edged = np.concatenate([[_LEAST_LOG], alone, [_LEAST_LOG]])
        return {
            "alone": alone,
            "alone_best": alone == alone.max(),
            "alone_between_code": self._between_code(at)[code],
            "alone_beside": np.maximum(edged[:-2], edged[2:]),
            "in_folds": in_folds,
            "in_folds_best": in_folds == in_folds.max(),
            "among_code": among,
            "crowd": np.log(np.bincount(code)[code]),
            "demand": np.clip(demand[anchors], -3, 3),
            "before_all": (odds.sum() - 2 * at.passed(odds)) / scale,
            "before_previous": np.where(previous >= 0, -odds[previous], 0.0),
            "before_next": np.where(following >= 0, odds[following], 0.0),
        }

    @cached_property
    def _floating(self) -> NDArray[np.bool_]:
        floating = np.zeros(len(self._cells), dtype=bool)
        floating[list(self._answers.floats)] = True
        return floating

    @cached_property
    def _log_gap(self) -> Array:
        return self._answers.among_code.log_gap()

    @cached_property
    def _expected(self) -> Array:
        """(M, N + 1) probabilities of the gaps of all markdown, where all of it floats."""
        expected: Array = np.exp(self._log_gap)
        return expected

    def _between_code(self, at: Places) -> Array:
        """(code cells + 1) log-probability of all places before, between and behind code cells."""
        code = at.passed(~self._markdown)
        shares = np.bincount(code, weights=np.exp(self._answers.alone[at.index]))
        logs: Array = np.log(np.maximum(shares, math.exp(_LEAST_LOG)))
        return logs

    def _of_neighbours(self, at: Places) -> dict[str, Values]:
        own = int(self._levels[at.index])
        name = "heading" if own else "text"
        kinds = [self._neighbour(int(other), own) for other in at.others]
        found: dict[str, Values] = {}
        for side, beside in (("behind", ["edge", *kinds]), ("before", [*kinds, "edge"])):
            for place, kind in enumerate(beside):
                found.setdefault(f"{name}_{side}_{kind}", np.zeros(at.count))[place] = 1.0
        if own == 1:
            found["title_first"] = (at.numbers == 0).astype(float)
            found["title_near_top"] = ((at.numbers > 0) & (at.numbers < 4)).astype(float)
        for trait, column in _OF_CODE.items():
            found[f"behind_{trait}"] = at.behind(self._traits[:, column])
            found[f"before_{trait}"] = at.before(self._traits[:, column])
        found["second_behind_code"] = at.behind(~self._markdown, steps=2)
        found["second_before_code"] = at.before(~self._markdown, steps=2)
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

    def _of_headings(self, at: Places) -> dict[str, Values]:
        steady = self._levels > 0
        steady[list(self._misplaced)] = False
        above, below = at.nearest(steady)
        own = self._levels[at.index]
        # Cells passed since the heading above, counted among the others.
        since = at.numbers - np.where(above > at.index, above - 1, above) - 1
        found = {
            "under_heading": (above >= 0).astype(float),
            "over_heading": (below >= 0).astype(float),
            "cells_under_heading": np.where(above >= 0, np.log1p(np.maximum(since, 0)), 0.0),
        }
        if own:
            for name, other in (("level_above", above), ("level_below", below)):
                deeper = np.clip(own - self._levels[other], -_MOST_LEVELS, _MOST_LEVELS)
                found[name] = np.where(other >= 0, deeper, 0)
        return found

    def _of_numbers(self, at: Places) -> dict[str, Values]:
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

    def _of_way(self, at: Places) -> dict[str, Values]:
        present = at.numbers == at.index
        code, text = at.passed(~self._markdown), at.passed(self._markdown)
        crossed = np.abs(code - code[at.index])
        misplaced = np.zeros(at.count, dtype=bool)
        misplaced[list(self._others_misplaced(at.index))] = True
        steady = at.passed(~misplaced)
        return {
            "present": present,
            "same_code": (crossed == 0) & ~present,
            "one_code_away": crossed == 1,
            "code_crossed": np.log1p(crossed),
            "upwards": at.numbers < at.index,
            "behind_misplaced": at.behind(misplaced),
            "before_misplaced": at.before(misplaced),
            "crosses_misplaced_only": (steady == steady[at.index]) & ~present,
            "from_top": np.log1p(at.numbers),
            "from_end": np.log1p(at.count - 1 - at.numbers),
            "share": at.numbers / max(at.count - 1, 1),
            "above_all_code": code == 0,
            "below_all_code": code == code[-1],
            "above_all_markdown": text == 0,
        }

    def _of_staying(self, at: Places) -> dict[str, Values]:
        alone = self._answers.alone[at.index]
        level = self._levels[at.index]
        others = len(self._others_misplaced(at.index))
        present = (at.numbers == at.index).astype(float)
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

    def _of_the_cell(self, at: Places) -> dict[str, float]:
        source = self._cells[at.index].source
        traits = self._traits[at.index]
        letters = [letter for letter in source[:400] if letter.isalpha()]
        return {
            **{f"cell_{trait}": float(traits[column]) for trait, column in _OF_MARKDOWN.items()},
            "cell_level": float(self._levels[at.index]),
            "cell_length": math.log1p(len(source)),
            "cell_twins": math.log(self._texts[source]),
            "cell_latin": sum(map(str.isascii, letters)) / max(len(letters), 1),
        }

    def _of_the_notebook(self, at: Places) -> dict[str, float]:
        markdown, levels = self._markdown[at.others], self._levels[at.others]
        code = ~markdown
        explained = code[1:] & markdown[:-1]
        return {
            "notebook_markdown": math.log(len(self._answers.floats)),
            "notebook_cells": math.log(at.count),
            "notebook_begins_with_code": float(code[:1].any()),
            "notebook_explained": explained.sum() / max(code.sum(), 1),
            "notebook_headings": (levels > 0).sum() / max(markdown.sum(), 1),
        }

    def _of_the_doubt(self, at: Places) -> dict[str, float]:
        alone = self._answers.alone[at.index]
        best = np.sort(self._between_code(at))[::-1]
        in_folds = float(self._answers.in_folds[at.index][at.index])
        return {
            "doubt_best": max(float(alone.max()), _LEAST_LOG),
            "doubt_lead": float(best[0] - best[1]) if len(best) > 1 else -_LEAST_LOG,
            "doubt_present": max(float(alone[at.index]), _LEAST_LOG),
            "doubt_entropy": -float((np.exp(alone) * alone).sum()),
            "doubt_folds_present": max(in_folds, _LEAST_LOG),
            "doubt_rank": float(self._doubtful.index(at.index)),
            "doubt_others": float(min(len(self._others_misplaced(at.index)), 4)),
        }

    def _others_misplaced(self, index: int) -> set[int]:
        return self._misplaced - {index}


# A notebook is asked about again and again while its author edits it; its cells stay.
@lru_cache(maxsize=1 << 12)
def _traits(kind: CellKind, source: str) -> NDArray[np.float32]:
    return cell_features(Cell("", kind, source))


def _level(cell: Cell) -> int:
    """Level of the heading that a markdown cell opens with, else 0."""
    opens = cell.kind == "markdown" and cell.source.lstrip().startswith("#")
    return heading_level(cell.source) if opens else 0
