"""Settings of review mode, fitted on held-out notebooks and kept in a bundle's manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.review.hidden import Hidden


class Eagerness(str, Enum):
    """How sure review mode must be before it shows a move; see `ReviewSettings.thresholds`."""

    CAUTIOUS = "cautious"
    BALANCED = "balanced"
    EAGER = "eager"

    @classmethod
    def named(cls, name: Eagerness | str) -> Eagerness:
        """The eagerness of that name.

        Raises:
            RequestError: `unknown-eagerness`.
        """
        try:
            return cls(name)
        except ValueError:
            known = ", ".join(each.value for each in cls)
            raise RequestError(
                f"There is no eagerness {str(name)!r}. Use one of: {known}.", "unknown-eagerness"
            ) from None


def _unfitted_weights() -> dict[str, float]:
    # What the members say of the cell alone, some belief that it stands where it should, and the
    # suspicion that it is the other one that is misplaced.
    return {"alone": 1.0, "present": 2.0, "crosses_misplaced_only": -4.0}


def _unfitted_thresholds() -> dict[str, float]:
    return {"cautious": 0.9, "balanced": 0.7, "eager": 0.5}


@dataclass(frozen=True)
class ReviewSettings:
    """Numbers of review mode; the defaults are those of a bundle that is not fitted yet.

    Attributes:
        folds: number of interleaved groups in which the markdown is asked first; the others
            anchor it.
        least_doubt: a cell is in doubt where its likeliest place beats its present one by so much
            log-probability (natural) in that first question.
        candidates: so many cells, those that seem most out of place, are asked about one by one;
            in a large notebook (`review.questions.LARGE`) half of them at once.
        weights: name of a feature (`review.features.NAMES`) to its weight in the score of a place;
            the exponentials of the scores are in proportion to the probabilities.
        hidden: a layer that adds to that score, where one was fitted.
        calibration: slope and intercept of the logistic that turns the log-odds of a place into
            the confidence that a move there is right; (1, 0) leaves the probability as it is.
        thresholds: confidence from which a move is shown, for each `Eagerness`.
        max_share: no more than this share of the markdown (but always one cell) is moved; the most
            confident moves win.

    Raises:
        ValueError: a number that makes no sense.
    """

    folds: int = 2
    least_doubt: float = 0.0
    candidates: int = 8
    weights: Mapping[str, float] = field(default_factory=_unfitted_weights)
    hidden: Hidden | None = None
    calibration: tuple[float, float] = (1.0, 0.0)
    thresholds: Mapping[str, float] = field(default_factory=_unfitted_thresholds)
    max_share: float = 0.34

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if self.folds < 1:
            raise ValueError(f"folds is {self.folds} and must be at least 1")
        if not self.least_doubt >= 0:
            raise ValueError(f"least_doubt is {self.least_doubt} and must not be negative")
        if self.candidates < 1:
            raise ValueError(f"candidates is {self.candidates} and must be at least 1")
        if not all(math.isfinite(value) for value in (*self.weights.values(), *self.calibration)):
            raise ValueError("weights and calibration of review must be finite")
        if self.thresholds.keys() != {each.value for each in Eagerness}:
            raise ValueError("thresholds must name cautious, balanced and eager")
        if not all(0 <= value <= 1 for value in self.thresholds.values()):
            raise ValueError("the thresholds of review must be in [0, 1]")
        if not 0 < self.max_share <= 1:
            raise ValueError(f"max_share is {self.max_share} and must be in (0, 1]")

    def threshold(self, eagerness: Eagerness) -> float:
        """Confidence from which a move is shown."""
        return self.thresholds[eagerness.value]
