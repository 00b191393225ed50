"""Settings of one stage of training that every task shares."""

from __future__ import annotations

from dataclasses import dataclass

SCHEDULES = ("cosine", "linear")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One run of the loop; a task adds what its batches need.

    Attributes:
        epochs: Passes over the draws of an epoch; ignored where ``steps`` is positive.
        steps: Optimiser steps, or -1.
        rate: Peak learning rate of what is new: a network, a head.
        encoder_rate: Peak learning rate of the encoder's trained layers.
        weight_decay: Of AdamW; norms, biases and single numbers are spared.
        warm_up: Linear warm-up: steps, or below 1 the share of all steps.
        schedule: ``cosine`` or ``linear``, to zero.
        precision: ``bf16`` (where that is faster), ``fp16`` (GPU only) or ``fp32``.
        accumulate: Batches to an optimiser step.
        checkpoint_gradients: Compute activations twice to hold less of them.
        minutes: The stage ends after these, wherever it is; the rates are down by then.
        score_every: Steps between scores (and checkpoints); 0 scores every epoch.
        save_minutes: Minutes between checkpoints for resuming, beside the scored ones.
        average: The weights of so many best checkpoints are averaged at the end; below 2, none.
        patience: Scores without progress before the stage ends early; 0 never does.
        workers: Processes that make batches ahead.
        tensorboard: Write TensorBoard's files too.
    """

    epochs: float = 1.0
    steps: int = -1
    rate: float = 1e-3
    encoder_rate: float = 3e-5
    weight_decay: float = 0.01
    warm_up: float = 200
    schedule: str = "cosine"
    precision: str = "bf16"
    accumulate: int = 1
    checkpoint_gradients: bool = False
    minutes: float = 1e6
    score_every: int = 1000
    save_minutes: float = 15.0
    average: int = 0
    patience: int = 0
    workers: int = 0
    tensorboard: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        if self.steps < 1 and not self.epochs > 0:
            raise ValueError(f"epochs is {self.epochs} and must be above 0 where steps are not")
        if self.schedule not in SCHEDULES:
            raise ValueError(
                f"there is no schedule {self.schedule!r}; choose {' or '.join(SCHEDULES)}"
            )
        at_least(self, 1, "accumulate")
        at_least(self, 0, "rate", "encoder_rate", "weight_decay", "warm_up", "minutes")
        at_least(self, 0, "score_every", "save_minutes", "average", "patience", "workers")


def at_least(settings: object, least: int, *names: str) -> None:
    """Refuse settings that are below ``least``, or no number.

    Raises:
        ValueError: names the first of them.
    """
    for name in names:
        value = getattr(settings, name)
        if not value >= least:
            raise ValueError(f"{name} is {value} and must be at least {least}")
