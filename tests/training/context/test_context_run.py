"""The whole way on a tiny corpus: recipe, training, resume, export, calibration, both backends."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_training import TinyRun, tiny_recipe

from jupyter_cellorder import Notebook, load_bundle, suggest
from jupyter_cellorder.bundle import read_manifest
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.sources import read_examples
from training import export, run
from training.calibrate import __main__ as calibrate
from training.context import run as context_run
from training.context.data import ContextQuestions
from training.context.recipe import Mixture
from training.loop import checkpoints
from training.parity import PARITY


def read_log(stage: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (stage / "log.jsonl").read_text().splitlines()]


def noted_questions(monkeypatch: pytest.MonkeyPatch) -> list[ContextQuestions]:
    """The questions of every stage that is trained from now on."""
    asked: list[ContextQuestions] = []

    class Noted(ContextQuestions):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            asked.append(self)

    monkeypatch.setattr(context_run, "ContextQuestions", Noted)
    return asked


def test_training_learns_what_the_corpus_holds(tiny_run: TinyRun) -> None:
    log = read_log(tiny_run.output / "frozen")
    losses = [entry["loss"] for entry in log if "loss" in entry]
    assert losses[-1] < losses[0]
    result = evaluate(
        read_examples(tiny_run.corpus / "valid.jsonl.zst"), load_bundle(tiny_run.bundle)
    )
    assert result.kendall_tau > max(
        result.baselines["file order"], result.baselines["random interleave"]
    )


def test_both_backends_agree(tiny_run: TinyRun) -> None:
    onnx = load_bundle(tiny_run.bundle, backend="onnx", threads=1)
    torch = load_bundle(tiny_run.bundle, backend="torch", threads=1)
    for example in list(read_examples(tiny_run.corpus / "valid.jsonl.zst"))[:4]:
        for ordered in (False, True):
            answers = [
                suggest(example.notebook, ensemble, "all", keep_markdown_order=ordered)
                for ensemble in (onnx, torch)
            ]
            assert answers[0].order == answers[1].order


def test_parity_is_measured_and_kept(tiny_run: TinyRun) -> None:
    assert 0 <= read_manifest(tiny_run.bundle).figures["parity"] <= PARITY


def test_a_finished_run_is_found_again(tiny_run: TinyRun, tmp_path: Path) -> None:
    weights = tiny_run.output / "checkpoint" / "model.safetensors"
    before = load_file(weights)
    again = [str(tiny_run.recipe), "--data", str(tiny_run.corpus), "--output", str(tiny_run.output)]
    assert run.main(again) == 0
    after = load_file(weights)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_run_cut_off_in_a_stage_ends_with_the_same_weights(
    tiny_run: TinyRun, tmp_path: Path
) -> None:
    """All that a kill leaves behind: the cache, and a stage's checkpoint without its end."""
    cut = tmp_path / "cut"
    shutil.copytree(tiny_run.output / "cache", cut / "cache")
    first = checkpoints.whole(tiny_run.output / "frozen")[0]
    assert first.step < 60
    shutil.copytree(first.folder, cut / "frozen" / first.folder.name)
    recipe = tiny_recipe(tmp_path / "tiny.toml", tiny_run.encoder)
    assert run.main([str(recipe), "--data", str(tiny_run.corpus), "--output", str(cut)]) == 0
    whole = load_file(tiny_run.output / "frozen" / "model.safetensors")
    resumed = load_file(cut / "frozen" / "model.safetensors")
    assert max(float(np.abs(whole[name] - resumed[name]).max()) for name in whole) < 1e-6


def test_further_stages_go_on_from_the_weights_of_the_last_one(
    tiny_run: TinyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the vectors that only the first stage needs, and each on other notebooks."""
    output = tmp_path / "run"
    for part in ("cache", "unfrozen"):
        shutil.copytree(tiny_run.output / part, output / part)
    shutil.copytree(tiny_run.output / "frozen", output / "frozen")
    recipe = tiny_recipe(tmp_path / "tiny.toml", tiny_run.encoder)
    stage = recipe.read_text().partition("[unfrozen]")[2].partition("\n[")[0]
    own = "questions = 3\nmixture = { all = 0.0, ordered = 0.0, few = 0.0, one = 1.0 }"
    recipe.write_text(f"{recipe.read_text()}\n[[further]]{stage}\n[[further]]{stage}\n{own}\n")
    asked = noted_questions(monkeypatch)
    assert run.main([str(recipe), "--data", str(tiny_run.corpus), "--output", str(output)]) == 0
    assert not (output / "vectors").exists() or not any((output / "vectors").iterdir())
    assert [(one.mixture, one.count) for one in asked] == [
        (Mixture(), 1),
        (Mixture(all=0.0, ordered=0.0, few=0.0, one=1.0), 3),
    ]
    stages = ("unfrozen", "further-1", "further-2")
    for before, after in pairwise(
        load_file(output / stage / "model.safetensors") for stage in stages
    ):
        changed = {name for name in before if not np.array_equal(before[name], after[name])}
        assert any(name.startswith("network.") for name in changed)
        assert any(name.startswith("encoder.") for name in changed)
    first = [read_log(output / stage)[0]["loss"] for stage in stages]
    assert len(set(first)) == 3
    last = load_file(output / "checkpoint" / "model.safetensors")
    assert all(np.array_equal(last[name], after[name]) for name in last)
    # What is done is found again: nothing is trained, and the recipe is the same one.
    (output / "checkpoint" / "model.safetensors").unlink()
    assert run.main([str(recipe), "--data", str(tiny_run.corpus), "--output", str(output)]) == 0
    again = load_file(output / "checkpoint" / "model.safetensors")
    assert all(np.array_equal(last[name], again[name]) for name in last)


def test_a_further_stage_may_train_the_network_alone_on_vectors_of_the_trained_encoder(
    tiny_run: TinyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "run"
    for part in ("cache", "frozen", "unfrozen"):
        shutil.copytree(tiny_run.output / part, output / part)
    recipe = tiny_recipe(tmp_path / "tiny.toml", tiny_run.encoder)
    stage = "steps = 6\nscore_every = 6\ncells = 60\nnotebooks = 9\ndisplaced = 0.5\n"
    once = f"{recipe.read_text()}\n[[further]]\n{stage}"
    recipe.write_text(f"{once}\n[[further]]\n{stage}")
    asked = noted_questions(monkeypatch)
    assert run.main([str(recipe), "--data", str(tiny_run.corpus), "--output", str(output)]) == 0
    assert [(len(one), one.displaced) for one in asked] == [(9, 0.5), (9, 0.5)]
    before, after, last = (
        load_file(output / stage / "model.safetensors")
        for stage in ("unfrozen", "further-1", "further-2")
    )
    for one, next_one in pairwise((before, after, last)):
        changed = {name for name in one if not np.array_equal(one[name], next_one[name])}
        assert changed
        assert all(name.startswith("network.") for name in changed)
    # Made once for both, and not those of the encoder as it was before it was trained.
    (folder,) = (output / "vectors").iterdir()
    assert folder.name == "further-1"
    theirs = {path.name for path in (tiny_run.output / "vectors" / "frozen").glob("*.npy")}
    (valid,) = theirs & {path.name for path in folder.glob("*.npy")}
    old, new = (
        np.load(where / valid) for where in (tiny_run.output / "vectors" / "frozen", folder)
    )
    assert old.shape == new.shape
    assert np.abs(old - new).max() > 1e-3

    # The same again, going half of the way from the weights before the stage.
    half = tmp_path / "half"
    for part in ("cache", "frozen", "unfrozen"):
        shutil.copytree(tiny_run.output / part, half / part)
    recipe.write_text(f"{once}kept = 0.5\n")
    assert run.main([str(recipe), "--data", str(tiny_run.corpus), "--output", str(half)]) == 0
    middle = load_file(half / "further-1" / "model.safetensors")
    for name, value in middle.items():
        np.testing.assert_allclose(value, (before[name] + after[name]) / 2, atol=1e-6)


def test_calibration_rewrites_the_manifest_and_the_layer_of_review_alone(
    tiny_run: TinyRun, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny_run.bundle, bundle)
    assert calibrate.main([str(bundle), "--data", str(tiny_run.corpus / "valid.jsonl.zst")]) == 0
    old, new = read_manifest(tiny_run.bundle), read_manifest(bundle)
    assert new.hidden == "review/hidden.npz"
    assert new.files.keys() - old.files.keys() == {new.hidden}
    assert {name: new.files[name] for name in old.files} == old.files
    assert new.review != old.review
    assert new.figures["calibration_notebooks"] == 12
    assert new.review.least_doubt == old.review.least_doubt == 0
    arguments = [str(bundle), "--data", str(tiny_run.corpus / "valid.jsonl.zst")]
    assert calibrate.main([*arguments, "--least-doubt", "0.01"]) == 0
    assert read_manifest(bundle).review.least_doubt == 0.01
    assert suggest(Notebook(()), load_bundle(bundle)).notice == "no-cells"


def test_export_refuses_what_is_not_a_finished_run(
    tmp_path: Path, tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.main([str(tmp_path), "--output", str(tmp_path / "b")]) == 2
    assert "no finished run" in capsys.readouterr().err
    assert export.main([str(tiny_run.output), "--output", str(tiny_run.bundle)]) == 2
    assert "exists" in capsys.readouterr().err


def test_a_stage_that_the_clock_ends_is_scored_and_saved(tiny_run: TinyRun, tmp_path: Path) -> None:
    """Else the checkpoint scored before would take the place of its last steps."""
    output = tmp_path / "run"
    shutil.copytree(tiny_run.output / "cache", output / "cache")
    recipe = tiny_recipe(tmp_path / "tiny.toml", tiny_run.encoder)
    text = recipe.read_text().replace("[unfrozen]", "minutes = 0\n\n[unfrozen]\nminutes = 0")
    recipe.write_text(text)
    assert run.main([str(recipe), "--data", str(tiny_run.corpus), "--output", str(output)]) == 0
    for stage in ("frozen", "unfrozen"):
        log = read_log(output / stage)
        assert [entry["step"] for entry in log if "eval_kendall_tau" in entry] == [1]
        assert (output / stage / "checkpoint-1").is_dir()
