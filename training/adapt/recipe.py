"""What a recipe of the ``adapt`` task may say."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.loop.stage import Stage, at_least
from training.recipe import EncoderRecipe

OBJECTIVES = ("mlm", "rtd", "mlm+rtd")


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """What is hidden, and what the encoder is asked about it.

    Attributes:
        objective: ``mlm`` (which token stood here), ``rtd`` (which tokens were replaced, as in
            ELECTRA) or ``mlm+rtd``, as CodeBERT was trained.
        share: Share of the tokens that is hidden.
        rtd_weight: Weight of the second question beside the first; 50 in ELECTRA.
        generator_layers: Layers of the small model that makes the replacements.
    """

    objective: str = "mlm"
    share: float = 0.15
    rtd_weight: float = 50.0
    generator_layers: int = 2

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        if self.objective not in OBJECTIVES:
            raise ValueError(
                f"there is no objective {self.objective!r}; choose one of {', '.join(OBJECTIVES)}"
            )
        if not 0 < self.share < 1:
            raise ValueError(f"share is {self.share} and must be between 0 and 1")
        if not self.rtd_weight >= 0:
            raise ValueError(f"rtd_weight is {self.rtd_weight} and must not be negative")
        if self.generator_layers < 1:
            raise ValueError(f"generator_layers is {self.generator_layers} and must be at least 1")


@dataclass(frozen=True, kw_only=True)
class AdaptStage(Stage):
    """A stage over pieces of notebooks.

    Attributes:
        batch: Pieces in a batch.
        length: Tokens of a piece at most: neighbouring cells, in the author's order.
    """

    batch: int = 32
    length: int = 256
    warm_up: float = 0.06
    schedule: str = "linear"

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        super().__post_init__()
        at_least(self, 1, "batch")
        at_least(self, 3, "length")


@dataclass(frozen=True, kw_only=True)
class AdaptRecipe(EncoderRecipe):
    """How an encoder's pre-training goes on, on notebooks."""

    corruption: Corruption = field(default_factory=Corruption)
    stage: AdaptStage = field(default_factory=AdaptStage)
