"""Kaggle's AI4Code data: a folder of notebooks, and tables of ids."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from jupyter_cellorder.errors import NotebookError
from jupyter_cellorder.evaluation.example import (
    NO_FILE,
    NO_ORDER,
    UNREADABLE,
    WRONG_CELLS,
    Example,
    Skipped,
    SourceError,
    id_of,
    make_example,
)
from jupyter_cellorder.notebook import Notebook

TRAIN = "train"
ORDERS = "train_orders.csv"
ANCESTORS = "train_ancestors.csv"


def is_kaggle(folder: Path) -> bool:
    """Whether it holds the training data, orders and all."""
    return (folder / ORDERS).is_file() and (folder / TRAIN).is_dir()


def labelled_root(folder: Path) -> Path | None:
    """The folder of the training data, given that or its ``train``; None for another folder."""
    for root in (folder, folder.parent):
        if is_kaggle(root) and folder in (root, root / TRAIN):
            return root
    return None


def is_unlabelled(folder: Path) -> bool:
    """Whether it holds JSON files and no notebooks whose order is known, as Kaggle's ``test``."""
    return (
        folder.is_dir()
        and labelled_root(folder) is None
        and any(folder.glob("*.json"))
        and not any(folder.glob("*.jsonl.zst"))
        and not any(folder.rglob("*.ipynb"))
    )


def has_ancestors(folder: Path) -> bool:
    """Whether the table of families lies there."""
    return (folder / ANCESTORS).is_file()


def read_kaggle(folder: Path, skipped: Skipped) -> Iterator[Example]:
    """Stream the training data, each notebook in the order of ``train_orders.csv``."""
    orders = dict(table(folder / ORDERS, "cell_order"))
    ancestors = dict(table(folder / ANCESTORS, "ancestor_id")) if has_ancestors(folder) else {}
    for path in sorted((folder / "train").glob("*.json")):
        id = id_of(path.stem)
        order = orders.pop(id, None)
        if order is None:
            skipped.add(NO_ORDER, id)
            continue
        notebook = read_notebook(path, id, skipped)
        if notebook is None:
            continue
        by_id = {cell.id: cell for cell in notebook.cells}
        names = order.split()
        if len(names) != len(by_id) or set(names) != by_id.keys():
            skipped.add(WRONG_CELLS, id)
            continue
        ancestor = ancestors.get(id) or id
        example = make_example(
            [by_id[name] for name in names],
            id=id,
            cluster=ancestor,
            ancestor=ancestor,
            language="",
            skipped=skipped,
            shown=notebook.cells,
        )
        if example is not None:
            yield example
    for id in orders:
        skipped.add(NO_FILE, id)


def read_unlabelled(folder: Path, skipped: Skipped) -> Iterator[Example]:
    """Stream a folder of notebooks whose order nobody gives, each in the order of its file.

    Raises:
        SourceError: It holds no such notebooks; raised before anything is read.
    """
    if not is_unlabelled(folder):
        raise SourceError(
            f"{folder} holds no notebooks in Kaggle's form; give a folder of *.json files such as "
            "AI4Code's test.",
            code="source-empty",
        )

    def stream() -> Iterator[Example]:
        for path in sorted(folder.glob("*.json")):
            id = id_of(path.stem)
            notebook = read_notebook(path, id, skipped)
            if notebook is None:
                continue
            example = make_example(
                notebook.cells,
                id=id,
                cluster=id,
                ancestor=id,
                language="",
                skipped=skipped,
                labelled=False,
            )
            if example is not None:
                yield example

    return stream()


def read_notebook(path: Path, id: str, skipped: Skipped) -> Notebook | None:
    """Read a file; None, and told to ``skipped``, where it is no notebook."""
    try:
        return Notebook.read(path)
    except NotebookError as error:
        skipped.add(f"{UNREADABLE}, {error.code}", id)
        return None


def table(path: Path, column: str) -> Iterator[tuple[str, str]]:
    """Stream id and one column of a table, as the text it is: an id "NA" stays "NA".

    Raises:
        SourceError: It cannot be read, or has no such columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if {"id", column} <= set(rows.fieldnames or ()):
                for row in rows:
                    yield row["id"] or "", row[column] or ""
                return
            problem = f"has no columns 'id' and '{column}'"
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problem = f"cannot be read ({reason})"
    raise SourceError(f"{path} {problem}; use the file as Kaggle gives it.", code="source-corrupt")
