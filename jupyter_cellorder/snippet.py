"""A cell as a few words on one line."""

from __future__ import annotations

from jupyter_cellorder.notebook import Cell

LENGTH = 60


def snippet(cell: Cell, length: int = LENGTH) -> str:
    """The first words of a cell on one line, free of control characters.

    Args:
        cell: An empty one has no words.
        length: Characters at most, the ellipsis included.
    """
    line = next((line for line in cell.source.splitlines() if line.strip()), "")
    # A cell may hold terminal escapes; they must not reach the terminal.
    clean = " ".join("".join(c if c.isprintable() else " " for c in line).split())
    return clean if len(clean) <= length else f"{clean[: length - 1]}…"
