"""What a run of a task over sequences leaves, and what published weights are brought in as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from training.checkpoint import ENCODER, TOKENIZER, WEIGHTS
from training.loop.results import whole_folder
from training.pairwise.recipe import PairwiseRecipe
from training.pointwise.recipe import PointwiseRecipe


def write_checkpoint(
    folder: Path,
    recipe: PointwiseRecipe | PairwiseRecipe,
    name: str,
    weights: Mapping[str, Tensor],
    tokenizer: Path,
    config: Mapping[str, Any],
    temperature: float,
) -> None:
    """Write the folder, whole or not at all, in place of an older one.

    Args:
        folder: See :mod:`training.checkpoint`.
        recipe: By what it was trained.
        name: The recipe's.
        weights: Named as in :class:`jupyter_cellorder.networks.sequence.SequenceScorer`.
        tokenizer: The encoder's ``tokenizer.json``.
        config: The encoder's configuration.
        temperature: See :mod:`jupyter_cellorder.members.adapters`.
    """
    kept = {key: value for key, value in config.items() if key != "_name_or_path"}
    facts = {
        "kind": recipe.task,
        "recipe": name,
        "encoder": recipe.encoder,
        "tokens": vars(recipe.tokens),
        "layout": vars(recipe.layout),
        "temperature": temperature,
        "pad": int(config.get("pad_token_id") or 0),
    }
    with whole_folder(folder) as part:
        save_file(dict(weights), part / WEIGHTS)
        (part / TOKENIZER).write_bytes(tokenizer.read_bytes())
        (part / ENCODER).write_text(json.dumps(kept, indent=1))
        (part / f"{recipe.task}.json").write_text(json.dumps(facts, indent=1))
