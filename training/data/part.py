"""The cells of a part of the corpus, as an order and a recipe ask for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from training.data.cache import open_store
from training.data.cells import CellStore
from training.recipe import EncoderRecipe

if TYPE_CHECKING:
    from training.tasks import Order


def open_part(
    order: Order, recipe: EncoderRecipe, part: str, tokenizer: Path, notebooks: int = 0
) -> CellStore:
    """See :func:`training.data.cache.open_store`; ``notebooks`` 0 takes the whole part."""
    return open_store(
        order.split,
        part,
        order.cache,
        tokenizer,
        vars(recipe.tokens),
        notebooks=notebooks or None,
        seed=recipe.seed,
    )
