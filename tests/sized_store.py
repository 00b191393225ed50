"""Small corpora in memory whose cells have as many tokens as a test says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from small_tokenizer import WORDS, write_tokenizer

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.notebook import Cell, Notebook
from training.data.cache import build_store
from training.data.cells import CellStore
from training.data.shards import Tokenizing

KINDS = {"c": "code", "m": "markdown"}


def sized_store(notebooks: Sequence[str], folder: Path, limit: int = 600) -> CellStore:
    """A store of notebooks such as `m9 c14`: kinds, and tokens with both special ones (from 2).

    No two cells of three tokens or more begin with the same words, up to 40,000 of them.
    """
    numbers = count()
    examples = []
    for at, cells in enumerate(notebooks):
        made = [
            Cell(f"{place}", KINDS[cell[0]], words(next(numbers), int(cell[1:]) - 2))  # type: ignore[arg-type]
            for place, cell in enumerate(cells.split())
        ]
        examples.append(Example(f"n{at}", f"n{at}", f"n{at}", "en", Notebook.from_cells(made)))
    tokenizer = write_tokenizer(folder / "tokenizer.json")
    tokenizing = Tokenizing(tokenizer, {"markdown": limit, "code": limit})
    return build_store(examples, tokenizing, folder / "cache", workers=1)


def words(number: int, length: int) -> str:
    """So many words; the first two name the number."""
    numbers = [number, number // len(WORDS), *range(number + 2, number + length)]
    return " ".join(WORDS[one % len(WORDS)] for one in numbers[:length])
