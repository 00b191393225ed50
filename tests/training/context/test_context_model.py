"""Network and encoder as one trainable module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_store import example, kinds, store
from tiny_training import tiny_encoder
from torch import nn

from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.networks.context import ContextInput, ContextNetwork, Look
from jupyter_cellorder.networks.context_shape import ContextConfig
from training.context.data import Collator, Question, ask_all
from training.context.loss import LossWeights
from training.context.model import ContextModel
from training.context.vectors import frozen_vectors
from training.data.cells import CellStore, Ragged
from training.encoders import load_encoder


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def model(encoder_folder: Path) -> ContextModel:
    torch.manual_seed(0)
    config = ContextConfig(
        vector=32,
        features=WIDTH,
        width=16,
        heads=2,
        feed_forward=16,
        first_layers=1,
        second_layers=1,
        dropout=0.0,
    )
    return ContextModel(ContextNetwork(config), load_encoder(str(encoder_folder)), LossWeights())


@pytest.fixture
def corpus(tmp_path: Path) -> CellStore:
    made = store([example("a", kinds("mcmcc")), example("b", kinds("cmmc", 9))], tmp_path)
    # The tiny encoder knows fewer words than the tokenizer here.
    made.tokens = Ragged(made.tokens.flat % 40, made.tokens.offsets)
    return made


def questions(corpus: CellStore) -> list[Question]:
    rng = np.random.default_rng(0)
    return [ask_all(row.cells, corpus.markdown, rng) for row in corpus.notebooks]


def trained(module: nn.Module) -> set[str]:
    return {name for name, value in module.named_parameters() if value.requires_grad}


def test_layers_are_unfrozen_from_the_top(model: ContextModel) -> None:
    assert model.encoder is not None
    model.encoder.requires_grad_(False)
    model.unfreeze(0)
    assert not trained(model.encoder)
    model.unfreeze(1)
    assert trained(model.encoder)
    assert all(name.startswith("encoder.layer.1.") for name in trained(model.encoder))
    model.unfreeze(2)
    assert trained(model.encoder) == {name for name, _ in model.encoder.named_parameters()}
    model.unfreeze(1)
    assert all(name.startswith("encoder.layer.1.") for name in trained(model.encoder))


def test_frozen_vectors_and_tokens_say_the_same(
    model: ContextModel, corpus: CellStore, tmp_path: Path
) -> None:
    assert model.encoder is not None
    model.eval()
    vectors = frozen_vectors(corpus, model.encoder, tmp_path / "vectors.npy", 0)
    idf = corpus.corpus_idf()
    asked = questions(corpus)
    frozen, live = Collator(corpus, idf, vectors)(asked), Collator(corpus, idf, None)(asked)
    with torch.inference_mode():
        # bfloat16 and float16 on the way: three digits.
        assert torch.allclose(model.encode(frozen), model.encode(live), atol=0.03)
        assert model(frozen)["loss"].item() == pytest.approx(model(live)["loss"].item(), rel=0.02)


def test_the_loss_reaches_the_encoder_where_tokens_come_along(
    model: ContextModel, corpus: CellStore
) -> None:
    assert model.encoder is not None
    loss = model(Collator(corpus, corpus.corpus_idf(), None)(questions(corpus)))["loss"]
    loss.backward()
    gradients = [value.grad for value in model.encoder.parameters() if value.grad is not None]
    assert sum(float(one.abs().sum()) for one in gradients) > 0


def answered(model: ContextModel, corpus: CellStore) -> torch.Tensor:
    batch = Collator(corpus, corpus.corpus_idf(), None)(questions(corpus))
    with torch.no_grad():
        return model.looks(batch)[1].before


def test_what_forgets_in_training_does_not_when_it_answers(
    model: ContextModel, corpus: CellStore
) -> None:
    model.eval()
    plain = answered(model, corpus)
    model.regularise(0.5, 0.5)
    assert torch.equal(answered(model, corpus), plain)
    model.network.train()  # the encoder has a dropout of its own
    model.training = True
    assert not torch.equal(answered(model, corpus), answered(model, corpus))
    model.regularise(None, 0.0)  # the shape's own, which is none
    assert torch.equal(answered(model, corpus), plain)


def test_the_same_channels_are_hidden_in_all_cells_of_a_question(
    model: ContextModel, corpus: CellStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[torch.Tensor] = []
    network = model.network.forward

    def watched(batch: ContextInput) -> tuple[Look, Look]:
        seen.append(batch.vectors)
        return network(batch)

    monkeypatch.setattr(model.network, "forward", watched)
    model.train()
    model.regularise(0.0, 0.5)
    answered(model, corpus)
    hidden = seen[0] == 0  # (questions, cells, channels); no other number is just zero
    assert 0.2 < hidden.float().mean() < 0.8
    assert all(torch.equal(one, one[:1].expand_as(one)) for one in hidden)
    assert not torch.equal(hidden[0, 0], hidden[1, 0])
