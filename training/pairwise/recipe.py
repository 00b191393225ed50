"""What a recipe of the ``pairwise`` task may say."""

from __future__ import annotations

from dataclasses import dataclass, field

from jupyter_cellorder.members.sequence_rows import PairwiseLayout
from training.pairwise.samplers import SAMPLERS
from training.recipe import EncoderRecipe
from training.sequences.recipe import SequenceStage


@dataclass(frozen=True, kw_only=True)
class Negatives:
    """Which wrong code cells are shown.

    Attributes:
        sampler: Its name; see :mod:`training.pairwise.samplers`.
        share: Share of all wrong pairs that is drawn, on average.
    """

    sampler: str = "uniform"
    share: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what no sampler can follow."""
        if self.sampler not in SAMPLERS:
            raise ValueError(
                f"there is no sampler {self.sampler!r}; choose {' or '.join(SAMPLERS)}"
            )
        if not 0 < self.share <= 1:
            raise ValueError(f"share is {self.share} and must be above 0 and at most 1")


@dataclass(frozen=True, kw_only=True)
class PairwiseRecipe(EncoderRecipe):
    """How a ``pairwise`` member is trained."""

    layout: PairwiseLayout = field(default_factory=PairwiseLayout)
    negatives: Negatives = field(default_factory=Negatives)
    stage: SequenceStage = field(default_factory=SequenceStage)
