"""Notebooks written as words, and a member that reads the true places from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.precedence import Placement, Precedence
from jupyter_cellorder.review.settings import ReviewSettings

KINDS = {"c": "code", "m": "markdown", "r": "raw", "p": "markdown", "e": "markdown", "h": "code"}


def cell(word: str) -> Cell:
    """`c3` code, `m3` markdown, `r3` raw, `p3` pinned markdown, each truly at place 3.

    `e3` is an empty markdown cell and `h3` an empty code cell (the number only tells them apart).
    """
    source = " \n" if word[0] in "eh" else f"text {word[1:]}"
    return Cell(word, KINDS[word[0]], source, pinned=word[0] == "p")


def notebook(words: str) -> Notebook:
    return Notebook.from_cells(cell(word) for word in words.split())


def places(cells: Sequence[Cell]) -> np.ndarray:
    return np.array([float(each.source.split()[1]) for each in cells])


class Truthful:
    """Says what is true with a certainty of `sure`, and remembers what it was asked."""

    def __init__(self, sure: float = 0.9, with_gap: bool = True) -> None:
        self.name = "truthful"
        self.sure = sure
        self.with_gap = with_gap
        self.asked: list[Placement] = []

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        self.asked.append(placement)
        anchors, floats = places(placement.anchors), places(placement.floats)
        after = floats[:, None] > anchors[None, :]
        before = np.sign(floats[None, :] - floats[:, None]) * (self.sure - 0.5) + 0.5
        gap = np.full((len(floats), len(anchors) + 1), (1 - self.sure) / max(1, len(anchors)))
        # Where as few anchors as possible stand on the wrong side.
        wrong = np.cumsum(
            np.concatenate([np.zeros((len(floats), 1)), 1 - 2 * after], axis=1), axis=1
        )
        gap[np.arange(len(floats)), wrong.argmin(axis=1)] = self.sure
        gap /= gap.sum(axis=1, keepdims=True)
        return Precedence(
            np.where(after, self.sure, 1 - self.sure), before, gap if self.with_gap else None
        )

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return 0.0


def ensemble(*members: Truthful, **settings: object) -> Ensemble:
    chosen = members or (Truthful(),)
    review = ReviewSettings(**settings)  # type: ignore[arg-type]
    return Ensemble(chosen, (1.0,) * len(chosen), "truthful", review)
