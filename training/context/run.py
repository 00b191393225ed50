"""The ``context`` task from corpus to checkpoint: cells, vectors, frozen and unfrozen stage."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import nn

from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.networks.context import ContextNetwork
from jupyter_cellorder.networks.context_shape import ContextConfig
from training.context.data import Collator, ContextQuestions, LengthBatches
from training.context.model import ContextModel
from training.context.recipe import ContextRecipe, ContextStage
from training.context.scores import score
from training.context.vectors import encode_rows, frozen_vectors
from training.data.cells import CellStore, NotebookRow
from training.data.part import open_part
from training.encoders import check_length, load_encoder, save_tokenizer
from training.loop import processes
from training.loop.results import save_weights, weights_of, whole_folder
from training.loop.trainer import StageTrainer
from training.tasks import Order

_LOG = logging.getLogger(__name__)


class ContextRun:
    """One training run in a folder; every finished part is found again by a later call.

    ``frozen/``, ``unfrozen/``, ``further-1/`` and so on hold the stages' checkpoints, ``vectors/``
    what the encoder made of all cells, in a folder named after the first of the stages that leave
    it as it then is, ``checkpoint/`` the result: ``model.safetensors``, ``tokenizer.json``,
    ``encoder.json``, ``idf.npy``, ``context.json``.
    """

    def __init__(self, recipe: ContextRecipe, order: Order) -> None:
        self.recipe, self.order, self.output = recipe, order, order.output
        self.output.mkdir(parents=True, exist_ok=True)
        # On a processor the fused kernel's backward pass is several times slower for short texts.
        attention = None if torch.cuda.is_available() else "eager"
        self.encoder: nn.Module = load_encoder(
            order.encoder(recipe.encoder), recipe.dropout, attention
        )
        longest = max(recipe.tokens.markdown, recipe.tokens.code)
        check_length(recipe.encoder, self.encoder, longest)
        self.tokenizer_file = self.output / "tokenizer.json"
        if processes.is_main():
            save_tokenizer(order.encoder(recipe.encoder), self.tokenizer_file)
        processes.wait()
        self.width = int(self.encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.pad = int(self.encoder.config.pad_token_id or 0)  # type: ignore[union-attr, arg-type]

    def run(self) -> Path:
        """Train; the checkpoint's folder."""
        torch.manual_seed(self.recipe.seed)
        train, valid = self._store("train", self.recipe.notebooks), self._store("valid")
        idf = train.corpus_idf()
        config = ContextConfig(
            vector=self.width,
            features=WIDTH,
            **vars(self.recipe.network),
        )
        model = ContextModel(ContextNetwork(config), self.encoder, self.recipe.loss)
        model.to(processes.state().device).requires_grad_(True)
        stages = {
            "frozen": self.recipe.frozen,
            "unfrozen": self.recipe.unfrozen,
            **{f"further-{n}": stage for n, stage in enumerate(self.recipe.further, 1)},
        }
        encoded = ""
        for number, (name, stage) in enumerate(stages.items()):
            if stage is not None:
                model.unfreeze(stage.unfrozen_layers)
                model.regularise(stage.dropout, stage.blurred)
                encoded = "" if stage.unfrozen_layers else encoded or name
                # A further stage draws other notebooks and asks other questions of them.
                seed = self.recipe.seed + max(0, number - 1)
                drawn = self._store("train", stage.notebooks) if stage.notebooks else train
                self._stage(name, stage, seed, model, drawn, valid, idf, encoded)
        folder = self.output / "checkpoint"
        if processes.is_main():
            self._save(folder, model, idf, config)
        processes.wait()
        return folder

    def _store(self, part: str, notebooks: int = 0) -> CellStore:
        return open_part(self.order, self.recipe, part, self.tokenizer_file, notebooks)

    def _vectors(self, name: str, store: CellStore) -> NDArray[np.float16]:
        # Not beside the store: other runs share that, with encoders of other weights.
        path = self.output / "vectors" / name / f"{store.folder.name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        with processes.main_first():
            return frozen_vectors(store, self.encoder, path, self.pad)

    def _stage(
        self,
        name: str,
        stage: ContextStage,
        seed: int,
        model: ContextModel,
        train: CellStore,
        valid: CellStore,
        idf: NDArray[np.float32],
        encoded: str,
    ) -> None:
        folder = self.output / name
        weights = folder / "model.safetensors"
        if weights.exists():
            model.load_state_dict(load_file(weights))
            return
        frozen = stage.unfrozen_layers == 0
        vectors = self._vectors(encoded, train) if frozen else None
        held_out = self._vectors(encoded, valid) if frozen else None
        collator = Collator(train, idf, vectors, self.pad)
        scored = self._scored(valid)

        def scores() -> Mapping[str, float]:
            model.eval()
            vectors = self._fresh(valid, scored) if held_out is None else held_out
            judge = Collator(valid, idf, vectors, self.pad)
            return vars(score(model, valid, scored, judge, self.recipe.seed))

        batches = LengthBatches(train, stage.longest, stage.cells, seed)
        trainer = StageTrainer(
            model,
            ContextQuestions(
                train,
                stage.mixture or self.recipe.mixture,
                stage.longest,
                seed,
                stage.questions,
                stage.displaced,
                stage.dropped,
            ),
            batches,
            collator.together,
            scores,
            {"network.": stage.rate, **({} if frozen else {"encoder.": stage.encoder_rate})},
            stage,
            folder,
            seed,
        )
        began = copy.deepcopy(weights_of(model)) if stage.kept else {}
        trainer.fit()
        if stage.kept:
            model.step_back(began, stage.kept)
        save_weights(model, weights)

    def _fresh(self, store: CellStore, scored: list[NotebookRow]) -> NDArray[np.float16]:
        """Vectors, by the encoder as it stands, of the cells that are scored; the rest is zero."""
        rows = np.unique(np.concatenate([row.cells for row in scored]))
        vectors = np.zeros((len(store), self.width), dtype=np.float16)
        tokens = [store.tokens[int(row)] for row in rows]
        vectors[rows] = encode_rows(self.encoder, tokens, self.pad)
        return vectors

    def _scored(self, store: CellStore) -> list[NotebookRow]:
        rng = np.random.default_rng(self.recipe.seed)
        count = min(self.recipe.scored, len(store.notebooks))
        chosen = rng.choice(len(store.notebooks), count, replace=False)
        return [store.notebooks[i] for i in sorted(chosen)]

    def _save(
        self,
        folder: Path,
        model: ContextModel,
        idf: NDArray[np.float32],
        config: ContextConfig,
    ) -> None:
        encoder = self.encoder.config.to_dict()  # type: ignore[union-attr, operator]
        encoder.pop("_name_or_path", None)
        facts = {
            "kind": self.recipe.task,
            "recipe": self.order.name,
            "encoder": self.recipe.encoder,
            "network": config.as_dict(),
            "tokens": vars(self.recipe.tokens),
            "again": self.recipe.again,
        }
        with whole_folder(folder) as part:
            save_file(weights_of(model), part / "model.safetensors")
            np.save(part / "idf.npy", idf.astype(np.float16))
            (part / "tokenizer.json").write_bytes(self.tokenizer_file.read_bytes())
            (part / "encoder.json").write_text(json.dumps(encoder, indent=1))
            (part / "context.json").write_text(json.dumps(facts, indent=1))


def train(recipe: ContextRecipe, order: Order) -> Path:
    """See :class:`training.tasks.Train`."""
    return ContextRun(recipe, order).run()
