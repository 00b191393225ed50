"""A notebook whose order is asked for, and what was left out on the way to it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.notebook import Cell, Notebook

NO_CODE = "no code cell"
NO_MARKDOWN = "no markdown cell"
UNREADABLE = "not readable as a notebook"
NO_ORDER = "no row in train_orders.csv"
NO_FILE = "a row in train_orders.csv but no file"
WRONG_CELLS = "cells other than those its row in train_orders.csv names"

_NAMES_KEPT = 5


def id_of(name: str) -> str:
    """A file's name as an id: bytes of it that are not UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class SourceError(CellOrderError):
    """The path holds no notebooks that can be scored; the message says what was looked for."""


@dataclass(frozen=True)
class Example:
    """One notebook in its author's order.

    Attributes:
        id: Name within its source: corpus or Kaggle id, or the path inside the folder.
        cluster: What notebooks are alike by: the repository, else the ancestor, else the id.
        ancestor: Family of near-duplicates, or the id where the source knows none.
        language: Language of the markdown as the source gives it; empty where it does not.
        notebook: At least one code and one markdown cell, none of them empty, no raw cells.
        left_out: Ids of the cells of the file that are not in `notebook`, each with that of the
            cell which it follows there (code follows code); None for those at the top.
        labelled: Whether the order of `notebook` is the author's; else it is that of the file.
    """

    id: str
    cluster: str
    ancestor: str
    language: str
    notebook: Notebook
    left_out: tuple[tuple[str, str | None], ...] = ()
    labelled: bool = True

    def complete(self, order: Iterable[str]) -> list[str]:
        """An order of the notebook's ids with those of the cells that were left out."""
        followers: dict[str | None, list[str]] = {}
        for name, follows in self.left_out:
            followers.setdefault(follows, []).append(name)
        whole = followers.get(None, [])[:]
        for name in order:
            whole += [name, *followers.get(name, [])]
        return whole


@dataclass
class Skipped:
    """What a source held that could not be used, counted by reason.

    Attributes:
        counts: Notebooks by reason.
        names: The first few of them by reason.
        undecided: Told the id and the cells, in the order of the file, of every notebook that
            has no code or no markdown: it has an order, but nothing to decide.
    """

    counts: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)
    undecided: Callable[[str, Sequence[str]], None] | None = None

    def add(self, reason: str, name: str) -> None:
        """Count one notebook; the first few names of each reason are kept for the report."""
        self.counts[reason] += 1
        kept = self.names.setdefault(reason, [])
        if len(kept) < _NAMES_KEPT:
            kept.append(name)

    def merge(self, other: Skipped) -> None:
        """Count what another count has, too."""
        self.counts.update(other.counts)
        for reason, names in other.names.items():
            kept = self.names.setdefault(reason, [])
            kept += names[: _NAMES_KEPT - len(kept)]

    def sentences(self) -> list[str]:
        """One sentence for each reason, with the count and the first few names."""
        sentences = []
        for reason, count in sorted(self.counts.items()):
            names = ", ".join(self.names[reason])
            rest = count - len(self.names[reason])
            more = f" and {rest} more" if rest else ""
            noun = "notebook" if count == 1 else "notebooks"
            sentences.append(f"Left out {count} {noun} ({reason}): {names}{more}.")
        return sentences


def make_example(
    cells: Iterable[Cell],
    *,
    id: str,
    cluster: str,
    ancestor: str,
    language: str,
    skipped: Skipped,
    shown: Sequence[Cell] | None = None,
    labelled: bool = True,
) -> Example | None:
    """The example made of these cells, or None where there is nothing to decide.

    Args:
        cells: In the author's order; with ``labelled`` false in that of the file.
        id: See :class:`Example`, as for the next three.
        cluster: The same.
        ancestor: The same.
        language: The same.
        skipped: Told where there is nothing to decide.
        shown: The cells in the order of the file, where that is another one.
        labelled: See :class:`Example`.
    """
    cells = list(cells)
    shown = cells if shown is None else shown
    kept = [cell for cell in cells if _is_scored(cell)]
    kinds = {cell.kind for cell in kept}
    if len(kinds) < 2:
        skipped.add(NO_MARKDOWN if "code" in kinds else NO_CODE, id)
        if skipped.undecided is not None:
            skipped.undecided(id, [cell.id for cell in shown])
        return None
    notebook = Notebook.from_cells(kept)
    return Example(id, cluster, ancestor, language, notebook, _left_out(shown), labelled)


def _is_scored(cell: Cell) -> bool:
    return cell.kind != "raw" and not cell.is_empty


def _left_out(shown: Iterable[Cell]) -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = []
    last: str | None = None
    last_code: str | None = None
    for cell in shown:
        if _is_scored(cell):
            last = cell.id
            last_code = cell.id if cell.kind == "code" else last_code
        else:
            found.append((cell.id, last_code if cell.kind == "code" else last))
    return tuple(found)
