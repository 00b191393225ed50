"""A run's folder remembers its recipe."""

from __future__ import annotations

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


def test_another_task_is_refused(tmp_path: Path) -> None:
    keep_record(tasks.load("minilm-context"), tmp_path)
    with pytest.raises(RecipeError, match="task = 'context', not 'pointwise'"):
        keep_record(tasks.load("minilm-pointwise"), tmp_path)
