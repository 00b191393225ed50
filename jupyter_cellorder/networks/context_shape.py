"""Shape of the ``context`` network, as a recipe chooses it; free of torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ContextShape:
    """What can be chosen; the rest follows from the encoder and the channels."""

    width: int = 256
    heads: int = 4
    feed_forward: int = 768
    first_layers: int = 3
    second_layers: int = 2
    dropout: float = 0.1
