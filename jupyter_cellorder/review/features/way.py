"""Where a place is: in the notebook, among numbered cells, and seen from the present place."""

from __future__ import annotations

import math

import numpy as np

from jupyter_cellorder.review.features.subject import Subject
from jupyter_cellorder.review.places import Places, Values

NUMBERS = (
    "numbers_wrong",  # numbered cells that would stand on the wrong side, at most 4
    "numbers_wrong_share",  # as a share of those that can be compared
    "numbers_right",  # there are some, and all stand right
)
WAY = (
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
# Zero everywhere but at the present place, for the part of the judge that only adds up: they say
# when the author's order deserves more trust, and when less.
STAY = (
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


def numbers(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`NUMBERS`."""
    compared = subject.numbering[at.index].copy()
    compared[list(subject.others_misplaced(at.index))] = 0
    behind = compared > 0  # these belong before the cell
    wrong = behind.sum() - at.passed(behind) + at.passed(compared < 0)
    count = int((compared != 0).sum())
    return {
        "numbers_wrong": np.minimum(wrong, 4),
        "numbers_wrong_share": wrong / max(count, 1),
        "numbers_right": (wrong == 0) & (count > 0),
    }


def way(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`WAY`."""
    present = at.numbers == at.index
    code, text = at.passed(~subject.markdown), at.passed(subject.markdown)
    crossed = np.abs(code - code[at.index])
    misplaced = np.zeros(at.count, dtype=bool)
    misplaced[list(subject.others_misplaced(at.index))] = True
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


def stay(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`STAY`."""
    alone = subject.answers.alone[at.index]
    level = subject.levels[at.index]
    others = len(subject.others_misplaced(at.index))
    present = (at.numbers == at.index).astype(float)
    return {
        name: value * present
        for name, value in {
            "stay_markdown": math.log(len(subject.answers.floats)),
            "stay_cells": math.log(at.count),
            "stay_heading": float(level > 0),
            "stay_title": float(level == 1),
            "stay_length": math.log1p(len(subject.answers.cells[at.index].source)),
            "stay_rank": float(subject.doubtful.index(at.index)),
            "stay_misplaced": float(min(others, 4)),
            "stay_only_doubt": float(not others),
            "stay_entropy": -float((np.exp(alone) * alone).sum()),
            "stay_best": math.exp(alone.max()),
        }.items()
    }
