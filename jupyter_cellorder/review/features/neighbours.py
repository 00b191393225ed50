"""What stands beside a place, and which headings it would be under."""

from __future__ import annotations

import numpy as np

from jupyter_cellorder.review.features.subject import Subject
from jupyter_cellorder.review.places import Places, Values

_MOST_LEVELS = 3  # between a heading and the next above or below: more are as many

# Traits of code, by their column in `cell_features`.
_TRAITS = {
    "imports": 17,
    "defines": 18,
    "plots": 19,
    "is_magic": 20,
    "begins_with_comment": 21,
    "prints": 22,
    "shows_value": 23,
}
# Neighbours of a place: its edge of the notebook, code, text without a heading, and headings; these
# higher, level or deeper than the cell's own where it has one.
_OF_TEXT = ("edge", "code", "text", "heading")
_OF_HEADING = ("edge", "code", "text", "higher", "level", "deeper")

BESIDE = (
    *(f"text_{side}_{kind}" for side in ("behind", "before") for kind in _OF_TEXT),
    *(f"heading_{side}_{kind}" for side in ("behind", "before") for kind in _OF_HEADING),
    "title_first",  # a heading of level 1 at the top
    "title_near_top",  # or in one of the next three places
    *(f"{side}_{trait}" for side in ("behind", "before") for trait in _TRAITS),
    "second_behind_code",  # the cell but one before the place is code
    "second_before_code",  # and that behind it
)
HEADINGS = (
    "level_above",  # levels deeper than the nearest heading above, -3..3
    "level_below",  # and below
    "under_heading",  # there is one above
    "over_heading",  # and below
    "cells_under_heading",  # log(1 + cells since that above)
)


def beside(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`BESIDE`."""
    own = int(subject.levels[at.index])
    name = "heading" if own else "text"
    kinds = [_kind(subject, int(other), own) for other in at.others]
    found: dict[str, Values] = {}
    for side, neighbours in (("behind", ["edge", *kinds]), ("before", [*kinds, "edge"])):
        for place, kind in enumerate(neighbours):
            found.setdefault(f"{name}_{side}_{kind}", np.zeros(at.count))[place] = 1.0
    if own == 1:
        found["title_first"] = (at.numbers == 0).astype(float)
        found["title_near_top"] = ((at.numbers > 0) & (at.numbers < 4)).astype(float)
    for trait, column in _TRAITS.items():
        found[f"behind_{trait}"] = at.behind(subject.traits[:, column])
        found[f"before_{trait}"] = at.before(subject.traits[:, column])
    found["second_behind_code"] = at.behind(~subject.markdown, steps=2)
    found["second_before_code"] = at.before(~subject.markdown, steps=2)
    return found


def headings(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`HEADINGS`."""
    steady = subject.levels > 0
    steady[list(subject.misplaced)] = False
    above, below = at.nearest(steady)
    own = subject.levels[at.index]
    # Cells passed since the heading above, counted among the others.
    since = at.numbers - np.where(above > at.index, above - 1, above) - 1
    found = {
        "under_heading": (above >= 0).astype(float),
        "over_heading": (below >= 0).astype(float),
        "cells_under_heading": np.where(above >= 0, np.log1p(np.maximum(since, 0)), 0.0),
    }
    if own:
        for name, other in (("level_above", above), ("level_below", below)):
            deeper = np.clip(own - subject.levels[other], -_MOST_LEVELS, _MOST_LEVELS)
            found[name] = np.where(other >= 0, deeper, 0)
    return found


def _kind(subject: Subject, index: int, own: int) -> str:
    if not subject.markdown[index]:
        return "code"
    level = subject.levels[index]
    if not level:
        return "text"
    if not own:
        return "heading"
    return "higher" if level < own else "level" if level == own else "deeper"
