"""Time of a stage: when it ends, when a checkpoint for resuming is due."""

from __future__ import annotations

import time
from typing import Any

from transformers import TrainerCallback

from training.loop.processes import agreed


class Clock(TrainerCallback):
    """Ends a stage when its minutes are over, scored and saved like one that came to its end.

    Args:
        minutes: Of training, over all resumed runs.
        save_minutes: Between checkpoints.
        spent: Seconds that earlier runs of this stage took.
    """

    def __init__(self, minutes: float, save_minutes: float, spent: float) -> None:
        self._minutes, self._save_minutes = minutes, save_minutes
        self._started = time.monotonic() - spent
        self._saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Spent on this stage so far."""
        return time.monotonic() - self._started

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Stop or save after this step where it is time; the first process decides for all."""
        over = self.seconds > 60 * self._minutes
        due = time.monotonic() - self._saved > 60 * self._save_minutes
        over, due = agreed((over, due))
        if over:
            control.should_training_stop = True
            # Unscored, these last steps would lose to the best scored checkpoint before them.
            control.should_evaluate = True
        if over or due:
            control.should_save = True
        return control

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """A checkpoint every epoch, scored or not."""
        control.should_save = True
        return control

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The next one is due from now."""
        self._saved = time.monotonic()
