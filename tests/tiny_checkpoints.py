"""Checkpoints of every kind that nobody trained: what a finished run leaves, at random."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from jupyter_cellorder.lexical import BUCKETS
from jupyter_cellorder.members.sequence_rows import PairwiseLayout, PointwiseLayout
from jupyter_cellorder.networks.context import ContextNetwork
from jupyter_cellorder.networks.context_shape import ContextConfig
from jupyter_cellorder.networks.sequence import SequenceScorer
from training.encoders import load_encoder, save_tokenizer
from training.pairwise.recipe import PairwiseRecipe
from training.pointwise.recipe import PointwiseRecipe
from training.recipe import TokenLimits
from training.sequences.checkpoint import write_checkpoint

TOKENS = TokenLimits(markdown=16, code=20)


def sequence_checkpoint(run: Path, kind: str, encoder: Path) -> Path:
    """A ``pointwise`` or ``pairwise`` run on an encoder; the run's folder."""
    recipe: PointwiseRecipe | PairwiseRecipe
    if kind == "pointwise":
        layout = PointwiseLayout(length=60, code_cells=4)
        recipe = PointwiseRecipe(
            summary="tiny", task=kind, encoder=str(encoder), tokens=TOKENS, layout=layout
        )
    else:
        recipe = PairwiseRecipe(
            summary="tiny",
            task=kind,
            encoder=str(encoder),
            tokens=TOKENS,
            layout=PairwiseLayout(length=30),
        )
    network = scorer(encoder, 1 if kind == "pointwise" else 0)
    run.mkdir(parents=True)
    tokenizer = run / "tokenizer.json"
    save_tokenizer(str(encoder), tokenizer)
    config: Any = network.encoder.config
    weights = network.state_dict()
    write_checkpoint(
        run / "checkpoint", recipe, f"tiny-{kind}", weights, tokenizer, config.to_dict(), 0.5
    )
    return run


def scorer(encoder: Path, extras: int) -> SequenceScorer:
    """A network in which every parameter shows in the score."""
    made = SequenceScorer(load_encoder(str(encoder)), extras)
    torch.manual_seed(1)
    stirred(made)
    return made.eval()


def stirred(module: nn.Module) -> None:
    """So that a layer that is left out or mistaken for another changes the answer."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))


def context_checkpoint(run: Path, encoder: Path) -> Path:
    """A ``context`` run on an encoder; the run's folder."""
    folder = run / "checkpoint"
    folder.mkdir(parents=True)
    loaded: Any = load_encoder(str(encoder))
    config = ContextConfig(
        vector=loaded.config.hidden_size,
        width=32,
        heads=2,
        feed_forward=32,
        first_layers=1,
        second_layers=1,
    )
    torch.manual_seed(2)
    network = ContextNetwork(config)
    stirred(network)
    weights = {f"encoder.{name}": value for name, value in loaded.state_dict().items()}
    weights |= {f"network.{name}": value for name, value in network.state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    save_tokenizer(str(encoder), folder / "tokenizer.json")
    (folder / "encoder.json").write_text(json.dumps(loaded.config.to_dict()))
    np.save(folder / "idf.npy", np.ones(BUCKETS, dtype=np.float16))
    facts = {
        "recipe": "tiny-context",
        "encoder": str(encoder),
        "network": config.as_dict(),
        "tokens": vars(TOKENS),
    }
    (folder / "context.json").write_text(json.dumps(facts))
    return run


def ensemble_run(run: Path, weights: dict[str, float], strategy: str = "submission-mean") -> Path:
    """What the ``ensemble`` task writes beside its members' runs."""
    members = [{"name": name, "weight": weight} for name, weight in weights.items()]
    record = {"recipe": "tiny-all", "strategy": strategy, "members": members}
    (run / "ensemble.json").write_text(json.dumps(record))
    return run
