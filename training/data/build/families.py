"""Families of near-duplicates: notebooks that share most of their text.

MinHash over the shingles of a notebook's words. :data:`HASHES` random functions rank the shingles;
that two notebooks have the same least shingle under one of them is as likely as their overlap
(Jaccard) is large. The least shingles are compared in bands of :data:`ROWS`; two notebooks whose
bands agree anywhere are of one family, and so are the relatives of each. With 16 bands of 8, an
overlap of 0.5 is taken for kinship in 6 % of the cases, of 0.7 in 61 %, of 0.8 in 95 % and of
0.9 in all. (Broder, "On the resemblance and containment of documents", 1997; Leskovec et al.,
"Mining of Massive Datasets", chapter 3.)
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words
BANDS, ROWS = 16, 8
HASHES = BANDS * ROWS

# Words and numbers; a character of a script without spaces is a word of its own.
_WORD = re.compile("[\u3041-\u30ff\u3400-\u9fff]|[^\\W_\u3041-\u30ff\u3400-\u9fff]+")

_RNG = np.random.default_rng(5)
_FACTORS: NDArray[np.uint64] = _RNG.integers(0, 2**64, HASHES, np.uint64) | np.uint64(1)
_TERMS: NDArray[np.uint64] = _RNG.integers(0, 2**64, HASHES, np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_AT_ONCE = 4_096  # shingles ranked at once: half a megabyte a hundred hashes


def signature(sources: Iterable[str]) -> NDArray[np.uint64]:
    """(BANDS,) what notebooks of one family share at least one place of.

    Args:
        sources: Texts of the cells in order.
    """
    text = "\n".join(sources).lower()
    words = _WORD.findall(text) or [text]
    codes = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    length = min(SHINGLE, len(codes))
    shingles = np.zeros(len(codes) - length + 1, dtype=np.uint64)
    for at in range(length):
        shingles = _mixed(shingles + codes[at : len(codes) - length + 1 + at] + np.uint64(at))
    distinct = np.unique(shingles)
    least = np.full(HASHES, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(distinct), _AT_ONCE):
        ranks = distinct[start : start + _AT_ONCE, None] * _FACTORS + _TERMS
        # The high bits alone are random: the lowest are the shingle's own.
        least = np.minimum(least, (ranks >> np.uint64(32)).min(axis=0))
    bands = least.reshape(BANDS, ROWS)
    codes = np.zeros(BANDS, dtype=np.uint64)
    for row in range(ROWS):
        codes = _mixed(codes + bands[:, row] + np.uint64(row))
    return codes


def families(signatures: Mapping[str, NDArray[np.uint64]]) -> dict[str, str]:
    """The family of every notebook, as eight hexadecimal digits.

    The same for the same notebooks in any order; named after the member whose id comes first.

    Args:
        signatures: :func:`signature` by notebook's id.
    """
    ids = sorted(signatures)
    above = list(range(len(ids)))  # a forest; the root is the first of its tree

    def root(at: int) -> int:
        while above[at] != at:
            above[at] = above[above[at]]
            at = above[at]
        return at

    table = np.stack([signatures[id] for id in ids]) if ids else np.zeros((0, BANDS), np.uint64)
    for band in table.T:
        first: dict[int, int] = {}
        for at, code in enumerate(band.tolist()):
            one, other = root(first.setdefault(code, at)), root(at)
            above[max(one, other)] = min(one, other)
    return _named(ids, [root(at) for at in range(len(ids))])


def _named(ids: Sequence[str], roots: Sequence[int]) -> dict[str, str]:
    names: dict[int, str] = {}
    taken: set[str] = set()
    for at in roots:
        if at in names:
            continue
        name = ids[at]
        while True:
            name = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
            if name not in taken:
                break
        taken.add(name)
        names[at] = name
    return {id: names[at] for id, at in zip(ids, roots, strict=True)}


def _mixed(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the result depends on every bit of the codes (as in splitmix64)."""
    codes = (codes + _MIX) * np.uint64(0xBF58476D1CE4E5B9)
    codes ^= codes >> np.uint64(27)
    codes *= np.uint64(0x94D049BB133111EB)
    codes ^= codes >> np.uint64(31)
    return codes
