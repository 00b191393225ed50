"""From the bytes of a request to a checked question, or to a sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, get_args

from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.notebook import Cell, CellKind, Notebook
from jupyter_cellorder.review.settings import Eagerness
from jupyter_cellorder.server.limits import Limits
from jupyter_cellorder.suggest import Mode

_FIELDS = frozenset({"mode", "keep_markdown_order", "eagerness", "cells", "selected"})
_CELL_FIELDS = frozenset({"id", "cell_type", "source", "pinned"})
_SHOWN = 64  # characters of a foreign string that a message repeats


@dataclass(frozen=True, slots=True)
class Question:
    """One checked request: the notebook as it stands and what to do with it."""

    notebook: Notebook
    mode: Mode
    selected: tuple[str, ...]
    keep_markdown_order: bool
    eagerness: Eagerness


def parse_question(body: bytes | bytearray, limits: Limits) -> Question:
    """Read the body of `POST /cellorder/suggest`.

    Raises `RequestError` with code `empty-body`, `bad-json` or `bad-request` (the schema is
    broken), `unknown-mode`, `unknown-eagerness`, `unknown-cell`, `too-many-cells` or
    `too-many-characters`, and `NotebookError` with code `duplicate-ids`.
    """
    fields = _only_known(_decode(body), _FIELDS, "The request")
    mode = _mode(fields)
    cells = _cells(fields, limits)
    notebook = Notebook.from_cells(cells)
    return Question(
        notebook=notebook,
        mode=mode,
        selected=_selected(fields, {cell.id for cell in cells}),
        keep_markdown_order=_flag(fields, "keep_markdown_order", "The request"),
        eagerness=_eagerness(fields),
    )


def _decode(body: bytes | bytearray) -> Mapping[str, Any]:
    if not body.strip():
        raise RequestError(
            'The request has no body: send JSON such as {"mode": "review", "cells": []}.',
            code="empty-body",
        )
    try:
        decoded = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):  # not UTF-8, not JSON, an endless number, too deep
        raise RequestError(
            "The request is not JSON in UTF-8: send one JSON object.", code="bad-json"
        ) from None
    if not isinstance(decoded, dict):
        raise _bad("The request must be one JSON object with the fields mode and cells.")
    return decoded


def _mode(fields: Mapping[str, Any]) -> Mode:
    name = fields.get("mode", Mode.REVIEW.value)
    if not isinstance(name, str):
        raise _bad("mode must be a string: review, selected or all.")
    try:
        return Mode(name)
    except ValueError:
        raise RequestError(
            f"There is no mode {_shown(name)}: use review, selected or all.", code="unknown-mode"
        ) from None


def _eagerness(fields: Mapping[str, Any]) -> Eagerness:
    name = fields.get("eagerness", Eagerness.BALANCED.value)
    if not isinstance(name, str):
        raise _bad("eagerness must be a string: cautious, balanced or eager.")
    try:
        return Eagerness(name)
    except ValueError:
        raise RequestError(
            f"There is no eagerness {_shown(name)}: use cautious, balanced or eager.",
            code="unknown-eagerness",
        ) from None


def _cells(fields: Mapping[str, Any], limits: Limits) -> tuple[Cell, ...]:
    items = fields.get("cells")
    if not isinstance(items, list):
        raise _bad("cells must be a list of the notebook's cells, in their present order.")
    if len(items) > limits.cells:
        raise RequestError(
            f"The notebook has {len(items):,} cells and this server takes {limits.cells:,}: "
            "split the notebook, or raise CellOrder.max_cells in the server's configuration.",
            code="too-many-cells",
        )
    cells = tuple(_cell(item, index) for index, item in enumerate(items))
    characters = sum(len(cell.source) for cell in cells)
    if characters > limits.characters:
        raise RequestError(
            f"The cells hold {characters:,} characters and this server takes "
            f"{limits.characters:,}: shorten the longest cells, or raise "
            "CellOrder.max_characters in the server's configuration.",
            code="too-many-characters",
        )
    return cells


def _cell(item: object, index: int) -> Cell:
    where = f"cells[{index}]"
    if not isinstance(item, dict):
        raise _bad(f"{where} must be an object with id, cell_type and source.")
    fields = _only_known(item, _CELL_FIELDS, where)
    identifier, kind, source = fields.get("id"), fields.get("cell_type"), fields.get("source")
    if not isinstance(identifier, str) or not identifier:
        raise _bad(f"{where}.id must be a string that is not empty.")
    if not _is_kind(kind):
        raise _bad(f"{where}.cell_type must be code, markdown or raw.")
    if not isinstance(source, str):
        raise _bad(f"{where}.source must be one string.")
    return Cell(identifier, kind, source, pinned=_flag(fields, "pinned", where))


def _is_kind(kind: object) -> TypeGuard[CellKind]:
    return isinstance(kind, str) and kind in get_args(CellKind)


def _selected(fields: Mapping[str, Any], ids: set[str]) -> tuple[str, ...]:
    items = fields.get("selected", [])
    if not _is_strings(items):
        raise _bad("selected must be a list of cell ids.")
    for identifier in items:
        if identifier not in ids:
            raise RequestError(
                f"The selected cell {_shown(identifier)} is not among the cells sent: "
                "select again and send the notebook as it stands now.",
                code="unknown-cell",
            )
    return tuple(items)


def _is_strings(items: object) -> TypeGuard[Sequence[str]]:
    return isinstance(items, list) and all(isinstance(item, str) for item in items)


def _flag(fields: Mapping[str, Any], name: str, where: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise _bad(f"{where}: {name} must be true or false.")
    return value


def _only_known(fields: Mapping[str, Any], known: frozenset[str], where: str) -> Mapping[str, Any]:
    for name in fields:
        if name not in known:
            raise _bad(
                f"{where} has an unknown field {_shown(name)}: the fields are "
                f"{', '.join(sorted(known))}."
            )
    return fields


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _bad(message: str) -> RequestError:
    return RequestError(message, code="bad-request")
