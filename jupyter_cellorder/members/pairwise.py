"""The ``pairwise`` member: is this code cell the next one after this markdown cell?

Each markdown cell is read with each code cell, and with the end of the notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.members.adapters import from_next_cell
from jupyter_cellorder.members.memory import Memory
from jupyter_cellorder.members.sequence import (
    LONGEST,
    SequenceScores,
    read_folder,
    refuse_above,
)
from jupyter_cellorder.members.sequence_rows import (
    PairwiseLayout,
    TokenRow,
    pairwise_length,
    pairwise_row,
)
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement, Precedence

MOST_PAIRS = 200_000
REMEMBERED_PAIRS = 200_000  # about 50 MB

_END = b"end of the notebook"
_END_LENGTH = 2  # tokens: an empty cell


class PairwiseMember:
    """See the module's text.

    The network knows code cells and the end only. Gaps between two code cells that are parted by
    markdown already placed share the probability of the next code cell evenly. A pair's score
    depends on nothing but its two cells and is remembered by them.
    """

    def __init__(
        self,
        name: str,
        tokenizer: CellTokenizer,
        scores: SequenceScores,
        layout: PairwiseLayout,
        tail: float,
        temperature: float,
    ) -> None:
        self._name = name
        self._tokenizer, self._scores = tokenizer, scores
        self._layout, self._tail, self._temperature = layout, tail, temperature
        self._known: Memory[float] = Memory()

    @property
    def name(self) -> str:
        """Name inside the bundle."""
        return self._name

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        n, m = len(placement.anchors), len(placement.floats)
        at = [i for i, cell in enumerate(placement.anchors) if cell.kind != "markdown"]
        _refuse_too_many(placement, len(at))
        scores = np.zeros((m, len(at) + 1))
        if at and m:  # else there is no choice among code cells
            scores = self._ask(placement.floats, [placement.anchors[i] for i in at], cancelled)
        return from_next_cell(scores, self._temperature, np.diff([-1, *at, n]).tolist())

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        code = [cell for cell in placement.anchors if cell.kind != "markdown"]
        _refuse_too_many(placement, len(code))
        if not code or not placement.floats:
            return 0.0
        pairs = _distinct(_keys(placement.floats, code), len(code) + 1)
        asked = [at for key, at in pairs.items() if not (remembered and key in self._known)]
        if not asked:
            return 0.0
        markdown, others = self._tokenizer(placement.floats), self._tokenizer(code)
        return self._scores.gflop(self._lengths(markdown, others, asked))

    def _ask(
        self,
        floats: Sequence[Cell],
        code: Sequence[Cell],
        cancelled: Callable[[], bool] | None,
    ) -> NDArray[np.float64]:
        keys = _keys(floats, code)
        pairs = _distinct(keys, len(code) + 1)
        new = {key: at for key, at in pairs.items() if key not in self._known}
        names, asked = list(new), list(new.values())
        markdown = self._tokenizer(floats) if asked else []
        others = self._tokenizer(code) if asked else []

        def row(at: int) -> TokenRow:
            first, second = asked[at]
            other = others[second] if second < len(others) else None
            return pairwise_row(markdown[first], other, self._layout, self._tail)

        lengths = self._lengths(markdown, others, asked)
        for at, score in self._scores.of(lengths, row, (), cancelled):
            self._known.keep(names[at], score)
        found = self._known.take(keys, REMEMBERED_PAIRS)
        return np.array(found, dtype=np.float64).reshape(len(floats), len(code) + 1)

    def _lengths(
        self,
        markdown: Sequence[Sequence[int]],
        code: Sequence[Sequence[int]],
        asked: Sequence[tuple[int, int]],
    ) -> list[int]:
        """Tokens of each pair's row; behind the last code cell is the end of the notebook."""
        sizes = [*(len(other) for other in code), _END_LENGTH]
        return [pairwise_length(len(markdown[i]), sizes[j], self._layout) for i, j in asked]


def _refuse_too_many(placement: Placement, code: int) -> None:
    markdown = len(placement.floats)
    refuse_above(LONGEST, len(placement.anchors) + markdown, "cells with text")
    refuse_above(MOST_PAIRS, markdown * (code + 1), "pairs of a markdown and a code cell")


def _keys(floats: Sequence[Cell], code: Sequence[Cell]) -> list[bytes]:
    """What each float's pairs with the code cells and the end are remembered by, row by row."""
    left = [_key(cell.source.encode()) for cell in floats]
    right = [*(_key(b"code" + cell.source.encode()) for cell in code), _key(_END)]
    return [first + second for first, second in product(left, right)]


def _distinct(keys: Sequence[bytes], columns: int) -> dict[bytes, tuple[int, int]]:
    """Row and column of each key; of pairs that read alike, the last."""
    return {key: divmod(at, columns) for at, key in enumerate(keys)}


def _key(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def load_pairwise(name: str, folder: Path, backend: str, threads: int | None) -> PairwiseMember:
    """Read the member's folder; see :func:`jupyter_cellorder.members.sequence.read_folder`."""
    facts, tokenizer, scores = read_folder("pairwise", folder, backend, threads)
    return PairwiseMember(
        name,
        tokenizer,
        scores,
        PairwiseLayout(**facts["layout"]),
        float(facts["tokens"]["tail"]),
        float(facts["temperature"]),
    )
