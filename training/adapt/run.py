"""Training by an ``adapt`` recipe: the result is an encoder's folder, to start others from."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from training.adapt.data import Piece, PieceBatches, Pieces, collate
from training.adapt.model import AdaptModel
from training.adapt.recipe import AdaptRecipe
from training.data.cells import CellStore
from training.data.part import open_part
from training.encoders import DROPOUT, check_length, load_config, load_encoder, load_tokenizer
from training.loop import processes
from training.loop.precision import half
from training.loop.results import save_weights, whole_folder
from training.loop.trainer import StageTrainer
from training.tasks import Order

_LOG = logging.getLogger(__name__)


class AdaptRun:
    """One training run in a folder; every finished part is found again by a later call.

    ``stage/`` holds the loop's checkpoints and log; ``checkpoint/`` is an encoder's folder with its
    tokenizer, as `transformers` reads it, and ``adapt.json``.
    """

    def __init__(self, recipe: AdaptRecipe, order: Order) -> None:
        self.recipe, self.order = recipe, order
        order.output.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seed)
        self.encoder = load_encoder(order.encoder(recipe.encoder), recipe.dropout)
        check_length(recipe.encoder, self.encoder, recipe.stage.length)
        self.tokenizer = load_tokenizer(order.encoder(recipe.encoder))
        self.tokenizer_file = order.output / "tokenizer.json"
        if processes.is_main():
            self.tokenizer.backend_tokenizer.save(str(self.tokenizer_file))
        processes.wait()
        self.model = AdaptModel(self.encoder, recipe.corruption, self.tokenizer.mask_token_id)
        self.device = processes.state().device
        self.model.to(self.device)
        self.collate = partial(collate, pad=int(self.tokenizer.pad_token_id))

    def run(self) -> Path:
        """Train; the encoder's folder."""
        weights = self.order.output / "stage" / "model.safetensors"
        if weights.exists():
            self.model.load_state_dict(load_file(weights))
        else:
            self._train(weights)
        folder = self.order.output / "checkpoint"
        if processes.is_main():
            self._save(folder)
        processes.wait()
        return folder

    def _pieces(self, store: CellStore) -> tuple[Pieces, PieceBatches]:
        recipe, stage = self.recipe, self.recipe.stage
        return (
            Pieces(store, stage.length, recipe.corruption.share, recipe.seed),
            PieceBatches(store, stage.length, stage.batch, recipe.seed),
        )

    def _train(self, weights: Path) -> None:
        recipe, stage = self.recipe, self.recipe.stage
        train = open_part(self.order, recipe, "train", self.tokenizer_file, recipe.notebooks)
        valid = open_part(self.order, recipe, "valid", self.tokenizer_file, recipe.scored)
        held_out = self._pieces(valid)
        shown, batches = self._pieces(train)
        _LOG.info(
            "%d notebooks, %d pieces and %.1f M tokens an epoch",
            len(train.notebooks),
            len(batches) * stage.batch,
            batches.tokens / 1e6,
        )
        trainer = StageTrainer(
            self.model,
            shown,
            batches,
            self.collate,
            lambda: self._score(*held_out),
            {
                "encoder.": stage.encoder_rate,
                **dict.fromkeys(("language.", "generator.", "detector."), stage.rate),
            },
            stage,
            weights.parent,
            recipe.seed,
            judged_by="score",
        )
        save_weights(trainer.fit(), weights)

    def _score(self, shown: Pieces, batches: PieceBatches) -> Mapping[str, float]:
        """Losses on held-out notebooks, always with the same hidden tokens and the same chance."""
        training = self.model.training
        self.model.eval()
        loader: DataLoader[Piece] = DataLoader(
            shown, batch_sampler=batches, collate_fn=self.collate
        )
        found: dict[str, list[float]] = {}
        with torch.random.fork_rng(), torch.inference_mode(), half(self.device):
            torch.manual_seed(self.recipe.seed)
            for batch in loader:
                moved = type(batch)(*(tensor.to(self.device) for tensor in batch))
                for name, value in self.model(moved).items():
                    found.setdefault(name, []).append(float(value))
        self.model.train(training)
        means = {name: float(np.mean(values)) for name, values in found.items()}
        return {**means, "score": -means["loss"]}

    def _save(self, folder: Path) -> None:
        facts = {
            "kind": self.recipe.task,
            "recipe": self.order.name,
            "encoder": self.recipe.encoder,
            "corruption": vars(self.recipe.corruption),
        }
        # Whoever starts from it drops out as from the encoder before, whatever this recipe did.
        rates = load_config(self.order.encoder(self.recipe.encoder))
        for name in DROPOUT:
            if hasattr(rates, name):
                setattr(self.encoder.config, name, getattr(rates, name))
        with whole_folder(folder) as part:
            self.encoder.save_pretrained(part)  # type: ignore[operator]
            self.tokenizer.save_pretrained(part)
            (part / "adapt.json").write_text(json.dumps(facts, indent=1))


def train(recipe: AdaptRecipe, order: Order) -> Path:
    """See :class:`training.tasks.Train`."""
    return AdaptRun(recipe, order).run()
