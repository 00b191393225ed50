"""Cells to tokens: the head and the tail of each cell, whatever its length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from jupyter_cellorder.notebook import Cell

HEAD_CHARACTERS = 4_000  # read of a long cell: more never reaches the encoder
TAIL_CHARACTERS = 2_000


def clip(tokens: Sequence[int], limit: int) -> list[int]:
    """Keep at most ``limit`` tokens: two thirds from the head, one third from the tail."""
    if len(tokens) <= limit:
        return list(tokens)
    tail = limit // 3
    return [*tokens[: limit - tail], *tokens[len(tokens) - tail :]]


class CellTokenizer:
    """Tokens of a cell, special tokens included, at most ``limits[kind]`` of them.

    Works with any fast tokenizer (``tokenizer.json``): BERT's, RoBERTa's and their kin.
    """

    def __init__(self, path: Path, limits: Mapping[str, int]) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        special = self._tokenizer.encode("").ids
        self._open, self._close = special[:1], special[1:]
        self._limits = dict(limits)

    def __call__(self, cells: Sequence[Cell]) -> list[list[int]]:
        """Token ids of each cell."""
        encoded = self._tokenizer.encode_batch(
            [_ends(cell.source) for cell in cells], add_special_tokens=False
        )
        room = len(self._open) + len(self._close)
        return [
            [*self._open, *clip(one.ids, self._limit(cell) - room), *self._close]
            for cell, one in zip(cells, encoded, strict=True)
        ]

    def _limit(self, cell: Cell) -> int:
        return self._limits["markdown" if cell.kind == "markdown" else "code"]


def _ends(source: str) -> str:
    if len(source) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        return source
    return f"{source[:HEAD_CHARACTERS]}\n{source[-TAIL_CHARACTERS:]}"
