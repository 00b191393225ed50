"""What the ensemble is asked about a notebook as it stands.

First every movable cell, in interleaved folds, the rest being anchors: which of them seem out of
place? Where none does, that is the end of it. Then all markdown at once, among the code alone,
where no misplaced neighbour can mislead. Then each doubtful cell by itself, everything else in its
present place; of a large notebook, half of them at once. And, but for those, all doubtful cells at
once: none of them misleads the others then. Vectors of cells are remembered by the members, so that
a question costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.precedence import Array, Placement, Precedence
from jupyter_cellorder.review.settings import ReviewSettings

# Cells with text from which a question is dear: doubtful cells are then asked about in two groups.
# In smaller notebooks, where they stand close, those of a group mislead each other.
LARGE = 500


@dataclass(frozen=True)
class Answers:
    """The answers about one notebook.

    The *places* of a cell are counted among the other cells with text, in their present order:
    place p has p of them before it. L cells with text make L places.

    Attributes:
        cells: (L) the cells with text, in present order.
        floats: (M) indices of those that may move, ascending.
        among_code: their answer when they all float among the other cells.
        in_folds: for each doubtful cell, by its index: (L,) the log-probability of each of its
            places when its fold was asked about.
        alone: for each doubtful cell, by its index, the most doubtful first: (L,) the
            log-probability of each of its places, all other cells in theirs.
        together: the same with all doubtful cells floating; `alone` again where there is one only,
            or the notebook is large.
    """

    cells: tuple[Cell, ...]
    floats: tuple[int, ...]
    among_code: Precedence
    in_folds: Mapping[int, Array]
    alone: Mapping[int, Array]
    together: Mapping[int, Array]


def most_questions(settings: ReviewSettings, cells: int) -> int:
    """How often review mode asks an ensemble about so many movable cells, at most.

    The folds, all markdown at once, each doubtful cell, all of them, and once what the moves would
    be.
    """
    return min(settings.folds, cells) + 1 + min(settings.candidates, cells) + 1 + 1


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
    layouts = [
        Layout(notebook, names[fold :: settings.folds])
        for fold in range(min(settings.folds, len(names)))
    ]
    doubts: list[tuple[float, str]] = []
    in_folds: dict[str, Array] = {}
    answers = ensemble.precedences([layout.placement for layout in layouts], cancelled)
    for layout, answer in zip(layouts, answers, strict=True):
        logs = answer.log_gap()
        floating = _marked(index, layout.placement.floats)
        for row, cell in enumerate(layout.placement.floats):
            doubt = float(logs[row].max() - logs[row, layout.present_gaps[row]])
            if doubt > settings.least_doubt:
                doubts.append((-doubt, cell.id))
                in_folds[cell.id] = _of_places(logs[row], np.delete(floating, index[cell.id]))
    doubtful = [name for _, name in sorted(doubts)[: settings.candidates]]
    if not doubtful:
        return None
    groups = [[name] for name in doubtful]
    if len(cells) > LARGE:
        beside = sorted(doubtful, key=lambda name: index[name])
        groups = [group for group in (beside[::2], beside[1::2]) if group]
    every = [doubtful] if 1 < len(doubtful) == len(groups) else []
    questions = [Layout(notebook, each).placement for each in (names, *groups, *every)]
    answers = ensemble.precedences(questions, cancelled)
    among_code = next(answers)
    found = [
        _by_place(index, question, answer)
        for question, answer in zip(questions[1:], answers, strict=True)
    ]
    alone = {at: places for one in found[: len(groups)] for at, places in one.items()}
    together = found[-1] if every else alone
    return Answers(
        cells,
        tuple(index[name] for name in names),
        among_code,
        {index[name]: in_folds[name] for name in doubtful},
        {index[name]: alone[index[name]] for name in doubtful},
        {index[name]: together[index[name]] for name in doubtful},
    )


def _by_place(
    index: Mapping[str, int], question: Placement, answer: Precedence
) -> dict[int, Array]:
    """Log-probabilities of the places of the cells that floated beside each other, by index."""
    floating = _marked(index, question.floats)
    logs = answer.log_gap()
    return {
        index[cell.id]: _of_places(logs[row], np.delete(floating, index[cell.id]))
        for row, cell in enumerate(question.floats)
    }


def _marked(index: Mapping[str, int], floats: Sequence[Cell]) -> NDArray[np.bool_]:
    """(L) which of all cells these are."""
    marked = np.zeros(len(index), dtype=bool)
    marked[[index[cell.id] for cell in floats]] = True
    return marked


def _of_places(logs: Array, floating: NDArray[np.bool_]) -> Array:
    """Log-probabilities of all places of a cell, from those of its gaps.

    Places that only floats part are one gap, and share its probability.

    Args:
        logs: (N + 1) of the gaps among the anchors.
        floating: (L - 1) of the other cells, which were floats beside it; the rest are anchors.
    """
    gap = np.concatenate([[0], np.cumsum(~floating)])
    shared: Array = logs[gap] - np.log(np.bincount(gap))[gap]
    return shared
