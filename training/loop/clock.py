"""Time of a stage: when it ends, when a checkpoint for resuming is due."""

from __future__ import annotations

import time
from typing import Any

from transformers import TrainerCallback
from transformers.trainer_utils import IntervalStrategy

from training.loop.processes import agreed


class Clock(TrainerCallback):
    """Ends a stage when its minutes are over, scored and saved like one that came to its end.

    Args:
        minutes: Of training, over all resumed runs.
        save_minutes: Between checkpoints.
        spent: Seconds that earlier runs of this stage took.

    Attributes:
        share: Of the minutes, spent by the end of the last step; the same in all processes.
    """

    def __init__(self, minutes: float, save_minutes: float, spent: float) -> None:
        self._minutes, self._save_minutes = minutes, save_minutes
        self.share = self._share_of(spent)
        self._started = time.monotonic() - spent
        self._saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Spent on this stage so far."""
        return time.monotonic() - self._started

    def _share_of(self, seconds: float) -> float:
        return min(1.0, seconds / (60 * self._minutes)) if self._minutes else 1.0

    def is_over(self) -> bool:
        """Whether the minutes are over."""
        return self.seconds > 60 * self._minutes

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """A stage that goes on may be scored at other steps than before."""
        state.eval_steps, state.save_steps = args.eval_steps, args.save_steps

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Stop or save after this step where it is time; the first process decides for all."""
        due = time.monotonic() - self._saved > 60 * self._save_minutes
        over, due, self.share = agreed((self.is_over(), due, self._share_of(self.seconds)))
        if over:
            control.should_training_stop = True
        by_steps = args.eval_strategy == IntervalStrategy.STEPS  # else the epoch's end scores too
        # Unscored, these last steps would lose to the best scored checkpoint before them.
        control.should_evaluate |= over and by_steps
        control.should_save |= (over and by_steps) or due
        return control

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """A checkpoint every epoch, and its score."""
        control.should_evaluate = control.should_save = True
        return control

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The next one is due from now."""
        self._saved = time.monotonic()
