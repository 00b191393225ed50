"""From features to the likeliest move of a doubtful cell, and how sure it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.features import NAMES, PlaceFeatures
from jupyter_cellorder.review.questions import Answers
from jupyter_cellorder.review.settings import ReviewSettings

# Probabilities are kept this far from 0 and 1 where log-odds are taken.
_EPSILON = 1e-6
_COLUMN = {name: column for column, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Proposal:
    """The likeliest move of a doubtful cell.

    Attributes:
        cell_id: the cell.
        place: how many of the other cells with text, in their present order, would be before it.
        confidence: calibrated probability that the move is right.
    """

    cell_id: str
    place: int
    confidence: float

    def before(self, notebook: Notebook) -> list[str]:
        """Ids of the cells with text before the cell, once it is moved and all others stay."""
        others = [c.id for c in notebook.cells if not c.is_empty and c.id != self.cell_id]
        return others[: self.place]


def decide(answers: Answers, settings: ReviewSettings) -> list[Proposal]:
    """The likeliest move of each doubtful cell, the most confident first.

    At most `max_share` of the movable cells, but always one, are moved.
    """
    features = PlaceFeatures(answers)
    proposals = []
    for index in answers.alone:
        probability = softmax(scores(features.of(index), settings))
        place = best_move(probability, index)
        if place is not None:
            sure = calibrated(float(probability[place]), settings.calibration)
            proposals.append(Proposal(answers.cells[index].id, place, sure))
    proposals.sort(key=lambda proposal: -proposal.confidence)
    return proposals[: max(1, int(settings.max_share * len(answers.floats)))]


def scores(features: NDArray[np.floating], settings: ReviewSettings) -> Array:
    """(L) scores of places with features (L, F), in the order of `features.NAMES`.

    Features that the settings do not name count nothing.
    """
    weights = np.array([settings.weights.get(name, 0.0) for name in NAMES])
    summed: Array = features @ weights
    if settings.hidden is None:
        return summed
    columns = [_COLUMN[name] for name in settings.hidden.names]
    return summed + settings.hidden.scores(features[:, columns])


def softmax(logs: Array) -> Array:
    """Probabilities in proportion to the exponentials."""
    shares = np.exp(logs - logs.max())
    probabilities: Array = shares / shares.sum()
    return probabilities


def best_move(probability: Array, present: int) -> int | None:
    """The likeliest place other than the present one; None where there is no other."""
    elsewhere = probability.copy()
    elsewhere[present] = -1.0
    best = int(elsewhere.argmax())
    return None if best == present else best


def calibrated(probability: float, calibration: tuple[float, float]) -> float:
    """Confidence of a move to a place of this probability."""
    slope, intercept = calibration
    # Written with tanh, which does not overflow.
    return 0.5 * (1 + math.tanh((slope * log_odds(probability) + intercept) / 2))


def log_odds(probability: float) -> float:
    """Natural log-odds, finite at 0 and 1."""
    kept = min(max(probability, _EPSILON), 1 - _EPSILON)
    return math.log(kept / (1 - kept))
