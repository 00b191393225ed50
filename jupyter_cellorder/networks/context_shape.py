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

    def __post_init__(self) -> None:
        """Refuse a network that cannot be built."""
        for name in ("width", "heads", "feed_forward"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)} and must be at least 1")
        for name in ("first_layers", "second_layers"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)} and must be at least 0")
        if self.width % self.heads:
            raise ValueError(f"{self.heads} heads do not share a width of {self.width} evenly")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout} and must be at least 0 and below 1")


@dataclass(frozen=True, kw_only=True)
class ContextConfig(ContextShape):
    """Everything the network is built from; stored in the bundle."""

    vector: int = 384
    features: int = 24
    channels: int = 3

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a manifest."""
        return asdict(self)
