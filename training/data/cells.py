"""A corpus as arrays: every distinct cell read once, notebooks as lists of cell numbers."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.lexical import BUCKETS, WordCounts, inverse_document_frequency
from jupyter_cellorder.members.cell_features import NumberMark
from jupyter_cellorder.members.context_input import CellFacts, cell_facts
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.notebook import Cell

BATCH = 2_048


def cell_key(cell: Cell) -> bytes:
    """Eight bytes that name a cell by its content."""
    return hashlib.blake2b(f"{cell.kind[0]}{cell.source}".encode(), digest_size=8).digest()


@dataclass(frozen=True)
class Ragged:
    """Rows of different length in one flat array."""

    flat: NDArray[np.generic]
    offsets: NDArray[np.int64]

    def __getitem__(self, row: int) -> NDArray[np.generic]:
        """One row, a view."""
        return self.flat[self.offsets[row] : self.offsets[row + 1]]

    def lengths(self) -> NDArray[np.int64]:
        """Length of every row."""
        return np.diff(self.offsets)

    @classmethod
    def of(cls, rows: Sequence[NDArray[np.generic]]) -> Ragged:
        """Join rows of one dtype."""
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        return cls(np.concatenate(rows), offsets)


@dataclass(frozen=True)
class NotebookRow:
    """One notebook: numbers of its cells in the author's order, and whom it is akin to."""

    id: str
    cluster: str
    ancestor: str
    cells: NDArray[np.int32]


class CellStore:
    """The distinct cells of a corpus with their tokens and facts, and its notebooks."""

    def __init__(
        self,
        keys: NDArray[np.bytes_],
        markdown: NDArray[np.bool_],
        tokens: Ragged,
        features: NDArray[np.float32],
        buckets: Ragged,
        counts: Ragged,
        marks: list[NumberMark],
        notebooks: list[NotebookRow],
    ) -> None:
        self.keys = keys
        self.markdown = markdown
        self.tokens = tokens
        self.features = features
        self._buckets = buckets
        self._counts = counts
        self._marks = marks
        self.notebooks = notebooks

    def __len__(self) -> int:
        return len(self.keys)

    def facts(self, cell: int) -> CellFacts:
        """What is known of a cell without an encoder."""
        words = WordCounts(self._buckets[cell], self._counts[cell])  # type: ignore[arg-type]
        return CellFacts(bool(self.markdown[cell]), self.features[cell], words, self._marks[cell])

    def document_frequency(self) -> NDArray[np.int64]:
        """(BUCKETS,) in how many distinct cells each hashed word occurs."""
        return np.bincount(self._buckets.flat, minlength=BUCKETS)

    def corpus_idf(self) -> NDArray[np.float32]:
        """(BUCKETS,) inverse document frequency over the distinct cells."""
        return inverse_document_frequency(self.document_frequency(), len(self))

    def save(self, folder: Path) -> None:
        """Write to a folder; the last file written marks it complete."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / "cells.npz",
            keys=self.keys,
            markdown=self.markdown,
            features=self.features,
            **{
                f"{name}_{part}": getattr(ragged, part)
                for name, ragged in self._ragged().items()
                for part in ("flat", "offsets")
            },
        )
        record = {
            "marks": [[mark.level, list(mark.number)] for mark in self._marks],
            "notebooks": [
                [row.id, row.cluster, row.ancestor, row.cells.tolist()] for row in self.notebooks
            ],
        }
        partial = folder / "notebooks.json.part"
        partial.write_text(json.dumps(record))
        os.replace(partial, folder / "notebooks.json")

    def _ragged(self) -> dict[str, Ragged]:
        return {"tokens": self.tokens, "buckets": self._buckets, "counts": self._counts}

    @classmethod
    def load(cls, folder: Path) -> CellStore:
        """Read what :meth:`save` wrote."""
        with np.load(folder / "cells.npz") as arrays:
            ragged = {
                name: Ragged(arrays[f"{name}_flat"], arrays[f"{name}_offsets"])
                for name in ("tokens", "buckets", "counts")
            }
            plain = {name: arrays[name] for name in ("keys", "markdown", "features")}
        record = json.loads((folder / "notebooks.json").read_text())
        return cls(
            keys=plain["keys"],
            markdown=plain["markdown"],
            tokens=ragged["tokens"],
            features=plain["features"],
            buckets=ragged["buckets"],
            counts=ragged["counts"],
            marks=[NumberMark(level, tuple(number)) for level, number in record["marks"]],
            notebooks=[
                NotebookRow(id, cluster, ancestor, np.array(cells, dtype=np.int32))
                for id, cluster, ancestor, cells in record["notebooks"]
            ],
        )

    @classmethod
    def complete(cls, folder: Path) -> bool:
        """Whether a store was written here to its end."""
        return (folder / "notebooks.json").exists()

    @classmethod
    def build(
        cls, examples: Iterable[Example], tokenizer: CellTokenizer, title: str = "cells"
    ) -> CellStore:
        """Read a corpus once; identical cells are kept once."""
        numbers: dict[bytes, int] = {}
        tokens: list[NDArray[np.generic]] = []
        facts: list[CellFacts] = []
        notebooks: list[NotebookRow] = []
        waiting: list[Cell] = []

        def flush() -> None:
            tokens.extend(np.array(row, dtype=np.uint16) for row in tokenizer(waiting))
            facts.extend(cell_facts(cell) for cell in waiting)
            waiting.clear()

        for example in _progress(examples, title):
            row = []
            for cell in example.notebook.cells:
                key = cell_key(cell)
                if key not in numbers:
                    numbers[key] = len(numbers)
                    waiting.append(cell)
                row.append(numbers[key])
            notebooks.append(
                NotebookRow(
                    example.id, example.cluster, example.ancestor, np.array(row, dtype=np.int32)
                )
            )
            if len(waiting) >= BATCH:
                flush()
        flush()
        return cls(
            keys=np.frombuffer(b"".join(numbers), dtype="S8"),
            markdown=np.array([fact.markdown for fact in facts]),
            tokens=Ragged.of(tokens),
            features=np.stack([fact.features for fact in facts]),
            buckets=Ragged.of([fact.words.buckets for fact in facts]),
            counts=Ragged.of([fact.words.counts for fact in facts]),
            marks=[fact.mark for fact in facts],
            notebooks=notebooks,
        )


def _progress(examples: Iterable[Example], title: str) -> Iterator[Example]:
    yield from tqdm(examples, desc=title, unit=" notebooks", mininterval=5.0)
