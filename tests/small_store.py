"""Small corpora in memory, written as words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from small_tokenizer import WORDS, write_tokenizer

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.notebook import Cell, Notebook
from training.data.cache import build_store
from training.data.cells import CellStore
from training.data.shards import Tokenizing

KINDS = {"c": "code", "m": "markdown"}


def example(id: str, cells: str, ancestor: str | None = None, cluster: str = "") -> Example:
    """A notebook of cells such as `m3 c14`: their kind, and the number of their first word."""
    made = [
        Cell(
            f"{at}",
            KINDS[word[0]],  # type: ignore[arg-type]
            " ".join(WORDS[int(word[1:]) : int(word[1:]) + 1 + int(word[1:]) % 7]),
        )
        for at, word in enumerate(cells.split())
    ]
    return Example(id, cluster or id, ancestor or id, "en", Notebook.from_cells(made))


def store(examples: Sequence[Example], folder: Path) -> CellStore:
    tokenizer = write_tokenizer(folder / "tokenizer.json")
    tokenizing = Tokenizing(tokenizer, {"markdown": 8, "code": 8})
    return build_store(examples, tokenizing, folder / "cache", workers=1)


def kinds(pattern: str, start: int = 0) -> str:
    """`mcc` -> `m0 c1 c2`."""
    return " ".join(f"{kind}{start + at}" for at, kind in enumerate(pattern))


def shuffled_markdown(count: int = 12) -> list[str]:
    """Orders of the same cells: the code keeps its order, the markdown stands anywhere."""
    rng = np.random.default_rng(0)
    code, markdown = ["c1", "c12", "c24", "c31"], ["m6", "m45", "m52", "m60", "m66"]
    orders = []
    for _ in range(count):
        order = list(code)
        for cell in rng.permutation(markdown):
            order.insert(int(rng.integers(0, len(order) + 1)), str(cell))
        orders.append(" ".join(order))
    return orders
