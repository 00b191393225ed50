"""What speaks for and against each place of a doubtful cell, as numbers.

Some differ from place to place; others are the same at every place of a cell (``cell_...``,
``notebook_...``, ``doubt_...``): they say how far the first are to be trusted.
"""

from __future__ import annotations

import numpy as np

from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.features import answered, likeness, neighbours, traits, way
from jupyter_cellorder.review.features.subject import Subject
from jupyter_cellorder.review.places import Places, Values
from jupyter_cellorder.review.questions import Answers

NAMES: tuple[str, ...] = (
    *answered.OF_PLACES,
    *neighbours.BESIDE,
    *neighbours.HEADINGS,
    *likeness.NAMES,
    *way.NUMBERS,
    *way.WAY,
    *way.STAY,
    *traits.OF_CELL,
    *traits.OF_NOTEBOOK,
    *answered.OF_DOUBT,
)
"""The features, in the order of their columns."""


class PlaceFeatures:
    """Features of the places of the doubtful cells of one notebook."""

    def __init__(self, answers: Answers) -> None:
        self._subject = Subject(answers)

    def of(self, index: int) -> Array:
        """(L, F) features of every place of a doubtful cell, columns as in :data:`NAMES`."""
        subject = self._subject
        at = Places(len(subject.answers.cells), index)
        columns: dict[str, Values | float] = {
            **answered.of_places(subject, at),
            **neighbours.beside(subject, at),
            **neighbours.headings(subject, at),
            **likeness.of(subject, at),
            **way.numbers(subject, at),
            **way.way(subject, at),
            **way.stay(subject, at),
            **traits.of_cell(subject, at),
            **traits.of_notebook(subject, at),
            **answered.of_doubt(subject, at),
        }
        found = np.zeros((at.count, len(NAMES)))
        for column, name in enumerate(NAMES):
            if name in columns:
                found[:, column] = columns[name]
        return found
