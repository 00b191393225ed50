"""One line while a stage trains: loss, score, tokens a second, time to finish."""

from __future__ import annotations

import sys
import time
from typing import Any

from tqdm import tqdm
from transformers import TrainerCallback

from training.loop.clock import Clock
from training.loop.processes import is_main

FORMAT = "{desc} {percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt}{postfix}"


def spoken(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


class Progress(TrainerCallback):
    """See the module's text.

    Args:
        name: Of the stage.
        clock: Its minutes may be over before its steps are.
        minutes: How many it has.
        judged_by: The score to show.
    """

    def __init__(self, name: str, clock: Clock, minutes: float, judged_by: str) -> None:
        self._name, self._clock = name, clock
        self._seconds, self._judged_by = 60 * minutes, judged_by
        self._bar: Any = None
        self._tokens, self._started, self._first = 0, 0.0, 0
        self._shown: dict[str, str] = {}

    def count(self, tokens: int) -> None:
        """Tokens of one more batch."""
        self._tokens += tokens

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Open the bar where the checkpoint stands."""
        self._started, self._first = time.monotonic(), state.global_step
        if is_main():
            self._bar = tqdm(
                total=state.max_steps,
                initial=state.global_step,
                desc=self._name,
                bar_format=FORMAT,
                mininterval=1.0 if sys.stderr.isatty() else 30.0,  # a file fills up with lines
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Move on."""
        if self._bar is None:
            return
        took = max(time.monotonic() - self._started, 1e-9)
        done = state.global_step - self._first
        left = min(
            took / done * (state.max_steps - state.global_step),
            max(0.0, self._seconds - self._clock.seconds),
        )
        if self._tokens:
            rate = self._tokens * args.world_size / took
            self._shown["tokens/s"] = f"{rate:,.0f}"
        self._shown["left"] = spoken(left)
        self._bar.set_postfix(self._shown, refresh=False)
        self._bar.update(state.global_step - self._bar.n)

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Remember the last loss and the last score."""
        for key, name in (("loss", "loss"), (f"eval_{self._judged_by}", self._judged_by)):
            if logs and key in logs:
                self._shown[name] = f"{float(logs[key]):.4f}"

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
