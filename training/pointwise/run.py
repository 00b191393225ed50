"""Training by a ``pointwise`` recipe."""

from __future__ import annotations

from pathlib import Path

from training.pointwise.data import PointwiseQuestions
from training.pointwise.recipe import PointwiseRecipe
from training.sequences.run import SequenceRun
from training.tasks import Order


def train(recipe: PointwiseRecipe, order: Order) -> Path:
    """See :class:`training.tasks.Train`."""
    return SequenceRun(recipe, PointwiseQuestions(recipe.layout, recipe.tokens.tail), order).run()
