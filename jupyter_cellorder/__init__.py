"""Say where the markdown of a notebook belongs among its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_cellorder._version import __version__
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.review.settings import Eagerness
from jupyter_cellorder.suggest import Mode, Move, Suggestion, suggest

if TYPE_CHECKING:
    from jupyter_cellorder.bundle import load_bundle

__all__ = [
    "Cell",
    "Eagerness",
    "Mode",
    "Move",
    "Notebook",
    "Suggestion",
    "__version__",
    "load_bundle",
    "suggest",
]


def __getattr__(name: str) -> Any:
    """Import the reader of bundles only where it is asked for."""
    if name == "load_bundle":
        from jupyter_cellorder.bundle import load_bundle

        return load_bundle
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the built front end lies."""
    return [{"src": "labextension", "dest": "jupyter-cellorder"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server which application to load."""
    from jupyter_cellorder import server

    return server._jupyter_server_extension_points()
