"""Displacing markdown: an intact notebook becomes one that needs repair, and the truth is known."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_cellorder.layout import movable
from jupyter_cellorder.notebook import Cell, Notebook

MOST_DISPLACED = 3


@dataclass(frozen=True)
class Displaced:
    """A notebook with some of its markdown out of place.

    A *gap* lies between two neighbours among the cells that were never moved, before the first of
    them or behind the last; gap g has g of them before it.

    Attributes:
        notebook: what the author would see.
        own_gap: id of a displaced cell to the gap that it came from.
    """

    notebook: Notebook
    own_gap: dict[str, int]

    def is_back(self, cell_id: str, before: Iterable[str]) -> bool:
        """Whether a displaced cell with these cells before it stands in its own gap.

        Other displaced cells among `before` do not count. A cell that was never moved is not back,
        wherever it stands.
        """
        gap = self.own_gap.get(cell_id)
        return gap is not None and sum(name not in self.own_gap for name in before) == gap


def displace(notebook: Notebook, draw: random.Random) -> Displaced:
    """Put one to three markdown cells elsewhere, each uniformly over the *other gaps*.

    Those have another number of code cells before them than the cell had: among the markdown
    right beside it a cell would still speak of the same code, and is not counted as displaced.
    Without code nothing is.

    Args:
        notebook: in its author's order.
        draw: decides how many cells, which, and where to.
    """
    names = movable(notebook)
    chosen = set(draw.sample(names, min(draw.randint(1, MOST_DISPLACED), len(names))))
    resting = [cell for cell in notebook.cells if cell.id not in chosen]
    code_before = [0]
    for cell in resting:
        code_before.append(code_before[-1] + (cell.kind == "code"))
    if not code_before[-1]:
        return Displaced(notebook, {})
    own_gap: dict[str, int] = {}
    arriving: list[list[Cell]] = [[] for _ in code_before]
    gap = 0
    for cell in notebook.cells:
        if cell.id not in chosen:
            gap += 1
            continue
        own_gap[cell.id] = gap
        others = [other for other, code in enumerate(code_before) if code != code_before[gap]]
        arriving[draw.choice(others)].append(cell)
    cells: list[Cell] = []
    for number, floats in enumerate(arriving):
        cells += [*floats, *resting[number : number + 1]]
    return Displaced(Notebook.from_cells(cells), own_gap)
