"""Cells to tokens: the head and the tail of each cell, whatever its length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from jupyter_cellorder.notebook import Cell

HEAD_CHARACTERS = 4_000  # read of a long cell: more never reaches the encoder
TAIL_CHARACTERS = 2_000
TAIL = 1 / 3  # of what is read of a long cell, from its end


def clip(tokens: Sequence[int], limit: int, tail: float = TAIL) -> list[int]:
    """Keep at most ``limit`` tokens: the share ``tail`` from the end, the rest from the head."""
    if len(tokens) <= limit:
        return list(tokens)
    end = int(limit * tail + 1e-9)
    return [*tokens[: limit - end], *tokens[len(tokens) - end :]]


class CellTokenizer:
    """Tokens of a cell, special tokens included, at most ``limits[kind]`` of them.

    ``limits["tail"]`` is the share that is read from a long cell's end. Works with any fast
    tokenizer (``tokenizer.json``): BERT's, RoBERTa's and their kin.
    """

    def __init__(self, path: Path, limits: Mapping[str, float]) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        special = self._tokenizer.encode("").ids
        self._open, self._close = special[:1], special[1:]
        self._limits = {kind: int(limits[kind]) for kind in ("markdown", "code")}
        self._tail = float(limits.get("tail", TAIL))

    def __call__(
        self, cells: Sequence[Cell], most: Mapping[str, int] | None = None
    ) -> list[list[int]]:
        """Token ids of each cell; ``most`` of its kind where that is below its limit."""
        encoded = self._tokenizer.encode_batch_fast(
            [_ends(cell.source) for cell in cells], add_special_tokens=False
        )
        room = len(self._open) + len(self._close)
        limits = {
            kind: limit if most is None else min(limit, most[kind])
            for kind, limit in self._limits.items()
        }
        return [
            [*self._open, *clip(one.ids, limits[_kind(cell)] - room, self._tail), *self._close]
            for cell, one in zip(cells, encoded, strict=True)
        ]


def _kind(cell: Cell) -> str:
    return "markdown" if cell.kind == "markdown" else "code"


def _ends(source: str) -> str:
    if len(source) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        return source
    return f"{source[:HEAD_CHARACTERS]}\n{source[-TAIL_CHARACTERS:]}"
