"""Jupyter Server extension: the REST face of `jupyter_cellorder.suggest`.

Importing this package loads neither the web framework nor the model: both come when they are used.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server which application to load."""
    from jupyter_cellorder.server.app import CellOrder

    return [{"module": "jupyter_cellorder.server", "app": CellOrder}]
