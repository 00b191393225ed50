"""Members that need no model: they read the truth from the text, from hashes, or cheat."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.precedence import Placement, Precedence


class Scripted:
    """A member without a network: it costs nothing."""

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return 0.0


class ByNumber(Scripted):
    """Knows the true order: every cell's text holds its number, `#7`."""

    name = "by-number"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        anchors, floats = _numbers(placement.anchors), _numbers(placement.floats)
        return _sure(
            floats[:, None] > anchors[None, :],
            floats[:, None] < floats[None, :],
        )


class ByHash(Scripted):
    """Answers at random, but from the text alone: another presentation, the same answer."""

    name = "by-hash"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        m = len(placement.floats)
        before = np.full((m, m), 0.5)
        for i, left in enumerate(placement.floats):
            for k, right in enumerate(placement.floats):
                if left.source < right.source:
                    before[i, k] = _share(left.source, right.source)
                    before[k, i] = 1 - before[i, k]
        after = [[_share(f.source, a.source) for a in placement.anchors] for f in placement.floats]
        return Precedence(np.array(after), before)


class ByPresentation(Scripted):
    """Cheats: takes the floats for being in order as presented, and spread evenly."""

    name = "by-presentation"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        n, m = len(placement.anchors), len(placement.floats)
        floats = (np.arange(m) + 0.5) / m
        return _sure(
            floats[:, None] > (np.arange(n)[None, :] + 0.5) / n,
            floats[:, None] < floats[None, :],
        )


class ById(Scripted):
    """Cheats: takes ids for counting upwards, as authors' tools make them."""

    name = "by-id"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        anchors = np.array([cell.id for cell in placement.anchors])
        floats = np.array([cell.id for cell in placement.floats])
        return _sure(floats[:, None] > anchors[None, :], floats[:, None] < floats[None, :])


def ensemble(member: Any) -> Ensemble:
    return Ensemble((member,), (1.0,), f"{member.name}-ensemble")


def numbered(kinds: str) -> list[Cell]:
    """Cells of kinds "c", "m" or "r" in true order, each with its number in id and text."""
    names = {"c": "code", "m": "markdown", "r": "raw"}
    text = {"c": "step_{0} = 1  # #{0}", "m": "## Part #{0}", "r": "raw #{0}"}
    return [
        Cell(f"id-{number:03d}", names[kind], text[kind].format(number))
        for number, kind in enumerate(kinds)
    ]


def example(id: str, kinds: str, cluster: str | None = None) -> Example:
    return Example(id, cluster or id, id, "en", Notebook.from_cells(numbered(kinds)))


def write_ipynb(path: Path, cells: Sequence[Cell]) -> Path:
    """A .ipynb with outputs and metadata, so that there is something to lose."""
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    notebook = nbformat.v4.new_notebook(metadata={"kept": {"as": "it is"}})
    for cell in cells:
        made = make[cell.kind](cell.source, id=cell.id)
        if cell.kind == "code":
            made.outputs = [nbformat.v4.new_output("stream", text=f"output of {cell.id}\n")]
        notebook.cells.append(made)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def _numbers(cells: Sequence[Cell]) -> np.ndarray:
    found = [re.search(r"#(\d+)", cell.source) for cell in cells]
    return np.array([int(match[1]) if match else -1 for match in found])


def _share(*texts: str) -> float:
    digest = hashlib.sha256("\0".join(texts).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _sure(after: np.ndarray, before: np.ndarray) -> Precedence:
    odds = np.where(before, 0.99, 0.01)
    np.fill_diagonal(odds, 0.5)
    return Precedence(np.where(after, 0.99, 0.01), odds)
