"""Every shipped recipe, end to end, on tiny encoders of the right architecture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_training import tiny_hub, tiny_kaggle

from jupyter_cellorder.evaluation.splits import Split
from training import run, tasks
from training.context.recipe import ContextRecipe
from training.data.cache import open_store
from training.ensemble.recipe import EnsembleRecipe
from training.pointwise.recipe import PointwiseRecipe
from training.recipe import names

SHORT_FURTHER = ("steps=2", "score_every=1", "cells=40", "workers=0")
SHORT_STAGES = {
    "frozen": ("steps=3", "score_every=2", "cells=80"),
    "unfrozen": SHORT_FURTHER,
}
SHORT = {
    "pointwise": ["stage.steps=3", "stage.score_every=2", "scored=3"],
    "pairwise": ["stage.steps=3", "stage.score_every=2", "stage.batch=16", "scored=2"],
    "adapt": ["stage.steps=3", "stage.score_every=2", "stage.length=40", "scored=3"],
    "context": ["network.width=32", "network.feed_forward=32", "scored=3"],
    "ensemble": ["stage.steps=2", "stage.score_every=2", "stage.batch=8", "scored=2"],
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_hub(tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def kaggle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough families that some are held out."""
    return tiny_kaggle(tmp_path_factory.mktemp("kaggle") / "ai4code", 160, 0)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def short_stages(recipe: ContextRecipe) -> Iterator[str]:
    for stage, changes in SHORT_STAGES.items():
        if getattr(recipe, stage) is not None:
            yield from (f"{stage}.{change}" for change in changes)
    for number in range(len(recipe.further)):
        yield from (f"further.{number}.{change}" for change in SHORT_FURTHER)


@pytest.mark.parametrize("name", names())
def test_a_recipe_runs_from_kaggles_layout_to_a_checkpoint(
    name: str,
    hub: Path,
    kaggle: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe = tasks.load(name)
    output = tmp_path / "run"
    arguments = [name, "--data", str(kaggle), "--output", str(output)]
    arguments += ["--encoders", str(hub), "--cache", str(cache)]
    for change in [
        *SHORT[recipe.task],
        *(short_stages(recipe) if isinstance(recipe, ContextRecipe) else ()),
        *(["notebooks=0"] if recipe.task != "ensemble" else []),
    ]:
        arguments += ["--set", change]
    assert run.main(arguments) == 0
    assert "Next: python -m training." in capsys.readouterr().out
    if isinstance(recipe, EnsembleRecipe):
        record = json.loads((output / "ensemble.json").read_text())
        assert [entry["weight"] for entry in record["members"]] == [
            member.weight for member in recipe.members
        ]
        assert record["strategy"] == "submission-mean"  # as in 2022
        for member in recipe.members:
            assert_finished(output / member.name / "checkpoint", tasks.load(member.recipe).task)
        assert run.main(arguments) == 0  # everything is there
    else:
        assert_finished(output / "checkpoint", recipe.task)


def assert_finished(checkpoint: Path, task: str) -> None:
    facts = json.loads((checkpoint / f"{task}.json").read_text())
    assert facts["encoder"]
    weights = load_file(checkpoint / "model.safetensors")
    assert weights
    assert all(bool(torch.isfinite(value).all()) for value in weights.values())
    if task in ("pointwise", "pairwise"):
        assert weights["head.weight"].shape == (1, 33 if task == "pointwise" else 32)
        assert facts["temperature"] > 0


def test_an_adapted_encoder_starts_another_recipe(
    hub: Path, kaggle: Path, cache: Path, tmp_path: Path
) -> None:
    """The question of 2022, for all three objectives and CodeBERT's architecture."""
    shared = ["--data", str(kaggle), "--cache", str(cache)]
    before = load_file(hub / "microsoft" / "codebert-base" / "model.safetensors")
    for objective in ("mlm", "rtd", "mlm+rtd"):
        adapted = tmp_path / objective
        changes = [
            *SHORT["adapt"],
            "notebooks=0",
            f"encoder={hub}/microsoft/codebert-base",
            f"corruption.objective={objective}",
        ]
        arguments = ["minilm-adapt", *shared, "--output", str(adapted)]
        for change in changes:
            arguments += ["--set", change]
        assert run.main(arguments) == 0
        after = load_file(adapted / "checkpoint" / "model.safetensors")
        assert before.keys() <= after.keys() | {"pooler.dense.weight", "pooler.dense.bias"}
        moved = [name for name in after if not torch.equal(after[name], before[name])]
        assert len(moved) > len(after) / 2
        arguments = ["codebert-5", *shared, "--output", str(tmp_path / f"from-{objective}")]
        for change in [*SHORT["pointwise"], f"encoder={adapted}/checkpoint"]:
            arguments += ["--set", change]
        assert run.main(arguments) == 0


SAMPLE = Path(__file__).parents[3] / "shared" / "kaggle-sample"


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="Kaggle's sample is not beside the checkout")
def test_kaggles_own_file_is_trained_on(hub: Path, tmp_path: Path) -> None:
    """The sample has no known order; the one of its file, code first, stands in for it."""
    folder = tiny_kaggle(tmp_path / "ai4code", 40, 1)
    (file,) = (SAMPLE / "test").glob("*.json")
    (folder / "train" / file.name).write_bytes(file.read_bytes())
    cells = json.loads(file.read_text(encoding="utf-8"))["cell_type"]
    with (folder / "train_orders.csv").open("a", encoding="utf-8") as orders:
        orders.write(f"{file.stem},{' '.join(cells)}\n")
    output = tmp_path / "run"
    arguments = ["codebert-5", "--data", str(folder), "--output", str(output)]
    arguments += ["--encoders", str(hub)]
    for change in [*SHORT["pointwise"], "stage.epochs=1", "stage.steps=-1"]:
        arguments += ["--set", change]
    assert run.main(arguments) == 0
    assert_finished(output / "checkpoint", "pointwise")
    recipe = tasks.load("codebert-5")
    assert isinstance(recipe, PointwiseRecipe)
    limits = vars(recipe.tokens)
    read = [
        notebook.id
        for part in ("train", "valid")
        for notebook in open_store(
            Split(folder), part, output / "cache", output / "tokenizer.json", limits
        ).notebooks
    ]
    assert file.stem in read
    assert len(read) == 41
