"""What can go wrong while a corpus is built."""

from __future__ import annotations

from jupyter_cellorder.errors import CellOrderError


class BuildError(CellOrderError):
    """The corpus cannot be built as asked; the message says what to do."""


class FetchError(CellOrderError):
    """One repository cannot be had; the others are built without it."""
