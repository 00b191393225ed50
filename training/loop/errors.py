"""What can go wrong in the loop."""

from __future__ import annotations

from jupyter_cellorder.errors import CellOrderError


class LoopError(CellOrderError):
    """Training cannot go on; the message says what to do. The last checkpoint stays."""
