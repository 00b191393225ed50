"""What a recipe of the ``pointwise`` task may say."""

from __future__ import annotations

from dataclasses import dataclass, field

from jupyter_cellorder.members.sequence_rows import PointwiseLayout
from training.recipe import EncoderRecipe
from training.sequences.recipe import SequenceStage


@dataclass(frozen=True, kw_only=True)
class PointwiseRecipe(EncoderRecipe):
    """How a ``pointwise`` member is trained."""

    layout: PointwiseLayout = field(default_factory=PointwiseLayout)
    stage: SequenceStage = field(default_factory=SequenceStage)
