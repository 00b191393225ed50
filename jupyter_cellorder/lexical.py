"""Words shared between cells: hashed TF-IDF without a vocabulary file.

A sentence vector forgets that ``df_train`` is named in both cells; these similarities do not. Whole
identifiers and their parts are both kept (``df_train`` -> ``df_train``, ``df``, ``train``), hashed
into :data:`BUCKETS` columns, so that the only thing to ship is one array of document frequencies.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]

BUCKETS = 1 << 16
MAX_WORDS = 1_000  # words read of one cell: a longer cell says nothing new about its place
MAX_LETTERS = 256  # read of one word: longer ones are data, whose thousands of parts say nothing
MAX_COLUMNS = 8_192  # columns of the dense working matrix; more shared words are folded together

_WORD = re.compile(r"[^\W_][\w]*|_[\w]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@lru_cache(maxsize=1 << 17)
def _buckets(word: str) -> tuple[int, ...]:
    """Columns of an identifier: the whole, then its parts at underscores and capitals."""
    parts = _PART.findall(word)
    found = [word.lower(), *(part.lower() for part in parts if len(parts) > 1)]
    return tuple(zlib.crc32(one.encode("utf-8", "surrogatepass")) % BUCKETS for one in found)


@dataclass(frozen=True)
class WordCounts:
    """Hashed words of one cell.

    ``buckets`` (k,), ascending, and how often each occurs, ``counts`` (k,).
    """

    buckets: NDArray[np.int32]
    counts: Array


def count_words(text: str) -> WordCounts:
    """Hash and count the words of one cell: its first :data:`MAX_WORDS` identifiers and numbers.

    Of each the first :data:`MAX_LETTERS` letters are read.
    """
    found: list[int] = []
    for word in islice(_WORD.finditer(text), MAX_WORDS):
        found.extend(_buckets(word.group()[:MAX_LETTERS]))
    buckets, counts = np.unique(np.array(found, dtype=np.int32), return_counts=True)
    return WordCounts(buckets, counts.astype(np.float32))


def inverse_document_frequency(document_frequency: NDArray[np.generic], documents: int) -> Array:
    """Smoothed idf, ``log((1 + n) / (1 + df)) + 1`` as in scikit-learn; same shape as the input."""
    df = np.asarray(document_frequency, dtype=np.float32)
    idf: Array = (np.log((1.0 + documents) / (1.0 + df)) + 1.0).astype(np.float32)
    return idf


@dataclass(frozen=True)
class Similarities:
    """How alike the cells of one notebook are, each (n, n), values in 0..1.

    ``corpus``: cosine of TF-IDF with the idf of a corpus. ``notebook``: the same with the idf of
    this notebook. ``contained``: share of row cell's weight whose words occur in the column cell.
    """

    corpus: Array
    notebook: Array
    contained: Array

    def stacked(self) -> Array:
        """The three channels as one array (3, n, n)."""
        return np.stack([self.corpus, self.notebook, self.contained])


def similarities(cells: Sequence[WordCounts], corpus_idf: Array | None = None) -> Similarities:
    """Similarities between all cells of one notebook.

    Without ``corpus_idf`` (shape (BUCKETS,)) the notebook's own idf stands in for it.
    """
    n = len(cells)
    if n == 0:
        empty = np.zeros((0, 0), dtype=np.float32)
        return Similarities(empty, empty, empty)
    rows = np.repeat(np.arange(n), [len(c.buckets) for c in cells])
    buckets = np.concatenate([c.buckets for c in cells])
    tf = 1.0 + np.log(np.concatenate([c.counts for c in cells]))
    kept, column, df = np.unique(buckets, return_inverse=True, return_counts=True)
    own_idf = inverse_document_frequency(df, n)
    wide_idf = own_idf if corpus_idf is None else corpus_idf[kept]
    # A word of one cell only weighs in the norms but in no product: it needs no column.
    shared = df >= 2
    place = np.cumsum(shared) - 1
    width = min(int(shared.sum()), MAX_COLUMNS)
    entry = shared[column]
    at = (rows[entry], place[column[entry]] % max(width, 1))

    def unit(idf: Array) -> tuple[Array, Array]:
        weight = (tf * idf[column]).astype(np.float32)
        norm = np.sqrt(np.bincount(rows, weight * weight, minlength=n)).astype(np.float32)
        matrix = np.zeros((n, max(width, 1)), dtype=np.float32)
        np.add.at(matrix, at, weight[entry] / np.maximum(norm, 1e-6)[rows[entry]])
        return matrix, norm

    own, _ = unit(own_idf)
    wide, _ = unit(wide_idf.astype(np.float32))
    contained = np.square(wide) @ (wide > 0).astype(np.float32).T
    return Similarities(
        np.clip(wide @ wide.T, 0, 1), np.clip(own @ own.T, 0, 1), np.clip(contained, 0, 1)
    )


class SharedWords:
    """What few cells of a notebook share with all L of them: rows of :class:`Similarities`.

    Sparse: nothing of size L x L is made. The idf is the notebook's own.
    """

    def __init__(self, cells: Sequence[WordCounts]) -> None:
        self._count = len(cells)
        self._row = np.repeat(np.arange(len(cells)), [len(cell.buckets) for cell in cells])
        buckets = np.concatenate([cell.buckets for cell in cells])
        kept, self._column, frequency = np.unique(buckets, return_inverse=True, return_counts=True)
        self._words = len(kept)
        idf = inverse_document_frequency(frequency, len(cells))[self._column]
        weight = (1 + np.log(np.concatenate([cell.counts for cell in cells]))) * idf
        norm = np.sqrt(np.bincount(self._row, weight**2, len(cells)))
        self._weight = weight / norm[self._row]

    def of(self, index: int) -> tuple[Array, Array]:
        """Rows ``notebook`` and ``contained`` of one cell, (L,) each; of itself 1."""
        own = self._row == index
        weight = np.zeros(self._words)
        weight[self._column[own]] = self._weight[own]
        met = weight[self._column]
        alike = np.bincount(self._row, met * self._weight, self._count)
        named = np.bincount(self._row, met**2, self._count)
        return alike.astype(np.float32), named.astype(np.float32)
