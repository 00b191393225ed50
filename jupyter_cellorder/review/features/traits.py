"""What kind of cell it is, and of notebook: the same at all of its places."""

from __future__ import annotations

import math

from jupyter_cellorder.review.features.subject import Subject
from jupyter_cellorder.review.places import Places

# Traits of markdown, by their column in `cell_features`.
_TRAITS = {
    "numbered": 10,
    "ends_with_colon": 11,
    "asks": 12,
    "shows_code": 13,
    "links": 14,
    "shows_image": 15,
    "has_formula": 16,
}

OF_CELL = (
    *(f"cell_{trait}" for trait in _TRAITS),
    "cell_level",  # of its heading, 0 without
    "cell_length",  # log(1 + characters)
    "cell_twins",  # log(1 + other markdown cells of the same text)
    "cell_latin",  # share of its letters that are ASCII
)
OF_NOTEBOOK = (
    "notebook_markdown",  # log number of movable cells
    "notebook_cells",  # log number of cells
    "notebook_begins_with_code",  # without the cell
    "notebook_explained",  # share of the code cells with other markdown right before them
    "notebook_headings",  # share of the other markdown that opens with a heading
)


def of_cell(subject: Subject, at: Places) -> dict[str, float]:
    """The features :data:`OF_CELL`."""
    source = subject.answers.cells[at.index].source
    traits = subject.traits[at.index]
    letters = [letter for letter in source[:400] if letter.isalpha()]
    return {
        **{f"cell_{trait}": float(traits[column]) for trait, column in _TRAITS.items()},
        "cell_level": float(subject.levels[at.index]),
        "cell_length": math.log1p(len(source)),
        "cell_twins": math.log(subject.texts[source]),
        "cell_latin": sum(map(str.isascii, letters)) / max(len(letters), 1),
    }


def of_notebook(subject: Subject, at: Places) -> dict[str, float]:
    """The features :data:`OF_NOTEBOOK`."""
    markdown, levels = subject.markdown[at.others], subject.levels[at.others]
    code = ~markdown
    explained = code[1:] & markdown[:-1]
    return {
        "notebook_markdown": math.log(len(subject.answers.floats)),
        "notebook_cells": math.log(at.count),
        "notebook_begins_with_code": float(code[:1].any()),
        "notebook_explained": explained.sum() / max(code.sum(), 1),
        "notebook_headings": (levels > 0).sum() / max(markdown.sum(), 1),
    }
