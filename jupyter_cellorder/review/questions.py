"""What the ensemble is asked about a notebook as it stands.

First every movable cell, in interleaved folds, the rest being anchors: which of them seem out of
place? Where none does, that is the end of it. Then all markdown at once, among the code alone,
where no misplaced neighbour can mislead. Then each doubtful cell by itself, everything else in its
present place. Vectors of cells are remembered by the members, so that a question costs
milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.precedence import Array, Precedence
from jupyter_cellorder.review.settings import ReviewSettings

LARGE = 500  # cells with text from which a question is dear, and half as many candidates are asked


@dataclass(frozen=True)
class Answers:
    """The answers about one notebook.

    The *places* of a cell are counted among the other cells with text, in their present order:
    place p has p of them before it. L cells with text make L places.

    Attributes:
        cells: (L) the cells with text, in present order.
        floats: (M) indices of those that may move, ascending.
        among_code: their answer when they all float among the other cells.
        alone: for each doubtful cell, by its index, the most doubtful first: (L,) the
            log-probability of each of its places, all other cells in theirs.
    """

    cells: tuple[Cell, ...]
    floats: tuple[int, ...]
    among_code: Precedence
    alone: Mapping[int, Array]


def most_questions(settings: ReviewSettings, cells: int) -> int:
    """How often review mode asks an ensemble about so many movable cells, at most.

    The folds, all markdown at once, each doubtful cell, and once what the moves would be.
    """
    return min(settings.folds, cells) + 1 + min(settings.candidates, cells) + 1


def ask(
    notebook: Notebook, ensemble: Ensemble, cancelled: Callable[[], bool] | None = None
) -> Answers | None:
    """Ask about every movable cell.

    Returns:
        None where no cell is in doubt: all stand in their likeliest places, or nearly so.

    Raises:
        Cancelled: `cancelled` returned true between member calls.
    """
    settings = ensemble.review
    cells = tuple(cell for cell in notebook.cells if not cell.is_empty)
    names = movable(notebook)
    index = {cell.id: place for place, cell in enumerate(cells)}
    doubts: list[tuple[float, str]] = []
    for fold in range(min(settings.folds, len(names))):
        layout = Layout(notebook, names[fold :: settings.folds])
        logs = ensemble.precedence(layout.placement, cancelled).log_gap()
        for row, cell in enumerate(layout.placement.floats):
            doubt = float(logs[row].max() - logs[row, layout.present_gaps[row]])
            if doubt > settings.least_doubt:
                doubts.append((-doubt, cell.id))
    most = settings.candidates if len(cells) <= LARGE else (settings.candidates + 1) // 2
    doubtful = [name for _, name in sorted(doubts)[:most]]
    if not doubtful:
        return None
    return Answers(
        cells,
        tuple(index[name] for name in names),
        ensemble.precedence(Layout(notebook, names).placement, cancelled),
        {
            index[name]: ensemble.precedence(
                Layout(notebook, [name]).placement, cancelled
            ).log_gap()[0]
            for name in doubtful
        },
    )
