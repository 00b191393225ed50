"""Settings of a stage over sequences of tokens."""

from __future__ import annotations

from dataclasses import dataclass

from training.loop.stage import Stage, at_least


@dataclass(frozen=True, kw_only=True)
class SequenceStage(Stage):
    """A stage over sequences.

    Attributes:
        batch: Sequences in a batch.
    """

    batch: int = 32
    rate: float = 3e-5
    encoder_rate: float = 3e-5
    warm_up: float = 0.05
    schedule: str = "linear"

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        super().__post_init__()
        at_least(self, 1, "batch")
