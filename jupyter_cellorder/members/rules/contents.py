"""Rules on a table of contents and on cells that refer to one another by title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jupyter_cellorder.members.rules.reading import Reading
from jupyter_cellorder.members.rules.relation import Relation, nothing

LEAST_ENTRIES = 3
"""So many other cells' titles must be listed for a cell to be taken for a table of contents."""


def contents_of(cells: Sequence[Reading]) -> list[tuple[int, list[int]]]:
    """Tables of contents: index of the cell, and of the cells that it lists, in its order.

    A title that two cells have, or that is listed twice, is left out.
    """
    owner: dict[str, int | None] = {}
    for at, cell in enumerate(cells):
        if cell.markdown and (cell.headings or cell.names):
            owner.update((name, None if name in owner else at) for name in cell.names)
    found = []
    for at, cell in enumerate(cells):
        meant = [{owner.get(name) for name in entry} - {None, at} for entry in cell.entries]
        listed = [i for one in meant if len(one) == 1 for i in one if i is not None]
        once = [i for i in listed if listed.count(i) == 1]
        if len(once) >= LEAST_ENTRIES:
            found.append((at, once))
    return found


def before_its_sections(cells: Sequence[Reading]) -> Relation:
    """A table of contents before the sections that it lists."""
    found = nothing(cells)
    for table, sections in contents_of(cells):
        found[table, sections] = True
    return found


def sections_in_order(cells: Sequence[Reading]) -> Relation:
    """Sections in the order of the table of contents."""
    found = nothing(cells)
    for _, sections in contents_of(cells):
        found[np.ix_(sections, sections)] |= np.triu(np.ones((len(sections),) * 2, dtype=bool), 1)
    return found


def before_everything(cells: Sequence[Reading]) -> Relation:
    """The only table of contents before all cells that open no earlier: all code, all else."""
    tables = contents_of(cells)
    found = nothing(cells)
    if len(tables) == 1:
        found[tables[0][0]] = True
        found[tables[0][0], tables[0][0]] = False
        # The title may come first.
        level = [cell.level == 1 for cell in cells]
        found[tables[0][0], level] = False
    return found


def continued(cells: Sequence[Reading]) -> Relation:
    """A title before the same title with "continued" behind it."""
    found = nothing(cells)
    for k, cell in enumerate(cells):
        stem, _, last = cell.title.rpartition(" ")
        if cell.markdown and stem and last in {"cont", "contd", "continued"}:
            for i, other in enumerate(cells):
                if other.markdown and other.title == stem:
                    found[i, k] = True
    return found


def question_before_answer(cells: Sequence[Reading]) -> Relation:
    """Numbered tasks and solutions: "Exercise 3" before "Solution 3" and behind "Solution 2"."""
    asks = {"exercise", "question", "problem", "task", "q", "ex", "challenge", "quiz", "activity"}
    answers = {"solution", "answer"}
    found = nothing(cells)
    for i, asked in enumerate(cells):
        if not asked.markdown or asked.label is None or asked.label.word not in asks:
            continue
        for k, given in enumerate(cells):
            if given.markdown and given.label is not None and given.label.word in answers:
                if len(given.label.number) != len(asked.label.number):
                    continue
                if asked.label.number <= given.label.number:
                    found[i, k] = True
                else:
                    found[k, i] = True
    return found
