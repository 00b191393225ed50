"""Notebooks as the ordered cells that the rest of the package works on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal, get_args

from jupyter_cellorder.errors import NotebookError

CellKind = Literal["code", "markdown", "raw"]
_KINDS: tuple[str, ...] = get_args(CellKind)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        id: unique inside its notebook.
        kind: code, markdown or raw.
        source: the text. Lone surrogates, which no tokenizer accepts, become "?".
        pinned: the author locked the cell (metadata `editable` or `deletable` is false).
    """

    id: str
    kind: CellKind
    source: str
    pinned: bool = False

    def __post_init__(self) -> None:
        """Refuse unknown kinds; mend text that is not valid Unicode."""
        if self.kind not in _KINDS:
            raise NotebookError(
                f"Cell {self.id!r} has the unknown type {self.kind!r}. Use code, markdown or raw.",
                "not-a-notebook",
            )
        try:
            self.source.encode()
        except UnicodeEncodeError:
            object.__setattr__(self, "source", self.source.encode("utf-8", "replace").decode())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but white space in the cell."""
        return not self.source.strip()


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook in their present order, with unique ids.

    Raises:
        NotebookError: `duplicate-ids` when two cells share an id.
    """

    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        """Refuse two cells of one id: an order of ids would be ambiguous."""
        seen: set[str] = set()
        for cell in self.cells:
            if cell.id in seen:
                raise NotebookError(
                    f"Two cells share the id {cell.id!r}. Open the notebook in JupyterLab and "
                    "save it, which gives every cell an id of its own, then try again.",
                    "duplicate-ids",
                )
            seen.add(cell.id)

    @property
    def ids(self) -> tuple[str, ...]:
        """The cells' ids in their present order."""
        return tuple(cell.id for cell in self.cells)

    @classmethod
    def from_cells(cls, cells: Iterable[Cell]) -> Notebook:
        """Make a notebook of cells in their present order."""
        return cls(tuple(cells))

    @classmethod
    def from_ipynb(cls, notebook: Mapping[str, Any]) -> Notebook:
        """Read parsed .ipynb content of nbformat 3 or 4 (a dict or a NotebookNode).

        Cells without an id in the file are called "cell-0", "cell-1", ... by their place.

        Raises:
            NotebookError: `not-a-notebook` or `duplicate-ids`.
        """
        if not isinstance(notebook, Mapping):
            raise _not_a_notebook("its content is not a JSON object")
        major = notebook.get("nbformat")
        if major == 3:
            cells = _upgraded_cells(notebook)
        elif major == 4:
            cells = notebook.get("cells")
        else:
            raise _not_a_notebook(f"its nbformat is {major!r}, and 3 and 4 are understood")
        if not isinstance(cells, list):
            raise _not_a_notebook('it has no list of "cells"')
        if not all(isinstance(cell, Mapping) for cell in cells):
            raise _not_a_notebook("one of its cells is not a JSON object")
        taken = {cell["id"] for cell in cells if isinstance(cell.get("id"), str)}
        return cls.from_cells(_cell(cell, place, taken) for place, cell in enumerate(cells))

    @classmethod
    def from_kaggle(cls, notebook: Mapping[str, Any]) -> Notebook:
        """Read Kaggle's AI4Code form, `{"cell_type": {id: kind}, "source": {id: text}}`.

        The order is that of the keys of `cell_type`.

        Raises:
            NotebookError: `not-a-notebook`.
        """
        kinds, sources = notebook.get("cell_type"), notebook.get("source")
        if not isinstance(kinds, Mapping) or not isinstance(sources, Mapping):
            raise _not_a_notebook('it has no "cell_type" and "source" objects')
        if kinds.keys() != sources.keys():
            raise _not_a_notebook('"cell_type" and "source" do not name the same cells')
        return cls.from_cells(
            Cell(str(name), kind, _text(sources[name], str(name))) for name, kind in kinds.items()
        )

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Notebook:
        """Read a file: .ipynb of nbformat 3 or 4, or Kaggle's JSON.

        Raises:
            NotebookError: `cannot-read`, `not-json`, `not-a-notebook` or `duplicate-ids`.
        """
        return cls.from_json(read_content(path))

    @classmethod
    def from_json(cls, content: str | bytes) -> Notebook:
        """Read the text of a file: .ipynb of nbformat 3 or 4, or Kaggle's JSON.

        Raises:
            NotebookError: `not-json`, `not-a-notebook` or `duplicate-ids`.
        """
        parsed = parse_json(content)
        if not isinstance(parsed, Mapping):
            raise _not_a_notebook("its content is not a JSON object")
        if "cell_type" in parsed and "nbformat" not in parsed:
            return cls.from_kaggle(parsed)
        return cls.from_ipynb(parsed)


def read_content(path: str | PathLike[str]) -> bytes:
    """The bytes of a file.

    Raises:
        NotebookError: `cannot-read`.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise NotebookError(
            f"There is no file {str(path)!r}. Check the path.", "cannot-read"
        ) from None
    except OSError as error:
        raise NotebookError(
            f"The file {str(path)!r} cannot be read ({error.strerror}). "
            "Check that it is a file and that you may read it.",
            "cannot-read",
        ) from error


def decode_text(content: str | bytes) -> str:
    """Decode UTF-8, keeping a byte order mark as the first character.

    Raises:
        NotebookError: `not-json` when the bytes are not UTF-8.
    """
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"This is not JSON in UTF-8 (byte {error.start} is not UTF-8). "
            "Save the notebook as UTF-8 and try again.",
            "not-json",
        ) from None


def parse_json(content: str | bytes) -> Any:
    """Parse JSON text with or without a byte order mark.

    Raises:
        NotebookError: `not-json`, saying where the text breaks off.
    """
    text = decode_text(content).removeprefix("\ufeff")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(
            f"This is not JSON: line {error.lineno}, column {error.colno}: {error.msg}. "
            "Give a .ipynb file, or restore it from a checkpoint if it was cut off.",
            "not-json",
        ) from None
    except (RecursionError, ValueError):
        raise NotebookError(
            "This JSON is nested too deeply or holds a number too large to read. "
            "Give a .ipynb file written by Jupyter.",
            "not-json",
        ) from None


def _not_a_notebook(reason: str) -> NotebookError:
    return NotebookError(
        f"This is not a notebook that can be read: {reason}. "
        "Give a .ipynb file, or open it in JupyterLab and save it again.",
        "not-a-notebook",
    )


def _upgraded_cells(notebook: Mapping[str, Any]) -> Any:
    """Cells of nbformat 3 in the shape of 4 (headings become '#' lines), by nbformat."""
    # Imported here: nbformat takes longer to import than the rest of the package. Cell by cell,
    # because converting the whole logs what is invalid, with the text of cells.
    import nbformat
    from nbformat.v3 import rwbase
    from nbformat.v4 import convert

    # The library has no types.
    from_dict: Any = nbformat.from_dict
    rejoin_lines: Any = rwbase.rejoin_lines
    upgrade_cell: Any = convert.upgrade_cell
    try:
        sheets = [
            {"cells": [{**cell, "outputs": []} for cell in sheet["cells"]]}
            for sheet in notebook["worksheets"]
        ]
        joined = rejoin_lines(from_dict({"worksheets": sheets})).worksheets
        cells = [upgrade_cell(cell) for sheet in joined for cell in sheet.cells]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _not_a_notebook("its nbformat 3 content is damaged") from None
    for cell in cells:
        del cell["id"]  # drawn at random by the conversion
    return cells


def _cell(cell: Mapping[str, Any], place: int, taken: set[str]) -> Cell:
    name = cell.get("id")
    if not isinstance(name, str):
        name = f"cell-{place}"
        while name in taken:
            name += "-"
        taken.add(name)
    kind = cell.get("cell_type")
    if kind not in _KINDS:
        raise _not_a_notebook(f"cell {place} has the unknown type {kind!r}")
    metadata = cell.get("metadata")
    pinned = isinstance(metadata, Mapping) and (
        metadata.get("editable") is False or metadata.get("deletable") is False
    )
    return Cell(name, kind, _text(cell.get("source"), name), pinned)


def _text(source: Any, name: str) -> str:
    """Source as one string; files hold a string or a list of lines."""
    if isinstance(source, str):
        return source
    if source is None:
        return ""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise _not_a_notebook(f"the source of cell {name!r} is not text")
