"""A task over sequences from corpus to checkpoint: found again, and continued."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from tiny_training import tiny_corpus, tiny_encoder

from training import run
from training.loop import checkpoints
from training.sequences import run as sequence_run

SETTINGS = {
    "pointwise": ["stage.batch=8", "layout.length=64"],
    "pairwise": ["stage.batch=20", "layout.length=32", "negatives.share=0.3"],
}
SHARED = [
    "dropout=0.1",
    "scored=4",
    "notebooks=0",
    "stage.precision=fp32",
    "stage.steps=17",
    "stage.score_every=15",
    "stage.rate=0.003",
    "stage.encoder_rate=0.003",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "corpus").mkdir()
    tiny_corpus(folder / "corpus", 16, 0)
    tiny_encoder(folder / "encoder")
    return folder


def trained(home: Path, task: str, output: Path) -> Path:
    arguments = [f"minilm-{task}", "--data", str(home / "corpus"), "--output", str(output)]
    arguments += ["--cache", str(home / "cache")]
    for change in [f"encoder={home}/encoder", *SHARED, *SETTINGS[task]]:
        arguments += ["--set", change]
    assert run.main(arguments) == 0
    return output / "checkpoint"


@pytest.fixture(scope="module", params=SETTINGS)
def whole(request: pytest.FixtureRequest, home: Path) -> tuple[str, Path]:
    """A finished run: its last scored checkpoint lies in the second epoch or later."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    trained(home, request.param, home / request.param)
    torch.set_num_threads(threads)
    state = home / request.param / "stage" / "checkpoint-15" / "trainer_state.json"
    assert json.loads(state.read_text())["epoch"] > 1
    assert json.loads(state.read_text())["epoch"] % 1 > 0
    return request.param, home / request.param


def difference(one: Path, other: Path) -> float:
    first, second = load_file(one), load_file(other)
    assert first.keys() == second.keys()
    return max(float(np.abs(first[name] - second[name]).max()) for name in first)


def test_what_a_run_leaves(whole: tuple[str, Path], home: Path) -> None:
    task, output = whole
    names = {"model.safetensors", "tokenizer.json", "encoder.json", f"{task}.json"}
    assert {path.name for path in (output / "checkpoint").iterdir()} == names
    facts = json.loads((output / "checkpoint" / f"{task}.json").read_text())
    assert facts["kind"] == task
    assert facts["recipe"] == f"minilm-{task}"
    assert facts["temperature"] > 0
    assert facts["layout"]["length"] == (64 if task == "pointwise" else 32)
    assert "_name_or_path" not in json.loads((output / "checkpoint" / "encoder.json").read_text())
    assert not list(output.glob("*.part"))
    start = load_file(home / "encoder" / "model.safetensors")
    end = load_file(output / "checkpoint" / "model.safetensors")
    moved = [name for name in start if "pooler" not in name]
    assert any(np.abs(start[name] - end[f"encoder.{name}"]).max() > 1e-4 for name in moved)


def test_a_finished_run_is_found_again(
    whole: tuple[str, Path], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, output = whole
    again = tmp_path / "again"
    shutil.copytree(output, again)
    shutil.rmtree(again / "checkpoint")

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was trained again")

    monkeypatch.setattr(sequence_run, "StageTrainer", never)
    checkpoint = trained(home, task, again)
    name = "model.safetensors"
    assert difference(checkpoint / name, output / "checkpoint" / name) == 0
    assert (checkpoint / f"{task}.json").read_text() == (
        output / "checkpoint" / f"{task}.json"
    ).read_text()


def test_a_run_cut_off_in_an_epoch_ends_with_the_same_weights(
    whole: tuple[str, Path], home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where an epoch draws another number of pairs than the first."""
    task, output = whole
    cut = tmp_path / "cut"
    for one in checkpoints.whole(output / "stage"):
        if one.step <= 15:
            shutil.copytree(one.folder, cut / "stage" / one.folder.name)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with caplog.at_level(logging.INFO):
        trained(home, task, cut)
    torch.set_num_threads(threads)
    assert "Going on at step 15." in caplog.messages
    # The stage's end, not the best score's: that may be what was copied.
    last = "stage/checkpoint-17/model.safetensors"
    assert difference(cut / last, output / last) < 1e-6
    assert difference(cut / last, cut / "stage/checkpoint-15/model.safetensors") > 1e-5
    name = "checkpoint/model.safetensors"
    assert difference(cut / name, output / name) < 1e-6
