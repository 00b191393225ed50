"""Settings of one stage of training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One run of the loop.

    Attributes:
        epochs: Passes over the draws of an epoch; ignored where ``steps`` is positive.
        steps: Optimiser steps, or -1.
        cells: Padded cells in a batch at most.
        longest: Cells of a notebook read at once; longer ones are read in windows.
        rate: Peak learning rate of the network.
        encoder_rate: Peak learning rate of the encoder's trained layers.
        unfrozen_layers: Layers of the encoder that are trained, from the top.
        warm_up: Steps of linear warm-up; then cosine decay to zero.
        minutes: The stage ends after these, wherever it is.
        score_every: Steps between scores (and checkpoints).
    """

    epochs: float = 1.0
    steps: int = -1
    cells: int = 800
    longest: int = 160
    rate: float = 1e-3
    encoder_rate: float = 3e-5
    unfrozen_layers: int = 0
    weight_decay: float = 0.01
    warm_up: int = 200
    bf16: bool = True
    minutes: float = 1e6
    score_every: int = 1000
    workers: int = 0
    tensorboard: bool = False
