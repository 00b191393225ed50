"""The ``pointwise`` member: where in the notebook, 0..1, does this markdown cell stand?

It reads one markdown cell with code cells sampled evenly, as the systems of 2022 did.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import numpy as np

from jupyter_cellorder.members.adapters import from_rank
from jupyter_cellorder.members.memory import Memory
from jupyter_cellorder.members.sequence import (
    LONGEST,
    SequenceScores,
    read_folder,
    refuse_above,
)
from jupyter_cellorder.members.sequence_rows import PointwiseLayout, TokenRow, pointwise_row
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.precedence import Placement, Precedence

REMEMBERED_RANKS = 100_000  # about 20 MB


class PointwiseMember:
    """See the module's text.

    Markdown that is already placed is not shown, but counts: in the share of markdown, and among
    the cells that a rank is compared with. A rank is remembered by all that it was computed from:
    changed code asks anew for all markdown, changed markdown for itself alone.
    """

    def __init__(
        self,
        name: str,
        tokenizer: CellTokenizer,
        scores: SequenceScores,
        layout: PointwiseLayout,
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
        refuse_above(LONGEST, n + m, "cells with text")
        if not m or not n:  # nothing to place, or nothing that a rank could be compared with
            return from_rank(np.full(m, 0.5), n, self._temperature)
        return from_rank(self._ranks(placement, cancelled), n, self._temperature)

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        n, m = len(placement.anchors), len(placement.floats)
        refuse_above(LONGEST, n + m, "cells with text")
        if not m or not n:
            return 0.0
        keys, rows, _ = self._rows(placement)
        asked = dict(zip(keys, rows, strict=True))
        return self._scores.gflop(
            [len(row) for key, row in asked.items() if not (remembered and key in self._known)]
        )

    def _rows(self, placement: Placement) -> tuple[list[bytes], list[list[int]], float]:
        """Of each float, the key it is remembered by and what is read; and the markdown's share."""
        shown = [cell for cell in placement.anchors if cell.kind != "markdown"]
        cells = len(placement.anchors) + len(placement.floats)
        share = (cells - len(shown)) / cells
        code, markdown = self._tokenizer(shown), self._tokenizer(placement.floats)
        rows = [pointwise_row(own, code, self._layout, self._tail) for own in markdown]
        keys = [blake2b(np.array([*row, share]).tobytes(), digest_size=16).digest() for row in rows]
        return keys, rows, share

    def _ranks(self, placement: Placement, cancelled: Callable[[], bool] | None) -> list[float]:
        keys, rows, share = self._rows(placement)
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._known}
        names, asked = list(new), list(new.values())
        for at, rank in self._scores.of(
            [len(row) for row in asked],
            lambda at: TokenRow(asked[at], [0] * len(asked[at])),
            [share],
            cancelled,
        ):
            self._known.keep(names[at], rank)
        return self._known.take(keys, REMEMBERED_RANKS)


def load_pointwise(name: str, folder: Path, backend: str, threads: int | None) -> PointwiseMember:
    """Read the member's folder; see :func:`jupyter_cellorder.members.sequence.read_folder`."""
    facts, tokenizer, scores = read_folder("pointwise", folder, backend, threads)
    return PointwiseMember(
        name,
        tokenizer,
        scores,
        PointwiseLayout(**facts["layout"]),
        float(facts["tokens"]["tail"]),
        float(facts["temperature"]),
    )
