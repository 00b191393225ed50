"""What the encoder is asked, and what it learns from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_training import tiny_encoder, tiny_roberta
from torch import Tensor

from training.adapt.data import AdaptBatch
from training.adapt.model import AdaptModel
from training.adapt.recipe import OBJECTIVES, Corruption
from training.encoders import load_encoder, load_tokenizer

ASKED = pytest.mark.parametrize("objective", OBJECTIVES)


@pytest.fixture(scope="module", params=["bert", "roberta"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp(request.param)
    return tiny_encoder(made) if request.param == "bert" else tiny_roberta(made)


class Made:
    """A model and a batch of three pieces, the last two padded."""

    def __init__(self, folder: Path, objective: str) -> None:
        tokenizer = load_tokenizer(str(folder))
        self.pad = int(tokenizer.pad_token_id)
        torch.manual_seed(0)
        self.encoder: Any = load_encoder(str(folder), 0.0)
        corruption = Corruption(objective=objective, rtd_weight=5.0)
        self.model = AdaptModel(self.encoder, corruption, int(tokenizer.mask_token_id))
        texts = [f"now we {word} the table_{word} = print" for word in ("plot", "fit", "merge")]
        rows = [tokenizer(text)["input_ids"] for text in texts]
        rows[1], rows[2] = rows[1][:8], rows[2][:5]
        width = max(map(len, rows))
        ids = torch.tensor([[*row, *[self.pad] * (width - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        hidden = torch.zeros(ids.shape, dtype=torch.bool)
        hidden[:, 2:4] = True
        self.batch = AdaptBatch(ids, mask, hidden)


@ASKED
def test_a_few_pieces_can_be_learned(folder: Path, objective: str) -> None:
    made = Made(folder, objective)
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=2e-3)
    losses = []
    for _ in range(60):
        found = made.model(made.batch)
        losses.append(float(found["loss"].detach()))
        optimizer.zero_grad()
        found["loss"].backward()
        optimizer.step()
    assert set(found) == {"loss", "mlm", *(["rtd"] if "rtd" in objective else [])}
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


@ASKED
def test_the_gradient_reaches_every_layer_of_the_encoder(folder: Path, objective: str) -> None:
    made = Made(folder, objective)
    made.model(made.batch)["loss"].backward()
    for name, value in made.encoder.named_parameters():
        assert value.grad is not None and value.grad.abs().sum() > 0, name
    parts = {name.split(".")[0] for name, _ in made.model.named_parameters()}
    assert (
        parts
        == {
            "mlm": {"encoder", "language"},
            "rtd": {"encoder", "generator", "detector"},
            "mlm+rtd": {"encoder", "language", "detector"},
        }[objective]
    )
    untouched = [name for name, value in made.model.named_parameters() if value.grad is None]
    assert untouched == []


def test_detection_teaches_the_generator_nothing(folder: Path) -> None:
    """As in ELECTRA, the generator learns from its own guesses alone."""
    made = Made(folder, "rtd")
    generator = dict(made.model.generator.named_parameters())  # type: ignore[union-attr]

    def gradients(weight: float) -> list[Tensor]:
        made.model._rtd_weight = weight
        made.model.zero_grad()
        torch.manual_seed(1)
        made.model(made.batch)["loss"].backward()
        return [value.grad.clone() for value in generator.values() if value.grad is not None]

    without, much = gradients(0.0), gradients(1000.0)
    assert len(without) == len(generator)
    assert all(torch.equal(one, other) for one, other in zip(without, much, strict=True))


@pytest.mark.parametrize("objective", ["rtd", "mlm+rtd"])
def test_a_replacement_that_is_the_original_counts_as_one(
    folder: Path, objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(folder, objective)
    truth = made.batch.ids[made.batch.hidden]
    said = truth.clone()
    said[::2] = (said[::2] + 1) % made.encoder.config.vocab_size
    certain = torch.nn.functional.one_hot(said, made.encoder.config.vocab_size) * 1e4
    guesser = made.model.language if objective == "mlm+rtd" else made.model.generator
    monkeypatch.setattr(guesser, "forward", lambda *_: certain.float())
    found = torch.randn(*made.batch.ids.shape, 1)
    monkeypatch.setattr(made.model.detector, "forward", lambda _: found)
    labels = torch.zeros(made.batch.ids.shape)
    labels[made.batch.hidden] = torch.arange(len(truth)).remainder(2).eq(0).float()
    there = made.batch.mask.bool()
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        found[..., 0][there], labels[there]
    )
    assert float(made.model(made.batch)["rtd"]) == pytest.approx(float(expected), rel=1e-5)


def test_replacements_are_drawn_as_the_guesses_say(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(folder, "rtd")
    likely = torch.zeros(int(made.batch.hidden.sum()), made.encoder.config.vocab_size) - 1e4
    likely[:, 7], likely[:, 8] = torch.tensor(0.75).log(), torch.tensor(0.25).log()
    monkeypatch.setattr(made.model.generator, "forward", lambda *_: likely)
    seen: list[Tensor] = []

    def noted(ids: Tensor, mask: Tensor) -> Tensor:
        seen.append(ids)
        return torch.zeros(*ids.shape, made.encoder.config.hidden_size)

    monkeypatch.setattr(made.model, "_encoded", noted)
    torch.manual_seed(0)
    for _ in range(300):
        made.model(made.batch)
    drawn = torch.stack([ids[made.batch.hidden] for ids in seen])
    assert set(drawn.unique().tolist()) == {7, 8}
    assert float((drawn == 7).float().mean()) == pytest.approx(0.75, abs=0.04)
    for ids in seen:
        assert torch.equal(ids[~made.batch.hidden], made.batch.ids[~made.batch.hidden])


def test_of_the_hidden_most_are_masked_some_kept_some_others(folder: Path) -> None:
    """BERT's 80, 10 and 10 %, where the encoder itself is asked; all where a generator is."""
    made = Made(folder, "mlm")
    big = AdaptBatch(*(tensor.repeat(700, 1) for tensor in made.batch))
    torch.manual_seed(0)
    shown = made.model._shown(big)
    assert torch.equal(shown[~big.hidden], big.ids[~big.hidden])
    there = shown[big.hidden]
    masked = there == made.model._mask_token
    kept = there == big.ids[big.hidden]
    assert float(masked.float().mean()) == pytest.approx(0.8, abs=0.03)
    assert float(kept.float().mean()) == pytest.approx(0.1, abs=0.03)
    shown = Made(folder, "rtd").model._shown(big)
    assert (shown[big.hidden] == made.model._mask_token).all()


@ASKED
def test_where_nothing_is_hidden_the_loss_is_a_number(folder: Path, objective: str) -> None:
    """A batch of the shortest pieces may hold nothing but empty cells."""
    made = Made(folder, objective)
    found = made.model(made.batch._replace(hidden=torch.zeros_like(made.batch.hidden)))
    assert float(found["mlm"]) == 0
    assert all(bool(torch.isfinite(value)) for value in found.values())
    found["loss"].backward()
    for _, value in made.model.named_parameters():
        assert value.grad is None or bool(torch.isfinite(value.grad).all())


@ASKED
def test_padding_does_not_show_in_the_loss(folder: Path, objective: str) -> None:
    made = Made(folder, objective)
    made.model.eval()
    one = AdaptBatch(*(tensor[1:2] for tensor in made.batch))
    size = int(one.mask.sum())
    bare = AdaptBatch(*(tensor[:, :size] for tensor in one))
    assert size < one.ids.shape[1]
    with torch.inference_mode():
        losses = []
        for batch in (one, bare):
            shown = batch.ids.masked_fill(batch.hidden, made.model._mask_token)
            if made.model.generator is not None:
                vectors = made.model.generator(
                    shown, batch.mask, batch.hidden, made.model._embeddings
                )
            else:
                vectors = made.model._encoded(shown, batch.mask)[batch.hidden]
            losses.append(vectors)
    assert torch.allclose(*losses, atol=1e-5)


def test_the_generator_counts_places_as_the_encoder_does(folder: Path) -> None:
    """RoBERTa's places begin behind the padding's id; the generator sees vectors, not ids."""
    made = Made(folder, "rtd")
    places: dict[str, Tensor] = {}

    def note(name: str) -> Any:
        return lambda _module, inputs, _out: places.update({name: inputs[0].expand(3, -1)})

    body = made.model.generator.body  # type: ignore[union-attr]
    hooks = [
        made.encoder.embeddings.position_embeddings.register_forward_hook(note("encoder")),
        body.embeddings.position_embeddings.register_forward_hook(note("generator")),
    ]
    made.model(made.batch)
    for hook in hooks:
        hook.remove()
    there = made.batch.mask.bool()
    assert torch.equal(places["encoder"][there], places["generator"][there])
    first = 2 if made.encoder.config.model_type == "roberta" else 0
    assert places["generator"][0, :3].tolist() == [first, first + 1, first + 2]
