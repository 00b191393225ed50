"""Cells to one sequence: what the ``pointwise`` and ``pairwise`` members read.

A cell comes as its token ids between the tokenizer's opening and closing token
(:class:`jupyter_cellorder.members.tokens.CellTokenizer`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jupyter_cellorder.members.tokens import TAIL, clip


@dataclass(frozen=True, kw_only=True)
class PointwiseLayout:
    """One markdown cell, then code cells sampled evenly.

    Attributes:
        length: Tokens of a sequence at most.
        code_cells: Code cells at most; the first and the last are always among them.
        code_tokens: Tokens of each code cell at most, opening token included (2022: 23); 0 shares
            what the markdown leaves by need.
    """

    length: int = 512
    code_cells: int = 20
    code_tokens: int = 0

    def __post_init__(self) -> None:
        """Refuse a layout that nothing fits in."""
        if self.length < 1:
            raise ValueError(f"length is {self.length} and must be at least 1")
        if self.code_cells < 1:
            raise ValueError(f"code_cells is {self.code_cells} and must be at least 1")
        if self.code_tokens < 0:
            raise ValueError(f"code_tokens is {self.code_tokens} and must not be negative")


@dataclass(frozen=True, kw_only=True)
class PairwiseLayout:
    """One markdown and one code cell.

    Attributes:
        length: Tokens of a sequence at most; each cell is sure of half of it, so that long markdown
            never pushes the code out.
    """

    length: int = 128

    def __post_init__(self) -> None:
        """Refuse a layout that nothing fits in."""
        if self.length < 5:
            raise ValueError(f"length is {self.length}: two cells need at least 5")


class TokenRow(NamedTuple):
    """``ids`` and ``types`` (0 for the first cell, 1 for the second) of one sequence."""

    ids: list[int]
    types: list[int]


def evenly(count: int, wanted: int) -> list[int]:
    """Indices of at most ``wanted`` of ``count`` cells, evenly spaced, first and last kept."""
    if count <= wanted:
        return list(range(count))
    if wanted == 1:
        return [0]
    return [round(at * (count - 1) / (wanted - 1)) for at in range(wanted)]


def shared(needs: Sequence[int], room: int) -> list[int]:
    """Share ``room`` tokens among cells that need ``needs``: small ones whole, the rest alike."""
    given = [0] * len(needs)
    order = sorted(range(len(needs)), key=lambda at: needs[at])
    for place, at in enumerate(order):
        given[at] = min(needs[at], room // (len(order) - place))
        room -= given[at]
    return given


def pointwise_row(
    markdown: Sequence[int], code: Sequence[Sequence[int]], layout: PointwiseLayout, tail: float
) -> list[int]:
    """Token ids: the markdown whole, then each sampled code cell behind an opening token.

    Args:
        markdown: The markdown cell's tokens.
        code: The tokens of every code cell, in order.
        layout: Which of them, and how much.
        tail: Share of a shortened cell that is its end.
    """
    row = list(markdown[: layout.length])
    picked = [code[at] for at in evenly(len(code), layout.code_cells)]
    room = layout.length - len(row)
    if layout.code_tokens:
        budgets = [min(len(cell) - 1, layout.code_tokens) for cell in picked]
    else:
        budgets = shared([len(cell) - 1 for cell in picked], room)
    for cell, budget in zip(picked, budgets, strict=True):
        if budget > 0:
            row += [cell[0], *clip(cell[1:-1], budget - 1, tail)]
    return row[: layout.length]


def pointwise_length(markdown: int, code: Sequence[int], layout: PointwiseLayout) -> int:
    """Length of :func:`pointwise_row` from the cells' lengths alone."""
    picked = [code[at] - 1 for at in evenly(len(code), layout.code_cells)]
    if layout.code_tokens:
        picked = [min(need, layout.code_tokens) for need in picked]
    return min(markdown + sum(picked), layout.length)


def pairwise_row(
    markdown: Sequence[int], code: Sequence[int] | None, layout: PairwiseLayout, tail: float = TAIL
) -> TokenRow:
    """Opening token, markdown, closing token, code, closing token.

    Args:
        markdown: The markdown cell's tokens.
        code: The code cell's; None is the end of the notebook, an empty cell.
        layout: How much of both.
        tail: Share of a shortened cell that is its end.
    """
    first, second = markdown[1:-1], (code[1:-1] if code is not None else ())
    budgets = shared([len(first), len(second)], layout.length - 3)
    close = markdown[-1]
    head = [markdown[0], *clip(first, budgets[0], tail), close]
    rest = [*clip(second, budgets[1], tail), close]
    return TokenRow(head + rest, [0] * len(head) + [1] * len(rest))


def pairwise_length(markdown: int, code: int, layout: PairwiseLayout) -> int:
    """Length of :func:`pairwise_row` from the cells' lengths (2 for the end of the notebook)."""
    return min(markdown + code - 1, layout.length)
