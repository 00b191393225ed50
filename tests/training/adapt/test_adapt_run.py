"""Continued pre-training: how it is scored, and what it leaves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_training import tiny_corpus, tiny_encoder
from transformers import AutoModel, AutoTokenizer

from jupyter_cellorder.evaluation.splits import Split
from training import tasks
from training.adapt import run as adapt_run
from training.adapt.recipe import OBJECTIVES, AdaptRecipe
from training.adapt.run import AdaptRun
from training.data.part import open_part
from training.tasks import Order


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "corpus").mkdir()
    tiny_corpus(folder / "corpus", 12, 0)
    tiny_encoder(folder / "encoder")
    return folder


def made(home: Path, output: Path, objective: str, *changes: str) -> AdaptRun:
    recipe = tasks.load(
        "minilm-adapt",
        [
            f"encoder={home}/encoder",
            f"corruption.objective={objective}",
            "notebooks=0",
            "scored=6",
            "stage.length=48",
            "stage.batch=8",
            *changes,
        ],
    )
    assert isinstance(recipe, AdaptRecipe)
    return AdaptRun(recipe, Order("mine", Split(home / "corpus"), output, home / "cache"))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("training", [True, False])
def test_a_score_is_always_the_same_and_leaves_no_trace(
    home: Path, tmp_path: Path, objective: str, training: bool
) -> None:
    """Dropout and all: the hidden tokens, and the chance by which they are replaced."""
    run = made(home, tmp_path, objective, "dropout=0.3")
    held_out = run._pieces(open_part(run.order, run.recipe, "valid", run.tokenizer_file, 6))
    run.model.train(training)
    torch.manual_seed(11)
    np.random.seed(11)
    states = torch.random.get_rng_state(), np.random.get_state()[1].tolist()  # type: ignore[index]
    first = run._score(*held_out)
    assert torch.equal(torch.random.get_rng_state(), states[0])
    assert np.random.get_state()[1].tolist() == states[1]  # type: ignore[index]
    assert all(part.training is training for part in run.model.modules())
    torch.manual_seed(12)
    assert run._score(*held_out) == first
    assert first["score"] == -first["loss"]
    assert set(first) == {"loss", "score", "mlm", *(["rtd"] if "rtd" in objective else [])}
    assert all(np.isfinite(list(first.values())))


def test_a_run_leaves_an_encoder_and_is_found_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("stage.steps=3", "stage.score_every=2", "stage.encoder_rate=0.003")
    folder = made(home, tmp_path / "run", "mlm+rtd", *asked).run()
    assert folder == tmp_path / "run" / "checkpoint"
    facts = json.loads((folder / "adapt.json").read_text())
    assert facts["kind"] == "adapt"
    assert facts["corruption"]["objective"] == "mlm+rtd"
    encoder = AutoModel.from_pretrained(str(folder))
    before = AutoModel.from_pretrained(str(home / "encoder"))
    name = "encoder.layer.0.output.dense.weight"
    weight = encoder.state_dict()[name]
    assert not torch.equal(weight, before.state_dict()[name])
    assert AutoTokenizer.from_pretrained(str(folder)).mask_token == "[MASK]"
    # This recipe trains without dropout; whoever starts from the result has what the encoder had.
    for rate in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
        assert getattr(encoder.config, rate) == getattr(before.config, rate) > 0
    assert not list((tmp_path / "run").glob("*.part"))

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was trained again")

    monkeypatch.setattr(adapt_run, "StageTrainer", never)
    shutil.rmtree(folder)
    again = made(home, tmp_path / "run", "mlm+rtd", *asked).run()
    assert torch.equal(AutoModel.from_pretrained(str(again)).state_dict()[name], weight)
