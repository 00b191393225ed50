"""How one order of one notebook compares with the true one, as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from jupyter_cellorder.decode import longest_rising
from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.metric import rank_inversions


@dataclass(frozen=True, slots=True)
class Score:
    """What is counted of one order.

    Attributes:
        inversions: S, pairs of cells in the wrong order.
        right_gaps: Markdown cells with exactly the true code cells before them.
        displacement: Sum over the markdown cells of |place found - true place|, in cells.
        code_moved: Fewest code cells to take out and put back so that code is in order again.
        seconds: Time the order took.
        gflop: Unpadded floating-point operations, 1e9.
    """

    inversions: int
    right_gaps: int
    displacement: int
    code_moved: int
    seconds: float
    gflop: float


@dataclass(frozen=True, slots=True)
class Surety:
    """How sure the ensemble was of the moves of one notebook, and how right it was.

    Attributes:
        confidence: Of the move, 0..1.
        crossed_right: Share of the cells crossed that truly belong on the other side: what the
            confidence speaks of.
        right_gap: Whether the cell came to stand in its true gap.
    """

    confidence: float
    crossed_right: float
    right_gap: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One notebook: numbers only.

    Attributes:
        cells: n.
        markdown: Markdown cells among them.
        scores: Of every order that was found; empty for a notebook without a known order.
        moves: Of the ensemble's own suggestion.
        order: The order that was kept (see `Question.kept`): for each place, the index of its cell
            in the example's notebook.
        seconds: Time of the ensemble's own suggestion.
        refused: Reason for which the model refused the notebook; everything else is then empty.
    """

    cells: int
    markdown: int
    scores: Mapping[Contender, Score] = field(default_factory=dict)
    moves: Sequence[Surety] = ()
    order: Sequence[int] = ()
    seconds: float = 0.0
    refused: str | None = None

    @property
    def own(self) -> Score:
        """Of the ensemble's own choice."""
        return self.scores[OWN]

    def as_json(self) -> dict[str, Any]:
        """For one line of a file; `from_json` reads it again."""
        return {
            "cells": self.cells,
            "markdown": self.markdown,
            "scores": {str(name): astuple(score) for name, score in self.scores.items()},
            "moves": [astuple(move) for move in self.moves],
            "order": list(self.order),
            "seconds": self.seconds,
            "refused": self.refused,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Row:
        """Read what `as_json` made.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        return cls(
            int(record["cells"]),
            int(record["markdown"]),
            {Contender.parse(name): Score(*score) for name, score in record["scores"].items()},
            tuple(Surety(*move) for move in record["moves"]),
            record["order"],
            float(record["seconds"]),
            record["refused"],
        )


def score(
    order: Sequence[str],
    truth: Sequence[str],
    code: frozenset[str],
    seconds: float = 0.0,
    gflop: float = 0.0,
) -> Score:
    """Compare an order with the true one.

    Args:
        order: Every id once, as found.
        truth: The same ids in the author's order.
        code: Those of the code cells.
        seconds: Handed on.
        gflop: Handed on.

    Raises:
        CellOrderError: `cells-differ`; the order is not one of the notebook's cells.
    """
    wrong, _ = rank_inversions(order, truth)
    place = {name: index for index, name in enumerate(truth)}
    code_places = [place[name] for name in order if name in code]
    return Score(
        inversions=wrong,
        right_gaps=len(in_true_gap(order, truth, code)),
        displacement=sum(
            abs(index - place[name]) for index, name in enumerate(order) if name not in code
        ),
        code_moved=len(code_places) - len(longest_rising(code_places)),
        seconds=seconds,
        gflop=gflop,
    )


def in_true_gap(order: Sequence[str], truth: Sequence[str], code: frozenset[str]) -> frozenset[str]:
    """Ids of the cells that are not code with exactly the true code cells before them."""
    number: dict[str, int] = {}  # of a code cell among the code
    gap: dict[str, int] = {}
    for name in truth:
        (number if name in code else gap)[name] = len(number)
    right: set[str] = set()
    passed, last = 0, -1
    for name in order:
        if name in code:
            passed, last = passed + 1, max(last, number[name])
        # Where code has been moved, as many cells need not be the same cells.
        elif gap[name] == passed == last + 1:
            right.add(name)
    return frozenset(right)
