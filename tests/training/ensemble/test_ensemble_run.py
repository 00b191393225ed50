"""Several recipes, one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.splits import Split
from training import tasks
from training.ensemble.recipe import EnsembleRecipe
from training.ensemble.run import train
from training.recipe import Recipe
from training.tasks import Order

TEXT = """
summary = "s"
task = "ensemble"
strategy = "rank-mean"

[[members]]
name = "first"
recipe = "minilm-pointwise"
weight = 6

[[members]]
name = "second"
recipe = "{own}"
weight = 2

[[members]]
name = "third"
recipe = "minilm-pairwise"
changes = ["seed=9", "stage.batch=7"]
"""


class Trainings:
    """Stands in for the training of a member: leaves its folder, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[Recipe, Order]] = []
        self.failing = ""
        monkeypatch.setattr(tasks, "train", self)

    def __call__(self, recipe: Any, order: Order) -> Path:
        self.asked.append((recipe, order))
        if order.output.name == self.failing:
            raise CellOrderError("The disk is full.", "result-write")
        return finished(order.output, recipe.task)


def finished(folder: Path, task: str) -> Path:
    (folder / "checkpoint").mkdir(parents=True)
    (folder / "checkpoint" / f"{task}.json").write_text("{}")
    return folder


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Trainings:
    return Trainings(monkeypatch)


@pytest.fixture
def recipe(tmp_path: Path) -> EnsembleRecipe:
    own = tmp_path / "own-pointwise.toml"
    own.write_text('summary = "s"\ntask = "pointwise"\nencoder = "e"\n')
    (tmp_path / "mine.toml").write_text(TEXT.format(own=own.as_posix()))
    found = tasks.load(str(tmp_path / "mine.toml"), ["stage.batch=5"])
    assert isinstance(found, EnsembleRecipe)
    return found


def ordered(folder: Path) -> Order:
    return Order("mine", Split(folder), folder / "run", folder / "cache", folder / "encoders")


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run" / "ensemble.json").read_text())
    return found


def test_members_are_trained_in_their_order_in_folders_of_their_own(
    recipe: EnsembleRecipe, trainings: Trainings, tmp_path: Path
) -> None:
    assert train(recipe, ordered(tmp_path)) == tmp_path / "run"
    assert [order.output for _, order in trainings.asked] == [
        tmp_path / "run" / name for name in ("first", "second", "third")
    ]
    assert [order.name for _, order in trainings.asked] == [
        "minilm-pointwise",
        "own-pointwise",
        "minilm-pairwise",
    ]
    for own, order in trainings.asked:
        assert own.stage.batch == 5  # type: ignore[attr-defined]
        assert order.cache == tmp_path / "cache"
        assert order.encoders == tmp_path / "encoders"
    # One's own change, and that of the command line over it.
    assert [own.seed for own, _ in trainings.asked] == [1, 1, 9]  # type: ignore[attr-defined]
    assert record(tmp_path) == {
        "recipe": "mine",
        "strategy": "rank-mean",
        "members": [
            {"name": "first", "weight": 6.0},
            {"name": "second", "weight": 2.0},
            {"name": "third", "weight": 1.0},
        ],
    }
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "ensemble.json",
        "first",
        "second",
        "third",
    ]


def test_a_member_that_is_there_is_taken_as_it_is(
    recipe: EnsembleRecipe, trainings: Trainings, tmp_path: Path
) -> None:
    finished(tmp_path / "run" / "second", "pointwise")
    finished(tmp_path / "run" / "third", "pointwise")  # of another task than the recipe's
    trainings.failing = "third"
    with pytest.raises(CellOrderError, match="disk is full"):
        train(recipe, ordered(tmp_path))
    assert [order.output.name for _, order in trainings.asked] == ["first", "third"]


def test_a_member_that_fails_leaves_the_finished_ones(
    recipe: EnsembleRecipe, trainings: Trainings, tmp_path: Path
) -> None:
    trainings.failing = "second"
    with pytest.raises(CellOrderError, match="disk is full"):
        train(recipe, ordered(tmp_path))
    assert [order.output.name for _, order in trainings.asked] == ["first", "second"]
    assert not (tmp_path / "run" / "ensemble.json").exists()
    trainings.failing = ""
    trainings.asked.clear()
    train(recipe, ordered(tmp_path))
    assert [order.output.name for _, order in trainings.asked] == ["second", "third"]
    assert len(record(tmp_path)["members"]) == 3


def test_a_member_whose_recipe_is_wrong_stops_before_any_is_trained(
    recipe: EnsembleRecipe, trainings: Trainings, tmp_path: Path
) -> None:
    (tmp_path / "own-pointwise.toml").write_text('summary = "s"\ntask = "pointwise"\n')
    with pytest.raises(CellOrderError, match="'encoder' is missing"):
        train(recipe, ordered(tmp_path))
    assert trainings.asked == []


def test_a_strategy_that_there_is_not(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.format(own="minilm-context").replace("rank-mean", "median"))
    with pytest.raises(CellOrderError, match="strategy is 'median' and must be one of precedence"):
        tasks.load(str(path))
