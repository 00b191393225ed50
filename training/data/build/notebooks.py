"""A notebook's file to the cells that a corpus keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jupyter_cellorder.errors import NotebookError
from jupyter_cellorder.evaluation.sources import NO_CODE, NO_MARKDOWN, UNREADABLE
from jupyter_cellorder.notebook import Notebook, parse_json

LONGEST_SOURCE = 6_000  # characters kept of a cell
FEWEST_CELLS = 6  # that are code or markdown and not empty
LARGEST_FILE = 100 * 1024**2  # bytes; some notebooks hold whole data sets in their outputs

TOO_FEW = f"fewer than {FEWEST_CELLS} cells"
TOO_LARGE = f"larger than {LARGEST_FILE // 1024**2} MiB"
NOT_PYTHON = "not in Python"

BLOB = "data:..."
# Files inside the text: data URIs, and bare base64 too long to be a name or a path.
_BLOBS = re.compile(
    r"data:[\w.+-]*(?:/[\w.+-]+)?(?:;[\w.+-]+(?:=[\w.+-]+)?)*;base64,[A-Za-z0-9+/=%]{20,}"
    r"|[A-Za-z0-9+/]{300,}={0,2}"
)


class Unfit(Exception):
    """The notebook is not for a corpus; the text says why, in the words of the report."""


def read_cells(content: bytes) -> list[tuple[str, str]]:
    """Kind and source of every cell that is code or markdown and not empty, in order.

    Files inside a source become ``data:...``; then it is cut at :data:`LONGEST_SOURCE`.

    Raises:
        Unfit: Not a notebook, not in Python, or too small to have an order worth learning.
    """
    try:
        parsed = parse_json(content)
        notebook = Notebook.from_ipynb(parsed)
    except NotebookError as error:
        raise Unfit(f"{UNREADABLE}, {error.code}") from None
    if not _is_python(parsed):
        raise Unfit(NOT_PYTHON)
    cells: list[tuple[str, str]] = [
        (cell.kind, _BLOBS.sub(BLOB, cell.source)[:LONGEST_SOURCE])
        for cell in notebook.cells
        if cell.kind != "raw"
    ]
    kept = [(kind, source) for kind, source in cells if source.strip()]
    kinds = {kind for kind, _ in kept}
    for kind, missing in (("code", NO_CODE), ("markdown", NO_MARKDOWN)):
        if kind not in kinds:
            raise Unfit(missing)
    if len(kept) < FEWEST_CELLS:
        raise Unfit(TOO_FEW)
    return kept


def _is_python(notebook: Mapping[str, Any]) -> bool:
    """Whether the file names Python, or no language at all."""
    metadata = notebook.get("metadata")
    for place, key in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(place) if isinstance(metadata, Mapping) else None
        named = about.get(key) if isinstance(about, Mapping) else None
        if isinstance(named, str) and named:
            return "python" in named.lower()
    return True
