"""What one held-out notebook teaches, and two of the numbers that are fitted on all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.decode import monotone_alignment
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.selected import alone
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.metric import inversions, pooled_tau
from jupyter_cellorder.precedence import Placement
from training.blend.temperatures import golden_section
from training.calibrate.trials import Trial, trials

DIAGONALS = (0.0, 5.0, 10.0, 20.0, 40.0, 80.0)
GAP_TEMPERATURES = (0.1, 10.0)  # looked at between


@dataclass(frozen=True)
class Examined:
    """What one notebook teaches.

    Attributes:
        trials: of review mode.
        inversions: (len(DIAGONALS)) of its markdown in its own order, at each strength of the
            even-spread prior.
        gaps: of single cells, the log-probability of every gap and which is their own.
    """

    trials: tuple[Trial, ...]
    inversions: tuple[int, ...]
    gaps: tuple[tuple[NDArray[np.float64], int], ...]


def examine(example: Example, ensemble: Ensemble, seed: int) -> Examined | str:
    """Ask about one notebook all that is to be known of it; why not, where it is refused."""
    try:
        return Examined(
            tuple(trials(example, ensemble, seed)),
            kept_order(example, ensemble),
            tuple((one.answer.log_gap()[0], one.own) for one in alone(example, ensemble, seed)),
        )
    except RequestError as refusal:
        return refusal.code


def kept_order(example: Example, ensemble: Ensemble) -> tuple[int, ...]:
    """Inversions at each of `DIAGONALS`, the order of the markdown being given."""
    cells = example.notebook.cells
    anchors = [i for i, cell in enumerate(cells) if cell.kind != "markdown"]
    floats = [i for i, cell in enumerate(cells) if cell.kind == "markdown"]
    placement = Placement(
        tuple(cells[i] for i in anchors), tuple(cells[i] for i in floats), ordered=True
    )
    answer = ensemble.precedence(placement)
    truth = [*anchors, *floats]
    return tuple(
        inversions([truth[i] for i in monotone_alignment(answer, diagonal)])
        for diagonal in DIAGONALS
    )


def best_diagonal(wrong: NDArray[np.float64], sizes: NDArray[np.int64]) -> tuple[float, float]:
    """Strength of the even-spread prior with the highest K, and that K.

    Args:
        wrong: (notebooks, len(DIAGONALS)) inversions.
        sizes: (notebooks) cells.
    """
    scores = [pooled_tau(wrong[:, column], sizes) for column in range(len(DIAGONALS))]
    best = int(np.argmax(scores))
    return DIAGONALS[best], scores[best]


def best_gap_temperature(gaps: Sequence[tuple[NDArray[np.float64], int]]) -> float:
    """The temperature under which the cells' own gaps are likeliest.

    Args:
        gaps: as in :class:`Examined`, at temperature 1.
    """

    def loss(log_temperature: float) -> float:
        scaled = [(logs / math.exp(log_temperature), own) for logs, own in gaps]
        return sum(float(np.logaddexp.reduce(logs) - logs[own]) for logs, own in scaled)

    low, high = (math.log(end) for end in GAP_TEMPERATURES)
    return math.exp(golden_section(loss, low, high, close=0.001))
