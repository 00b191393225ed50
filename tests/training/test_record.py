"""A run's folder remembers its recipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training import tasks
from training.recipe import RecipeError
from training.record import keep_record


def test_the_same_recipe_goes_on(tmp_path: Path) -> None:
    keep_record(tasks.load("minilm-context"), tmp_path)
    keep_record(tasks.load("minilm-context"), tmp_path)


@pytest.mark.parametrize("change", ["scored=3", "unfrozen.minutes=1", "frozen.save_minutes=2"])
def test_what_changes_nothing_that_is_learned_may_differ(change: str, tmp_path: Path) -> None:
    keep_record(tasks.load("minilm-context"), tmp_path)
    keep_record(tasks.load("minilm-context", [change]), tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seed=3", "seed = 1, not 3"),
        ("frozen.steps=7", "frozen.steps = 2400, not 7"),
        ("encoder=other", "not 'other'"),
    ],
)
def test_another_recipe_is_refused_by_name(change: str, said: str, tmp_path: Path) -> None:
    keep_record(tasks.load("minilm-context"), tmp_path)
    with pytest.raises(RecipeError) as caught:
        keep_record(tasks.load("minilm-context", [change]), tmp_path)
    assert said in str(caught.value)
    assert "--output" in str(caught.value)


def test_a_record_that_is_older_than_a_setting_was_trained_with_its_default(tmp_path: Path) -> None:
    keep_record(tasks.load("minilm-context"), tmp_path)
    record = json.loads((tmp_path / "recipe.json").read_text())
    for table in (record["mixture"], record["further"][0]["mixture"] or {}):
        table.pop("one", None)
    for stage in (record["frozen"], *record["further"]):
        del stage["questions"]
    (tmp_path / "recipe.json").write_text(json.dumps(record))
    keep_record(tasks.load("minilm-context"), tmp_path)
    with pytest.raises(RecipeError, match=r"frozen.questions = 1, not 3"):
        keep_record(tasks.load("minilm-context", ["frozen.questions=3"]), tmp_path)
    with pytest.raises(RecipeError, match=r"mixture.one = 0.0, not 0.1"):
        keep_record(tasks.load("minilm-context", ["mixture.one=0.1"]), tmp_path)


def test_another_task_is_refused(tmp_path: Path) -> None:
    keep_record(tasks.load("minilm-context"), tmp_path)
    with pytest.raises(RecipeError, match="task = 'context', not 'pointwise'"):
        keep_record(tasks.load("minilm-pointwise"), tmp_path)
