"""A corpus as arrays on disk: every distinct cell once, notebooks as lists of cell numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jupyter_cellorder.lexical import BUCKETS, WordCounts, inverse_document_frequency
from jupyter_cellorder.members.cell_features import NumberMark
from jupyter_cellorder.members.context_input import CellFacts
from jupyter_cellorder.notebook import Cell

NOTEBOOKS = "notebooks.arrow"
NAMES = ("id", "cluster", "ancestor", "language")  # columns of that file


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

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def lengths(self) -> NDArray[np.int64]:
        """Length of every row."""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class NotebookRow:
    """One notebook: numbers of its cells in the author's order, and whom it is akin to."""

    id: str
    cluster: str
    ancestor: str
    language: str
    cells: NDArray[np.int32]


class Notebooks(Sequence[NotebookRow]):
    """The notebooks of a store in the order of their source, each made when it is asked for."""

    def __init__(self, names: pa.Table, cells: Ragged) -> None:
        self._names = {name: names.column(name).combine_chunks() for name in NAMES}
        self._cells = cells

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, at: int) -> NotebookRow: ...

    @overload
    def __getitem__(self, at: slice) -> list[NotebookRow]: ...

    def __getitem__(self, at: int | slice) -> NotebookRow | list[NotebookRow]:
        """One notebook, or a list of them."""
        places = range(len(self))[at]
        if isinstance(places, range):
            return [self._row(one) for one in places]
        return self._row(places)

    def lengths(self) -> NDArray[np.int64]:
        """(notebooks,) cells of each."""
        return self._cells.lengths()

    def families(self) -> NDArray[np.int64]:
        """(notebooks,) a number for each ancestor."""
        coded = self._names["ancestor"].dictionary_encode()
        return np.asarray(coded.indices.to_numpy(), dtype=np.int64)

    def _row(self, at: int) -> NotebookRow:
        id, cluster, ancestor, language = (column[at].as_py() for column in self._names.values())
        cells: NDArray[np.int32] = self._cells[at]  # type: ignore[assignment]
        return NotebookRow(id, cluster, ancestor, language, cells)


class CellStore:
    """The distinct cells of a corpus with their tokens and facts, and its notebooks.

    Read through memory maps of the folder that :func:`training.data.merge.merge` wrote: opening
    takes no time, and processes that open one folder share its memory. Pickles as its path.

    Attributes:
        folder: Where it lies; its name says what it holds.
        keys: (cells,) eight bytes each, :func:`cell_key`.
        markdown: (cells,) whether it is markdown.
        tokens: Row by cell, special tokens included; uint16 where the ids fit, else uint32.
        features: (cells, WIDTH) :func:`~jupyter_cellorder.members.cell_features.cell_features`.
        notebooks: In the order of the source.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys: NDArray[np.bytes_] = self._array("keys")
        self.markdown: NDArray[np.bool_] = self._array("markdown")
        self.features: NDArray[np.float32] = self._array("features")
        self.tokens = Ragged(self._array("tokens"), self._array("tokens_offsets"))
        words = self._array("words_offsets")
        self._buckets = Ragged(self._array("buckets"), words)
        self._counts = Ragged(self._array("counts"), words)
        self._levels = self._array("levels")
        self._numbers = Ragged(self._array("numbers"), self._array("numbers_offsets"))
        with pa.memory_map(str(folder / NOTEBOOKS)) as file:
            names = pa.ipc.open_file(file).read_all()
        cells = Ragged(self._array("cells"), self._array("cells_offsets"))
        self.notebooks = Notebooks(names, cells)

    def __len__(self) -> int:
        return len(self.keys)

    def __reduce__(self) -> tuple[type[CellStore], tuple[Path]]:
        return (type(self), (self.folder,))

    def _array(self, name: str) -> NDArray[Any]:
        # A plain array over the map: rows of np.memmap are slow to make.
        array: NDArray[Any] = np.asarray(np.load(self.folder / f"{name}.npy", mmap_mode="r"))
        return array

    def facts(self, cell: int) -> CellFacts:
        """What is known of a cell without an encoder."""
        words = WordCounts(self._buckets[cell].astype(np.int32), self._counts[cell])  # type: ignore[arg-type]
        mark = NumberMark(int(self._levels[cell]), tuple(self._numbers[cell].tolist()))
        return CellFacts(bool(self.markdown[cell]), self.features[cell], words, mark)

    def document_frequency(self) -> NDArray[np.int64]:
        """(BUCKETS,) in how many distinct cells each hashed word occurs."""
        found = np.zeros(BUCKETS, dtype=np.int64)
        # In pieces, because bincount makes eight bytes of every one it reads.
        for start in range(0, len(self._buckets.flat), 1 << 24):
            found += np.bincount(self._buckets.flat[start : start + (1 << 24)], minlength=BUCKETS)
        return found

    def corpus_idf(self) -> NDArray[np.float32]:
        """(BUCKETS,) inverse document frequency over the distinct cells."""
        return inverse_document_frequency(self.document_frequency(), len(self))
