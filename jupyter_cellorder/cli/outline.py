"""A notebook and a suggestion as lines of text for a terminal."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.snippet import snippet
from jupyter_cellorder.suggest import Move, Suggestion

NOTICES = {
    "in-order": "Nothing to move: the markdown is in order.",
    "no-cells": "Nothing to place: the notebook has no cells.",
    "no-markdown": "Nothing to place: the notebook has no markdown with text that may be moved.",
    "no-code": "Nothing to place: the notebook has no code for its markdown to stand among.",
}
"""A sentence for each of `Suggestion.notice`."""


def move_lines(notebook: Notebook, moves: Sequence[Move]) -> list[str]:
    """One line a move: present and suggested place counted from 1, confidence, first words."""
    cells = {cell.id: cell for cell in notebook.cells}
    rows = [("from", "to", "sure", "")]
    for move in moves:
        rows.append(
            (
                str(move.from_index + 1),
                str(move.to_index + 1),
                f"{move.confidence:.0%}",
                snippet(cells[move.cell_id]),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"  {start:>{widths[0]}}  {end:>{widths[1]}}  {sure:>{widths[2]}}  {words}".rstrip()
        for start, end, sure, words in rows
    ]


def outline_diff(notebook: Notebook, suggestion: Suggestion, path: str) -> str:
    """Unified diff between the outlines (a line a cell: id, kind, first words) of two orders.

    Empty where the order stays as it is.
    """
    cells = {cell.id: cell for cell in notebook.cells}

    def outline(order: Sequence[str]) -> list[str]:
        return [f"{id} {cells[id].kind}: {snippet(cells[id])}".rstrip() for id in order]

    lines = difflib.unified_diff(
        outline(notebook.ids),
        outline(suggestion.order),
        fromfile=path,
        tofile=f"{path} (suggested)",
        lineterm="",
    )
    return "\n".join(lines)
