"""Writing an order back into a .ipynb file: only the cells' places change, byte for byte."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from json import JSONDecoder
from os import PathLike
from pathlib import Path

from jupyter_cellorder.atomic_file import replacing
from jupyter_cellorder.errors import NotebookError
from jupyter_cellorder.notebook import Notebook, decode_text, read_content

_SPACE = " \t\n\r"
_decode_value = JSONDecoder().raw_decode


def reorder_text(text: str | bytes, order: Sequence[str]) -> bytes:
    """Permute the cells in the text of an .ipynb file.

    The JSON texts of the cells trade places; indentation, key order, escapes, line ends, byte
    order mark and everything else stay as they are, byte for byte.

    Args:
        text: content of the file, UTF-8 where it is bytes.
        order: the id of every cell once, as `Notebook.from_json` names them.

    Returns:
        The new content, UTF-8.

    Raises:
        NotebookError: what `Notebook.from_json` raises; `cells-differ` when `order` does not
            hold exactly the cells of the file; `not-a-notebook` for Kaggle's JSON and for
            several worksheets of nbformat 3.
    """
    content = decode_text(text)
    ids = Notebook.from_json(content).ids
    if len(order) != len(ids) or set(order) != set(ids):
        raise NotebookError(
            "The order does not hold the same cells as the file; it may have changed in the "
            "meantime. Ask for a new order.",
            "cells-differ",
        )
    spans = _cell_spans(content)
    place = {name: index for index, name in enumerate(ids)}
    pieces: list[str] = []
    done = 0
    for (start, end), name in zip(spans, order, strict=True):
        from_start, from_end = spans[place[name]]
        pieces += [content[done:start], content[from_start:from_end]]
        done = end
    return "".join([*pieces, content[done:]]).encode()


def write_order(
    path: str | PathLike[str],
    order: Sequence[str],
    output: str | PathLike[str] | None = None,
    *,
    seen: bytes | None = None,
) -> None:
    """Write the cells of an .ipynb file in another order, all or nothing.

    The new content goes to a temporary file in the target's folder, is flushed to the disk and
    then takes the target's name, mode bits and owner; a symbolic link stays one. Whatever fails,
    the original stays as it was.

    Args:
        path: the notebook.
        order: the id of every cell once.
        output: where to write; None for the notebook itself.
        seen: the content that the order was found for; None where that may have been any.

    Raises:
        NotebookError: what `reorder_text` raises, `cells-differ` also where the file no longer has
            the content `seen`; `cannot-read`, `read-only`, `disk-full` or
            `cannot-write`.
    """
    source, content = Path(path), read_content(path)
    if seen is not None and content != seen:
        raise NotebookError(
            f"The file {str(path)!r} was changed in the meantime; nothing was written. Ask for a "
            "new order.",
            "cells-differ",
        )
    target = Path(source if output is None else output)
    reordered = reorder_text(content, order)
    try:
        with replacing(target, source.stat()) as file:
            file.write(reordered)
    except OSError as error:
        raise _cannot_write(target, error) from error


def _cannot_write(target: Path, error: OSError) -> NotebookError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotebookError(
            f"The disk is full: {str(target)!r} was not written and the original is unchanged. "
            "Free some space, or write elsewhere with --output.",
            "disk-full",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NotebookError(
            f"{str(target)!r} or its folder is read-only; nothing was changed. "
            "Make it writable, or write elsewhere with --output.",
            "read-only",
        )
    return NotebookError(
        f"{str(target)!r} was not written ({error.strerror}); the original is unchanged. "
        "Write elsewhere with --output.",
        "cannot-write",
    )


def _cell_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every cell's JSON text, in a document known to be a notebook."""
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    top = dict(_fields(text, start))
    if "nbformat" not in top:
        raise NotebookError(
            "An order can be written into .ipynb files only. Use --json for other files.",
            "not-a-notebook",
        )
    if _decode_value(text, top["nbformat"])[0] == 3:
        sheets = list(_items(text, top["worksheets"]))
        if len(sheets) != 1:
            raise NotebookError(
                f"This notebook of nbformat 3 has {len(sheets)} worksheets. "
                "Open it in JupyterLab and save it, which makes them one.",
                "not-a-notebook",
            )
        top = dict(_fields(text, sheets[0][0]))
    return list(_items(text, top["cells"]))


def _fields(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Key and start of the value of every field of the JSON object at `start`."""
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, at = _decode_value(text, at)
        at = _skip(text, _skip(text, at) + 1)
        yield key, at
        _, at = _decode_value(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _items(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Start and end of every value of the JSON array at `start`."""
    at = _skip(text, start + 1)
    while text[at] != "]":
        _, end = _decode_value(text, at)
        yield at, end
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at
