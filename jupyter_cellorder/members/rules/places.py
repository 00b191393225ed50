"""Rules on the place of a kind of cell: first or last in the notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jupyter_cellorder.members.rules.reading import Reading
from jupyter_cellorder.members.rules.relation import Relation, ahead, nothing

HEAD = ("badge", "copyright", "picture", "navigation")
"""Signs of what stands above the title, or with it."""

OPENING = (
    *HEAD,
    "contents",
    "introduction",
    "overview",
    "this notebook",
    "objectives",
    "after this",
    "prerequisites",
    "install",
    "setup",
    "imports",
    "data",
)
"""Signs of how a notebook begins, in their usual order."""

CLOSING = (
    "exercises",
    "solutions",
    "summary",
    "conclusion",
    "cleanup",
    "farewell",
    "next steps",
    "references",
    "authors",
    "change log",
    "copyright",
)
"""Signs of how a notebook ends, in their usual order."""


def first(sign: str) -> Callable[[Sequence[Reading]], Relation]:
    """The only cell with a sign before everything but the title and the signs ahead of it.

    Args:
        sign: one of :data:`OPENING`.
    """
    ahead_of_it = frozenset((*HEAD, *OPENING[: OPENING.index(sign)])) - {sign}

    def relation(cells: Sequence[Reading]) -> Relation:
        found = [sign in cell.signs for cell in cells]
        if sum(found) != 1:
            return nothing(cells)
        titles = _titles(cells)
        later = [
            not title and not cell.signs & ahead_of_it
            for title, cell in zip(titles, cells, strict=True)
        ]
        return ahead(found, later)

    return relation


def last(sign: str, *, text: bool = False) -> Callable[[Sequence[Reading]], Relation]:
    """The only cell with a sign behind all code and all sections, but for the signs that follow it.

    Args:
        sign: one of :data:`CLOSING`.
        text: the rule is about what may belong to its own section instead: markdown without a
            heading, or with one of a deeper level.
    """
    behind_it = frozenset(CLOSING[CLOSING.index(sign) + 1 :])

    def relation(cells: Sequence[Reading]) -> Relation:
        found = [sign in cell.signs for cell in cells]
        if sum(found) != 1:
            return nothing(cells)
        own = cells[found.index(True)].level or 6
        earlier = [
            not it
            and not cell.signs & behind_it
            and (cell.markdown and not 0 < cell.level <= own) == text
            for it, cell in zip(found, cells, strict=True)
        ]
        return ahead(earlier, found)

    return relation


def title_first(level: int) -> Callable[[Sequence[Reading]], Relation]:
    """The cell that opens with the only heading of the notebook's highest level, before everything.

    But for badges, pictures and the like, which may stand above it.

    Args:
        level: the highest level, 1..6: the rule is about notebooks where it is this one.
    """

    def relation(cells: Sequence[Reading]) -> Relation:
        title = [it and cell.level == level for it, cell in zip(_titles(cells), cells, strict=True)]
        return ahead(title, [cell.headings != () or not cell.signs & set(HEAD) for cell in cells])

    return relation


def licence_code_first(cells: Sequence[Reading]) -> Relation:
    """The only code cell that holds a licence before all markdown but copyrights and badges."""
    licence = [not cell.markdown and "licensed under the" in cell.source.lower() for cell in cells]
    if sum(licence) != 1:
        return nothing(cells)
    return ahead(licence, [cell.markdown and not cell.signs & set(HEAD) for cell in cells])


def _titles(cells: Sequence[Reading]) -> list[bool]:
    levels = [heading.level for cell in cells for heading in cell.headings]
    top = min(levels, default=0)
    alone = levels.count(top) == 1
    return [alone and cell.opens and cell.level == top for cell in cells]
