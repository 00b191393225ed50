"""What review mode meets: intact notebooks, and some with one to three markdown cells displaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.review import Evidence, review_evidence

MOST_DISPLACED = 3


@dataclass(frozen=True)
class Proposal:
    """A cell that passed the first threshold: what the second answer says, and whether it is right.

    ``evidence`` and ``probability`` as in :class:`jupyter_cellorder.review.Evidence`.
    """

    evidence: float
    probability: float
    right: bool


@dataclass(frozen=True)
class Trial:
    """One notebook asked once.

    ``markdown``: cells asked; ``displaced``: how many of them stood wrong; ``proposals``: by first
    threshold, those that would be moved if the second threshold let them.
    """

    markdown: int
    displaced: int
    proposals: dict[float, list[Proposal]]


def displace(notebook: Notebook, rng: np.random.Generator) -> tuple[Notebook, frozenset[str]]:
    """Move one to three markdown cells, each to another gap drawn uniformly.

    Returns:
        The notebook, and the ids of the cells that were moved.
    """
    markdown = [cell.id for cell in notebook.cells if cell.kind == "markdown"]
    count = min(int(rng.integers(1, MOST_DISPLACED + 1)), len(markdown))
    chosen = frozenset(str(name) for name in rng.choice(markdown, count, replace=False))
    cells: list[Cell] = list(notebook.cells)
    for name in sorted(chosen):
        at = next(i for i, cell in enumerate(cells) if cell.id == name)
        cell = cells.pop(at)
        slots = [slot for slot in range(len(cells) + 1) if slot != at]
        cells.insert(int(rng.choice(slots)), cell)
    return Notebook(tuple(cells)), chosen


def try_review(
    notebook: Notebook,
    truth: Notebook,
    displaced: frozenset[str],
    ensemble: Ensemble,
    thresholds: Sequence[float],
) -> Trial:
    """Ask as review mode does, once for each first threshold (ascending)."""
    first = review_evidence(notebook, ensemble)
    proposals: dict[float, list[Proposal]] = {}
    asked: frozenset[str] | None = None
    found: list[Proposal] = []
    for threshold in thresholds:
        candidates = frozenset(
            item.cell_id for item in first if item.evidence >= threshold and item.gain > 0
        )
        if candidates != asked:
            asked = candidates
            second = review_evidence(notebook, ensemble, together=candidates) if candidates else []
            found = [
                Proposal(
                    item.evidence,
                    item.probability,
                    _right(item, notebook, truth, displaced, candidates),
                )
                for item in second
                if item.best_gap != item.present_gap and item.gain > 0
            ]
        proposals[threshold] = found
    return Trial(len(first), len(displaced), proposals)


def _right(
    item: Evidence,
    notebook: Notebook,
    truth: Notebook,
    displaced: frozenset[str],
    candidates: frozenset[str],
) -> bool:
    """Whether a displaced cell would come back between the cells that never moved."""
    if item.cell_id not in displaced:
        return False
    anchors = [cell.id for cell in notebook.cells if cell.id not in candidates]
    still = set(anchors) - displaced
    proposed = sum(name in still for name in anchors[: item.best_gap])
    before = truth.ids[: truth.ids.index(item.cell_id)]
    return proposed == sum(name in still for name in before)
