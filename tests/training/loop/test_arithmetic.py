"""Precision, activations computed twice, attention: what a stage's settings make of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_training import tiny_encoder
from torch import nn
from toy_training import trainer

from training.encoders import load_encoder
from training.loop import precision
from training.loop.trainer import StageTrainer, _checkpoint_gradients


def watched(made: StageTrainer) -> set[torch.dtype]:
    """What the first layer gives while it trains, from now on."""
    seen: set[torch.dtype] = set()

    def look(layer: nn.Module, _: Any, output: torch.Tensor) -> None:
        if layer.training:
            seen.add(output.dtype)

    assert isinstance(made.model, nn.Module)
    made.model.get_submodule("head.0").register_forward_hook(look)
    return seen


@pytest.mark.skipif(torch.cuda.is_available(), reason="the GPU says what it has")
@pytest.mark.parametrize(
    ("wanted", "has", "given"),
    [("bf16", True, "bfloat16"), ("bf16", False, "float32"), ("fp32", True, "float32")],
)
def test_training_and_forecast_compute_alike(
    wanted: str, has: bool, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_processor_has_bf16", lambda: has)
    made = trainer(tmp_path, steps=2, score_every=2, precision=wanted)
    seen = watched(made)
    assert made.forecast().steps == 2
    assert seen == {getattr(torch, given)}
    seen.clear()
    made.fit()
    assert seen == {getattr(torch, given)}


@pytest.mark.skipif(torch.cuda.is_available(), reason="the GPU says what it has")
def test_a_stage_leaves_no_precision_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_processor_has_bf16", lambda: True)
    made = trainer(tmp_path, steps=2, score_every=2, precision="bf16")
    model = made.fit()
    seen = watched(made)
    model.train()
    model(batch=made._collate([made._questions[0]]))
    assert seen == {torch.float32}


def test_minutes_that_end_a_stage_early_are_forecast(tmp_path: Path) -> None:
    said = str(trainer(tmp_path, steps=10**9, minutes=2.0).forecast())
    assert "its minutes end it after 2 min, at about step" in said
    assert "minutes" not in str(trainer(tmp_path, steps=2).forecast())


def test_activations_are_computed_twice_only_where_wanted(tmp_path: Path) -> None:
    encoder: Any = load_encoder(str(tiny_encoder(tmp_path)), dropout=0.1)
    model = nn.ModuleDict({"encoder": encoder})
    ids = torch.arange(24).reshape(2, 12) % 30
    gradients = []
    for wanted in (False, True, False):
        _checkpoint_gradients(model, wanted)
        assert encoder.is_activation_checkpointing == wanted
        model.train()
        model.zero_grad()
        torch.manual_seed(0)
        encoder(input_ids=ids).last_hidden_state.square().sum().backward()
        gradients.append(encoder.embeddings.word_embeddings.weight.grad.clone())
    assert gradients[0].abs().max() > 0
    assert torch.allclose(gradients[0], gradients[1], atol=1e-6)
    assert torch.equal(gradients[0], gradients[2])


def test_encoders_attend_by_one_fused_call(tmp_path: Path) -> None:
    encoder: Any = load_encoder(str(tiny_encoder(tmp_path)))
    assert encoder.config._attn_implementation == "sdpa"


def test_the_optimiser_is_the_fused_one(tmp_path: Path) -> None:
    optimiser = trainer(tmp_path).create_optimizer()
    assert isinstance(optimiser, torch.optim.AdamW)
    assert optimiser.defaults["fused"] is True
