"""Review: is there a markdown cell that stands where it should not?

Every cell is asked while the others stand where they are (floats in a few interleaved folds, the
rest anchors). Those with enough evidence against their present place are asked again, floating
together among everything else; only those whose evidence holds are moved, to their likeliest gap.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from jupyter_cellorder.ensemble import Ensemble, ReviewSettings, check
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.precedence import Precedence

# Probabilities are kept this far from 0 and 1 where log-odds are taken.
_EPSILON = 1e-6


@dataclass(frozen=True)
class Evidence:
    """What an ensemble says of the present place of one cell.

    Attributes:
        cell_id: the cell.
        evidence: log P(best gap) - log P(present gap), natural logarithm, not negative; zero
            where the present gap is the likeliest.
        probability: P(best gap).
        present_gap: number of anchors of the question before the cell, now.
        best_gap: the same number at its likeliest place.
        anchors: number of anchors of the question.
        gain: drop in expected inversions, against the anchors alone, from the present to the
            best gap. Where `gap` and `after` disagree it may be negative, and no move follows.
    """

    cell_id: str
    evidence: float
    probability: float
    present_gap: int
    best_gap: int
    anchors: int
    gain: float


@dataclass(frozen=True)
class Proposal:
    """A move that review mode considers.

    Attributes:
        cell_id: the cell.
        slot: how many of the other cells with text, as they stand now, would be before it.
        confidence: calibrated probability that the move is right.
    """

    cell_id: str
    slot: int
    confidence: float

    def before(self, notebook: Notebook) -> list[str]:
        """Ids of the cells with text before the cell, once it is moved and all others stay."""
        others = [c.id for c in notebook.cells if not c.is_empty and c.id != self.cell_id]
        return others[: self.slot]


@dataclass(frozen=True)
class Reviewed:
    """The outcome: candidates float in `layout`; those in `confidence` are to be moved.

    Attributes:
        layout: anchors are all cells but the last question's candidates.
        precedence: the answer to the last question.
        order: indices of `layout`, the moved cells in their new places.
        confidence: cell id to calibrated probability that its move is right.
    """

    layout: Layout
    precedence: Precedence
    order: list[int]
    confidence: dict[str, float]


def review_evidence(
    notebook: Notebook,
    ensemble: Ensemble,
    cancelled: Callable[[], bool] | None = None,
    *,
    together: Collection[str] | None = None,
) -> list[Evidence]:
    """The raw evidence that review mode weighs; thresholds are fitted on it.

    Args:
        notebook: the notebook in its present order.
        ensemble: who is asked; of its settings only `folds` counts here.
        cancelled: asked between member calls.
        together: None for the first question (all movable markdown, in folds); else the ids of
            candidates, which float together (the second question).

    Returns:
        Evidence for every cell asked, in present order.

    Raises:
        Cancelled: `cancelled` returned true.
    """
    cells = movable(notebook, together)
    if not cells:
        return []
    folds = ensemble.review.folds if together is None else 1
    found: dict[str, Evidence] = {}
    for fold in range(min(folds, len(cells))):
        layout = Layout(notebook, cells[fold::folds])
        answer = ensemble.precedence(layout.placement, cancelled)
        found.update((item.cell_id, item) for item in _weigh(layout, answer))
    return [found[name] for name in cells]


def review(
    notebook: Notebook, ensemble: Ensemble, cancelled: Callable[[], bool] | None = None
) -> Reviewed | None:
    """Find the cells to move.

    Returns:
        None where nothing needs moving.

    Raises:
        Cancelled: `cancelled` returned true.
    """
    settings = ensemble.review
    first = review_evidence(notebook, ensemble, cancelled)
    candidates = _strongest(first, settings.threshold, settings, len(first))
    if not candidates:
        return None
    layout = Layout(notebook, movable(notebook, candidates))
    answer = ensemble.precedence(layout.placement, cancelled)
    check(cancelled)
    second = _weigh(layout, answer)
    sure = [item for item in second if item.probability >= settings.least_probability]
    confirmed = _strongest(sure, settings.confirm_threshold, settings, len(first))
    if not confirmed:
        return None
    return Reviewed(
        layout,
        answer,
        _placed(layout, answer, second, confirmed),
        {
            item.cell_id: calibrated(item.probability, settings)
            for item in second
            if item.cell_id in confirmed
        },
    )


def propose(
    notebook: Notebook, ensemble: Ensemble, cancelled: Callable[[], bool] | None = None
) -> list[Proposal]:
    """The moves considered, whatever their confidence; `review` carries out the confident ones.

    Raises:
        Cancelled: `cancelled` returned true.
    """
    reviewed = review(notebook, ensemble, cancelled)
    if reviewed is None:
        return []
    order = reviewed.layout.arrange(reviewed.order, keep_place=True)
    written = {cell.id for cell in notebook.cells if not cell.is_empty}
    still = [name for name in order if name in written and name not in reviewed.confidence]
    present = [cell.id for cell in notebook.cells if not cell.is_empty]
    proposals = []
    for name, sure in reviewed.confidence.items():
        ahead = [other for other in order[: order.index(name)] if other in still]
        others = [other for other in present if other != name]
        slot = others.index(ahead[-1]) + 1 if ahead else 0
        proposals.append(Proposal(name, slot, sure))
    return proposals


def calibrated(probability: float, settings: ReviewSettings) -> float:
    """Confidence of a move to a gap that has this probability in the second answer."""
    slope, intercept = settings.calibration
    # Written with tanh, which does not overflow.
    return 0.5 * (1 + math.tanh((slope * log_odds(probability) + intercept) / 2))


def log_odds(probability: float) -> float:
    """Natural log-odds, finite at 0 and 1."""
    kept = min(max(probability, _EPSILON), 1 - _EPSILON)
    return math.log(kept / (1 - kept))


def _weigh(layout: Layout, answer: Precedence) -> list[Evidence]:
    logs = answer.log_gap()
    present = layout.present_gaps
    rows = np.arange(len(present))
    best = logs.argmax(axis=1)
    evidence = logs[rows, best] - logs[rows, present]
    # What it costs to stand in each gap, against the first.
    cost = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(1 - 2 * answer.after, axis=1)], 1)
    gain = cost[rows, present] - cost[rows, best]
    return [
        Evidence(
            cell.id,
            float(evidence[i]),
            float(np.exp(logs[i, best[i]])),
            present[i],
            int(best[i]),
            answer.anchors,
            float(gain[i]),
        )
        for i, cell in enumerate(layout.placement.floats)
    ]


def _strongest(
    found: list[Evidence], threshold: float, settings: ReviewSettings, asked: int
) -> set[str]:
    """Cells with enough evidence for another gap, at most `max_share` of those `asked`."""
    enough = [
        item
        for item in found
        if item.evidence >= threshold and item.best_gap != item.present_gap and item.gain > 0
    ]
    enough.sort(key=lambda item: -item.evidence)
    return {item.cell_id for item in enough[: max(1, int(settings.max_share * asked))]}


def _placed(
    layout: Layout, answer: Precedence, found: list[Evidence], confirmed: set[str]
) -> list[int]:
    """The order with confirmed cells in their best gaps and everything else as it stands."""
    anchors = answer.anchors
    before = answer.before
    gaps: list[list[int]] = [[] for _ in range(anchors + 1)]
    for i, item in enumerate(found):
        if item.cell_id not in confirmed:
            gaps[item.present_gap].append(i)
    # Among those that arrive in one gap, the one that wins most comparisons goes in first.
    arriving = [i for i, item in enumerate(found) if item.cell_id in confirmed]
    arriving.sort(key=lambda i: -float(before[i, arriving].sum()))
    for i in arriving:
        gap = gaps[found[i].best_gap]
        # Least expected inversions: cost of standing behind the first 0, 1, ... cells there.
        along = np.concatenate([[0.0], np.cumsum([2 * before[i, k] - 1 for k in gap])])
        gap.insert(int(along.argmin()), i)
    order = []
    for number, gap in enumerate(gaps):
        order += [anchors + i for i in gap]
        if number < anchors:
            order.append(number)
    return order
