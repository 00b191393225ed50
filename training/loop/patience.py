"""Early stopping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf, isnan
from typing import Any

from transformers import TrainerCallback


def since_best(log: Iterable[Mapping[str, Any]], judged_by: str) -> int:
    """How many scores came after the best one; of equals the first is the best, never a NaN."""
    found = [float(entry[judged_by]) for entry in log if judged_by in entry]
    scores = [-inf if isnan(score) else score for score in found]
    return len(scores) - 1 - scores.index(max(scores)) if scores else 0


class Patience(TrainerCallback):
    """Ends a stage whose score has not risen ``scores`` times in a row.

    It counts in the log, which every checkpoint holds: a stage that goes on counts on.
    """

    def __init__(self, scores: int, judged_by: str) -> None:
        self._scores, self._judged_by = scores, f"eval_{judged_by}"

    def is_over(self, log: Iterable[Mapping[str, Any]]) -> bool:
        """Whether it is time to end."""
        return since_best(log, self._judged_by) >= self._scores

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Look after every score."""
        if self.is_over(state.log_history):
            control.should_training_stop = True
        return control
