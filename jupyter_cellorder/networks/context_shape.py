"""Shape of the ``context`` network, as a recipe chooses it; free of torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ContextShape:
    """What can be chosen; the rest follows from the encoder and the channels."""

    width: int = 256
    heads: int = 4
    feed_forward: int = 768
    first_layers: int = 3
    second_layers: int = 2
    dropout: float = 0.1


@dataclass(frozen=True, kw_only=True)
class ContextConfig(ContextShape):
    """Everything the network is built from; stored in the bundle."""

    vector: int = 384
    features: int = 24
    channels: int = 3

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a manifest."""
        return asdict(self)
