"""Training by a ``pairwise`` recipe."""

from __future__ import annotations

from pathlib import Path

from training.pairwise.data import PairwiseQuestions
from training.pairwise.recipe import PairwiseRecipe
from training.pairwise.samplers import SAMPLERS
from training.sequences.run import SequenceRun
from training.tasks import Order


def train(recipe: PairwiseRecipe, order: Order) -> Path:
    """See :class:`training.tasks.Train`."""
    questions = PairwiseQuestions(
        recipe.layout,
        recipe.tokens.tail,
        SAMPLERS[recipe.negatives.sampler],
        recipe.negatives.share,
    )
    return SequenceRun(recipe, questions, order).run()
