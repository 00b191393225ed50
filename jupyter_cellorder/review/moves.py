"""Review mode itself: ask, decide, and carry out the moves that are sure enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jupyter_cellorder.ensemble import Ensemble, check
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.precedence import Precedence
from jupyter_cellorder.review.decision import Proposal, decide
from jupyter_cellorder.review.questions import ask
from jupyter_cellorder.review.settings import Eagerness


@dataclass(frozen=True)
class Reviewed:
    """The outcome: the cells to be moved float in `layout`.

    Attributes:
        layout: anchors are all cells but the moved ones.
        precedence: what the ensemble says of those together.
        order: indices of `layout`, the moved cells in their new places.
        confidence: cell id to calibrated probability that its move is right.
    """

    layout: Layout
    precedence: Precedence
    order: list[int]
    confidence: Mapping[str, float]


def propose(
    notebook: Notebook, ensemble: Ensemble, cancelled: Callable[[], bool] | None = None
) -> list[Proposal]:
    """The moves considered, whatever their confidence, the most confident first.

    Raises:
        Cancelled: `cancelled` returned true between member calls.
    """
    answers = ask(notebook, ensemble, cancelled)
    return [] if answers is None else decide(answers, ensemble.review)


def review(
    notebook: Notebook,
    ensemble: Ensemble,
    cancelled: Callable[[], bool] | None = None,
    eagerness: Eagerness = Eagerness.BALANCED,
) -> Reviewed | None:
    """Find the cells to move.

    Returns:
        None where no move is sure enough.

    Raises:
        Cancelled: `cancelled` returned true between member calls.
    """
    least = ensemble.review.threshold(eagerness)
    proposals = [
        proposal
        for proposal in propose(notebook, ensemble, cancelled)
        if proposal.confidence >= least
    ]
    if not proposals:
        return None
    layout = Layout(notebook, movable(notebook, [proposal.cell_id for proposal in proposals]))
    answer = ensemble.precedence(layout.placement, cancelled)
    check(cancelled)
    return Reviewed(
        layout,
        answer,
        _placed(notebook, layout, answer, proposals),
        {proposal.cell_id: proposal.confidence for proposal in proposals},
    )


def _placed(
    notebook: Notebook, layout: Layout, answer: Precedence, proposals: Sequence[Proposal]
) -> list[int]:
    """The anchors with every moved cell in its new gap among them."""
    moved = {proposal.cell_id for proposal in proposals}
    gap_of = {
        proposal.cell_id: sum(name not in moved for name in proposal.before(notebook))
        for proposal in proposals
    }
    gaps: list[list[int]] = [[] for _ in range(answer.anchors + 1)]
    for row, cell in enumerate(layout.placement.floats):
        gaps[gap_of[cell.id]].append(row)
    order: list[int] = []
    for number, rows in enumerate(gaps):
        # Of those that arrive in one gap, the one that wins most comparisons goes in first.
        wins = {row: float(answer.before[row, rows].sum()) for row in rows}
        order += [answer.anchors + row for row in sorted(rows, key=lambda row: -wins[row])]
        if number < answer.anchors:
            order.append(number)
    return order
