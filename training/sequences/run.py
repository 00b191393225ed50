"""A task over sequences from corpus to checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from training.data.cells import CellStore
from training.data.part import open_part
from training.encoders import check_length, load_encoder, save_tokenizer
from training.loop import processes
from training.loop.results import save_weights, weights_of
from training.loop.trainer import StageTrainer
from training.pairwise.recipe import PairwiseRecipe
from training.pointwise.recipe import PointwiseRecipe
from training.sequences.checkpoint import write_checkpoint
from training.sequences.data import LikeLengths, Questions, Rows, collate
from training.sequences.model import SequenceModel
from training.sequences.scores import answers, fitted_temperature, judged
from training.tasks import Order

_LOG = logging.getLogger(__name__)


class SequenceRun:
    """One training run in a folder; every finished part is found again by a later call.

    ``stage/`` holds the loop's checkpoints and log, ``checkpoint/`` the result:
    ``model.safetensors``, ``tokenizer.json``, ``encoder.json`` and ``<kind>.json``.
    """

    def __init__(
        self, recipe: PointwiseRecipe | PairwiseRecipe, questions: Questions, order: Order
    ) -> None:
        self.recipe, self.questions, self.order = recipe, questions, order
        order.output.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seed)
        encoder = load_encoder(order.encoder(recipe.encoder), recipe.dropout)
        check_length(recipe.encoder, encoder, recipe.layout.length)
        self.config: dict[str, Any] = encoder.config.to_dict()  # type: ignore[union-attr, operator]
        self.pad = int(self.config.get("pad_token_id") or 0)
        self.types = int(self.config.get("type_vocab_size") or 1)
        self.tokenizer = order.output / "tokenizer.json"
        if processes.is_main():
            save_tokenizer(order.encoder(recipe.encoder), self.tokenizer)
        processes.wait()
        self.model = SequenceModel(encoder, questions)
        self.model.to(processes.state().device)

    def run(self) -> Path:
        """Train; the checkpoint's folder."""
        valid = open_part(self.order, self.recipe, "valid", self.tokenizer)
        scored = self._scored(valid)
        weights = self.order.output / "stage" / "model.safetensors"
        if weights.exists():
            self.model.load_state_dict(load_file(weights))
        else:
            self._train(valid, scored, weights)
        folder = self.order.output / "checkpoint"
        if processes.is_main():
            self._save(folder, self._answers(valid, scored))
        processes.wait()
        return folder

    def _train(self, valid: CellStore, scored: list[int], weights: Path) -> None:
        recipe, stage = self.recipe, self.recipe.stage
        train = open_part(self.order, recipe, "train", self.tokenizer, recipe.notebooks)
        batches = LikeLengths(train, self.questions, stage.batch, recipe.seed)
        _LOG.info(
            "%d notebooks, %d sequences and %.1f M tokens an epoch, %.1f %% of a batch is padding",
            len(train.notebooks),
            len(batches) * stage.batch,
            batches.tokens / 1e6,
            100 * batches.padding,
        )
        trainer = StageTrainer(
            self.model,
            Rows(train, self.questions),
            batches,
            partial(collate, pad=self.pad, types=self.types),
            lambda: self._score(valid, scored),
            {"encoder.": stage.encoder_rate, "head.": stage.rate},
            stage,
            weights.parent,
            recipe.seed,
        )
        save_weights(trainer.fit(), weights)

    def _scored(self, store: CellStore) -> list[int]:
        rng = np.random.default_rng(self.recipe.seed)
        count = min(self.recipe.scored, len(store.notebooks))
        return sorted(int(i) for i in rng.choice(len(store.notebooks), count, replace=False))

    def _answers(self, store: CellStore, scored: list[int]) -> list[Any]:
        return list(answers(self.model, self.questions, store, scored, self.pad, self.types))

    def _score(self, store: CellStore, scored: list[int]) -> Mapping[str, float]:
        training = self.model.training
        found = self._answers(store, scored)
        self.model.train(training)
        return {"kendall_tau": judged(self.questions, found, self.questions.temperature).tau}

    def _save(self, folder: Path, found: list[Any]) -> None:
        temperature = fitted_temperature(self.questions, found)
        write_checkpoint(
            folder,
            self.recipe,
            self.order.name,
            weights_of(self.model),
            self.tokenizer,
            self.config,
            temperature,
        )
        result = judged(self.questions, found, temperature)
        _LOG.info(
            "K %.4f (95 %% interval %.4f to %.4f) on %d held-out notebooks; temperature %.3f",
            result.tau,
            *result.interval,
            len(found),
            temperature,
        )
