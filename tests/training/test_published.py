"""Published state dicts to finished runs: what fits comes in, what does not is one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_checkpoints import scorer
from tiny_training import tiny_encoder, tiny_roberta
from torch import Tensor, nn
from transformers import AutoModel

from jupyter_cellorder.networks.sequence import SequenceScorer
from training import export, published
from training.encoders import load_config
from training.published import PublishedError, matched, read_state

State = dict[str, Tensor]


class MarkdownModel(nn.Module):
    """As the public notebooks of 2022 wrote it, pooling head and all."""

    def __init__(self, encoder: Path) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(encoder)
        self.top = nn.Linear(self.model.config.hidden_size + 1, 1)

    def forward(self, ids: Tensor, mask: Tensor, share: Tensor) -> Tensor:
        x = self.model(ids, mask)[0]
        scores: Tensor = self.top(torch.cat((x[:, 0, :], share), 1))
        return scores


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny encoders under the names of the recipes."""
    folder = tmp_path_factory.mktemp("hub")
    tiny_roberta(folder / "microsoft" / "codebert-base")
    tiny_encoder(folder / "prajjwal1" / "bert-small")
    return folder


@pytest.fixture(scope="module")
def codebert(hub: Path) -> Path:
    return hub / "microsoft" / "codebert-base"


@pytest.fixture(scope="module")
def model(codebert: Path) -> MarkdownModel:
    torch.manual_seed(5)
    return MarkdownModel(codebert).eval()


def brought(state: Path, recipe: str, output: Path, hub: Path) -> int:
    arguments = [str(state), "--recipe", recipe, "--output", str(output), "--encoders", str(hub)]
    return published.main(arguments)


def test_public_weights_answer_as_they_did(
    model: MarkdownModel, codebert: Path, hub: Path, tmp_path: Path
) -> None:
    path, run = tmp_path / "model.bin", tmp_path / "run"
    torch.save(model.state_dict(), path)
    assert brought(path, "codebert-5", run, hub) == 0
    network = SequenceScorer(AutoModel.from_pretrained(codebert, add_pooling_layer=False), 1)
    network.load_state_dict(load_file(run / "checkpoint" / "model.safetensors"))
    network.eval()
    ids, mask = torch.tensor([[0, 7, 9, 2, 11], [0, 8, 2, 1, 1]]), torch.ones(2, 5).long()
    mask[1, 3:] = 0
    share = torch.tensor([[0.3], [0.6]])
    with torch.inference_mode():
        truth = model(ids, mask, share)[:, 0]
        found = network(ids, mask, torch.zeros_like(ids), share)
    assert found.tolist() == pytest.approx(truth.tolist(), abs=1e-6)


def test_the_run_is_finished_and_the_recipes(
    model: MarkdownModel, codebert: Path, hub: Path, tmp_path: Path
) -> None:
    path, run = tmp_path / "model.bin", tmp_path / "ensemble" / "codebert-public"
    torch.save(model.state_dict(), path)
    assert brought(path, "codebert-5", run, hub) == 0
    assert [file.name for file in run.iterdir()] == ["checkpoint"]
    facts = json.loads((run / "checkpoint" / "pointwise.json").read_text())
    assert facts == {
        "kind": "pointwise",
        "recipe": "codebert-5",
        "encoder": "microsoft/codebert-base",
        "tokens": {"markdown": 64, "code": 24, "tail": 0.0},
        "layout": {"length": 512, "code_cells": 20, "code_tokens": 23},
        "temperature": 0.1,
        "pad": 1,
    }
    assert export.main([str(run), "--output", str(tmp_path / "bundle")]) == 0


def test_a_pairwise_model_comes_in_too(hub: Path, tmp_path: Path) -> None:
    network = scorer(hub / "prajjwal1" / "bert-small", 0)
    state = {f"distill_bert.{n}": v for n, v in network.encoder.state_dict().items()}
    state |= {"top.weight": network.head.weight.detach(), "top.bias": network.head.bias.detach()}
    torch.save(state, tmp_path / "model.pt")
    assert brought(tmp_path / "model.pt", "pairwise-bertsmall", tmp_path / "run", hub) == 0
    found = load_file(tmp_path / "run" / "checkpoint" / "model.safetensors")
    assert found.keys() == network.state_dict().keys()
    assert all(torch.equal(found[name], value) for name, value in network.state_dict().items())
    facts = json.loads((tmp_path / "run" / "checkpoint" / "pairwise.json").read_text())
    assert (facts["kind"], facts["temperature"], facts["pad"]) == ("pairwise", 1.0, 0)


@pytest.mark.parametrize("prefix", ["module.model.", "roberta.", "bert.", "", "net.encoder."])
@pytest.mark.parametrize("head", ["top", "module.head.linear", "fc"])
def test_any_prefix_and_any_name_of_the_head(
    prefix: str, head: str, model: MarkdownModel, codebert: Path
) -> None:
    own = model.model.state_dict()
    state = {f"{prefix}{name}": value for name, value in own.items()}
    state[f"{prefix}embeddings.position_ids"] = torch.arange(514)[None]
    state |= {f"{head}.weight": model.top.weight, f"{head}.bias": model.top.bias}
    assert f"{prefix}pooler.dense.weight" in state
    found = matched(state, load_config(str(codebert)), 1)
    expected = SequenceScorer(AutoModel.from_pretrained(codebert, add_pooling_layer=False), 1)
    assert found.keys() == expected.state_dict().keys()
    assert torch.equal(found["head.weight"], model.top.weight)
    for name in ("embeddings.word_embeddings.weight", "encoder.layer.1.output.dense.bias"):
        assert torch.equal(found[f"encoder.{name}"], own[name])


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model", None])
@pytest.mark.parametrize("suffix", [".bin", ".pt", ".safetensors"])
def test_files_of_torch_and_safetensors_with_or_without_a_wrapper(
    key: str | None, suffix: str, tmp_path: Path
) -> None:
    state = {"a.weight": torch.arange(4.0), "a.bias": torch.zeros(1)}
    path = tmp_path / f"model{suffix}"
    if suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state if key is None else {key: state, "epoch": 3}, path)
    found = read_state(path)
    assert found.keys() == state.keys()
    assert torch.equal(found["a.weight"], state["a.weight"])


def test_half_precision_becomes_full(model: MarkdownModel, codebert: Path) -> None:
    state = {name: value.half() for name, value in model.state_dict().items()}
    found = matched(state, load_config(str(codebert)), 1)
    assert {value.dtype for value in found.values()} == {torch.float32}


class Payload:
    """Pickled, it would make a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (self.path,)  # type: ignore[return-value]


def test_pickled_code_is_never_run(tmp_path: Path) -> None:
    path, trace = tmp_path / "model.bin", tmp_path / "trace"
    torch.save({"model.weight": Payload(trace)}, path)
    with pytest.raises(PublishedError, match="not a state dict of tensors alone") as refused:
        read_state(path)
    assert refused.value.code == "published-invalid"
    assert not trace.exists()


def test_a_whole_pickled_module_is_refused(model: MarkdownModel, tmp_path: Path) -> None:
    torch.save(model.top, tmp_path / "model.pt")
    with pytest.raises(PublishedError, match="not a state dict of tensors alone"):
        read_state(tmp_path / "model.pt")


@pytest.mark.parametrize(
    "value", [{}, [1, 2], {"a": 1}, {1: torch.zeros(1)}, {"model": {"a": "b"}}, torch.zeros(2)]
)
def test_what_is_no_state_dict(value: object, tmp_path: Path) -> None:
    torch.save(value, tmp_path / "model.bin")
    with pytest.raises(PublishedError, match="not a state dict of tensors alone"):
        read_state(tmp_path / "model.bin")


@pytest.mark.parametrize("name", ["model.bin", "model.safetensors"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 cut off", b"\x80\x02"])
def test_a_file_that_is_damaged(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PublishedError, match="not a state dict of tensors alone"):
        read_state(tmp_path / name)


def dropped(name: str) -> Callable[[State], object]:
    return lambda state: state.pop(name)


def changed(name: str, value: Tensor) -> Callable[[State], object]:
    return lambda state: state.update({name: value})


MISMATCHES: dict[str, tuple[Callable[[State], object], str]] = {
    "a missing layer": (
        dropped("model.encoder.layer.1.output.dense.weight"),
        "The encoder's model.encoder.layer.1.output.dense.weight is missing",
    ),
    "another vocabulary": (
        changed("model.embeddings.word_embeddings.weight", torch.zeros(9, 32)),
        r"model.embeddings.word_embeddings.weight is of the shape \(9, 32\)",
    ),
    "no encoder": (
        dropped("model.embeddings.word_embeddings.weight"),
        "One encoder is wanted, and 0 are there",
    ),
    "two encoders": (
        changed("other.embeddings.word_embeddings.weight", torch.zeros(1)),
        "One encoder is wanted, and 2 are there",
    ),
    "no head": (
        dropped("top.weight"),
        r"One layer of the shape \(1, 33\) is wanted as the head, and 0 are there",
    ),
    "a head without the share of markdown": (
        changed("top.weight", torch.zeros(1, 32)),
        r"and 0 are there; beside the encoder there is: .*top.weight \(1, 32\)",
    ),
    "two heads": (
        changed("next.weight", torch.zeros(1, 33)),
        r"and 2 are there.*next.weight \(1, 33\)",
    ),
    "a head without a bias": (dropped("top.bias"), "The head top.weight has no bias top.bias"),
    "more layers": (
        changed("model.encoder.layer.2.output.dense.bias", torch.zeros(32)),
        "more than an encoder and a head: model.encoder.layer.2.output.dense.bias",
    ),
    "not a number": (
        changed("top.bias", torch.tensor([float("nan")])),
        "head.bias holds numbers that are not finite",
    ),
}


@pytest.mark.parametrize("case", MISMATCHES)
def test_weights_of_another_architecture(case: str, model: MarkdownModel, codebert: Path) -> None:
    change, said = MISMATCHES[case]
    state = dict(model.state_dict())
    matched(state, load_config(str(codebert)), 1)
    change(state)
    with pytest.raises(PublishedError) as refused:
        matched(state, load_config(str(codebert)), 1)
    assert refused.value.code == "published-mismatch"
    assert re.search(said, refused.value.message)
    assert refused.value.message.endswith("were trained with.")


def test_what_is_refused_leaves_nothing(
    model: MarkdownModel, hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, run = tmp_path / "model.bin", tmp_path / "run"
    torch.save(model.state_dict(), path)
    for arguments, said in (
        ((tmp_path / "none.bin", "codebert-5", run, hub), "There is no file"),
        ((path, "pairwise-bertsmall", run, hub), "recipe's encoder has"),
        ((path, "atlantis", run, hub), "recipe of the task 'ensemble'"),
        ((path, "no-such-recipe", run, hub), "no recipe"),
    ):
        assert brought(*arguments) == 2
        assert said in capsys.readouterr().err
        assert not run.exists()


def test_a_finished_run_is_not_written_over(
    model: MarkdownModel, hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, run = tmp_path / "model.bin", tmp_path / "run"
    torch.save(model.state_dict(), path)
    (run / "checkpoint").mkdir(parents=True)
    assert brought(path, "codebert-5", run, hub) == 2
    assert "exists. Remove it" in capsys.readouterr().err
    assert not list((run / "checkpoint").iterdir())
