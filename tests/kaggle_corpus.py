"""A corpus of words in Kaggle's layout, of which parts can be damaged."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from small_tokenizer import WORDS

NOTEBOOKS = 60
HELD_OUT = (18, 23, 41)  # whose families are in `valid`


def notebook_id(number: int) -> str:
    return f"{number:014x}"


def cell_names(number: int) -> list[str]:
    """Names of the cells in the author's order: markdown, code, markdown, code ..."""
    return [f"{at:08x}" for at in range(3 + number % 4)]


def write_notebook(folder: Path, number: int, more: str = "") -> None:
    """Code first, then markdown from the last to the first, as Kaggle shuffles it."""
    names = cell_names(number)
    order = [*names[1::2], *reversed(names[::2])]
    sources = {
        name: " ".join(WORDS[(7 * number + at) % 150 : (7 * number + at) % 150 + 1 + at]) + more
        for at, name in enumerate(names)
    }
    content = {
        "cell_type": {name: "code" if name in names[1::2] else "markdown" for name in order},
        "source": {name: sources[name] for name in order},
    }
    (folder / "train" / f"{notebook_id(number)}.json").write_text(json.dumps(content))


def write_orders(folder: Path, orders: dict[int, str]) -> None:
    rows = [(notebook_id(number), order) for number, order in orders.items()]
    _write_csv(folder / "train_orders.csv", ("id", "cell_order"), rows)


def write_corpus(folder: Path, notebooks: int = NOTEBOOKS, ancestors: bool = True) -> Path:
    (folder / "train").mkdir(parents=True)
    for number in range(notebooks):
        write_notebook(folder, number)
    write_orders(folder, {number: " ".join(cell_names(number)) for number in range(notebooks)})
    if ancestors:
        rows = [(notebook_id(number), f"family-{number}", "") for number in range(notebooks)]
        _write_csv(folder / "train_ancestors.csv", ("id", "ancestor_id", "parent_id"), rows)
    return folder


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
