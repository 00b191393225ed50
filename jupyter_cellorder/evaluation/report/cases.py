"""A notebook before and after, a line a cell, with what came to stand in the wrong place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_cellorder.decode import longest_rising
from jupyter_cellorder.evaluation.score import in_true_gap
from jupyter_cellorder.evaluation.worst import Case
from jupyter_cellorder.metric import pooled_tau
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.snippet import snippet

_WORDS = {"markdown": 76, "code": 60}  # characters of a cell that are shown
_AROUND = 2  # cells in place that are shown beside one out of place
_LINES = 160  # of a notebook, at most


@dataclass(frozen=True)
class Line:
    """One cell, or a stretch of cells that are left out.

    Attributes:
        number: Its place in the author's order, from 1; None for a stretch.
        kind: markdown, code, or `skipped`.
        text: First words; for a stretch how many cells it is.
        state: `right`, `gap` (among the wrong code), `order` (among the right code, in the wrong
            order with the markdown there), or `code` (code that was moved).
        shift: Place found less true place; 0 in the author's order.
    """

    number: int | None
    kind: str
    text: str
    state: str
    shift: int = 0


@dataclass(frozen=True)
class BeforeAfter:
    """One notebook.

    Attributes:
        name: Of the notebook.
        cluster: Repository, ancestor, or the notebook.
        kendall_tau: Of this notebook alone.
        inversions: S.
        cells: n.
        wrong: Markdown cells among the wrong code.
        markdown: Markdown cells.
        truth: The author's order.
        found: The order found.
    """

    name: str
    cluster: str
    kendall_tau: float
    inversions: int
    cells: int
    wrong: int
    markdown: int
    truth: tuple[Line, ...]
    found: tuple[Line, ...]


def before_after(case: Case) -> BeforeAfter:
    """Lay a notebook out."""
    cells = case.example.notebook.cells
    states = _states(cells, case.order)
    truth = [_line(cells, index, states) for index in range(len(cells))]
    found = [_line(cells, index, states, place - index) for place, index in enumerate(case.order)]
    return BeforeAfter(
        name=case.example.id,
        cluster=case.example.cluster,
        kendall_tau=pooled_tau([case.score.inversions], [len(cells)]),
        inversions=case.score.inversions,
        cells=len(cells),
        wrong=sum(state == "gap" for state in states),
        markdown=sum(cell.kind == "markdown" for cell in cells),
        truth=_shortened(truth),
        found=_shortened(found),
    )


def _states(cells: Sequence[Cell], order: Sequence[int]) -> list[str]:
    """For each cell in the author's order, see `Line.state`."""
    truth = [cell.id for cell in cells]
    code = frozenset(cell.id for cell in cells if cell.kind == "code")
    right = in_true_gap([truth[index] for index in order], truth, code)
    states = ["right" if cell.id in right or cell.id in code else "gap" for cell in cells]
    of_code = [index for index in order if truth[index] in code]
    for index in _out_of_order(of_code):
        states[index] = "code"
    gap: list[int] = []
    for place, index in enumerate(order):
        if truth[index] in right:
            gap.append(index)
        if truth[index] in code or place == len(order) - 1:
            for other in _out_of_order(gap):
                states[other] = "order"
            gap = []
    return states


def _out_of_order(places: Sequence[int]) -> set[int]:
    """The fewest to take out so that the rest rises."""
    return set(places) - {places[position] for position in longest_rising(places)}


def _line(cells: Sequence[Cell], index: int, states: Sequence[str], shift: int = 0) -> Line:
    cell = cells[index]
    return Line(index + 1, cell.kind, snippet(cell, _WORDS[cell.kind]), states[index], shift)


def _shortened(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Leave out what is in place and far from what is not."""
    wrong = [place for place, line in enumerate(lines) if line.state != "right"]
    shown = {place + step for place in wrong for step in range(-_AROUND, _AROUND + 1)}
    kept: list[Line] = []
    left_out = 0
    for place, line in enumerate(lines):
        # A single cell takes no more room than saying that it is left out.
        if place in shown or (not left_out and place + 1 in shown):
            kept += _stretch(left_out, "in place")
            left_out = 0
            kept.append(line)
        else:
            left_out += 1
    kept += _stretch(left_out, "in place")
    if len(kept) > _LINES:
        kept[_LINES:] = _stretch(len(kept) - _LINES, "more")
    return tuple(kept)


def _stretch(count: int, what: str) -> list[Line]:
    if not count:
        return []
    noun = "cell" if count == 1 else "cells"
    text = f"{count} {noun} in place" if what == "in place" else f"{count} more {noun}"
    return [Line(None, "skipped", text, "right")]
