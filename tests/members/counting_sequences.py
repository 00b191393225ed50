"""A computer of sequences whose score is a sum over what it reads; remembers what it was asked."""

from __future__ import annotations

import numpy as np

from jupyter_cellorder.members.sequence_rows import TokenRow

PAD = 7  # a word of its own: only the mask tells it from one
WORTH = np.random.default_rng(0).normal(size=300)


def worth(row: TokenRow, extras: float = 0.0) -> float:
    """The score of a row."""
    return float(
        sum(WORTH[token] * (1 + at) for at, token in enumerate(row.ids)) / 100
        + sum(row.types) / 10
        + extras
    )


class CountingSequences:
    """See :class:`jupyter_cellorder.members.sequence.SequenceComputer`."""

    def __init__(self, batch_tokens: int = 2_048) -> None:
        self.batch_tokens = batch_tokens
        self.batches: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    @property
    def scored(self) -> int:
        return sum(len(ids) for ids, *_ in self.batches)

    def rows(self) -> list[TokenRow]:
        """All rows that were asked, without their padding."""
        return [
            TokenRow(ids[row][mask[row] == 1].tolist(), types[row][mask[row] == 1].tolist())
            for ids, mask, types, _ in self.batches
            for row in range(len(ids))
        ]

    def score(
        self, ids: np.ndarray, mask: np.ndarray, types: np.ndarray, extras: np.ndarray
    ) -> np.ndarray:
        assert ids.shape == mask.shape == types.shape
        assert ((ids == PAD) | (mask == 1)).all()
        assert (types[mask == 0] == 0).all()
        self.batches.append((ids, mask, types, extras))
        rows = self.rows()[-len(ids) :]
        return np.array(
            [worth(row, float(own.sum())) for row, own in zip(rows, extras, strict=True)]
        )
