"""What a stage will cost, from a few real batches, before it starts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from training.loop.progress import spoken

TRIED = 3
OPTIMISER_BYTES = 8  # two fp32 moments for every trained number


@dataclass(frozen=True)
class Forecast:
    """Cost of a stage.

    Attributes:
        steps: Optimiser steps.
        seconds: To train them, without scoring; more than ``limit`` are not spent.
        limit: Seconds after which the stage ends.
        gigabytes: Peak memory of the process, or of the GPU.
        tokens: Text tokens in a step.
    """

    steps: int
    seconds: float
    limit: float
    gigabytes: float
    tokens: float

    def __str__(self) -> str:
        """One sentence."""
        text = f"about {spoken(self.seconds)} and {self.gigabytes:.1f} GB of memory"
        if self.tokens:
            rate = self.tokens * self.steps / self.seconds
            text += f", {self.tokens:,.0f} tokens a step, {rate:,.0f} tokens/s"
        if self.limit < self.seconds:
            reached = int(self.steps * self.limit / self.seconds)
            text += f"; its minutes end it after {spoken(self.limit)}, at about step {reached:,}"
        return f"Forecast for {self.steps:,} steps: {text}."


def forecast(
    model: nn.Module,
    batches: Sequence[Any],
    loss_of: Callable[[Any], torch.Tensor],
    tokens_of: Callable[[Any], int],
    steps: int,
    batches_a_step: int,
    limit: float,
) -> Forecast:
    """Try some batches; weights, gradients and chance are as before afterwards.

    Args:
        model: In training mode or not; that is set back too.
        batches: At least one, of different lengths; the first one warms up.
        loss_of: The loss of a batch.
        tokens_of: The text tokens of a batch.
        steps: Optimiser steps ahead.
        batches_a_step: Batches to each.
        limit: Seconds after which the stage ends.
    """
    training, cuda = model.training, torch.cuda.is_available()
    took, tokens = [], []
    with torch.random.fork_rng():
        model.train()
        for batch in batches:
            started = time.monotonic()
            loss_of(batch).backward()  # type: ignore[no-untyped-call]
            if cuda:
                torch.cuda.synchronize()
            took.append(time.monotonic() - started)
            tokens.append(tokens_of(batch))
    model.zero_grad(set_to_none=True)
    model.train(training)
    measured = took[1:] or took
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return Forecast(
        steps,
        sum(measured) / len(measured) * steps * batches_a_step,
        limit,
        (_peak() + OPTIMISER_BYTES * trained) / 1e9,
        sum(tokens) / len(tokens) * batches_a_step,
    )


def _peak() -> int:
    """Most bytes that the GPU, or else this process, has held."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
