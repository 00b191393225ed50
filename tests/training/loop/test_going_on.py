"""A stage that goes on ends where an unbroken one does."""

from __future__ import annotations

import json
import logging
import math
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from toy_training import trainer

from training.loop import checkpoints
from training.loop.errors import LoopError
from training.loop.patience import since_best
from training.loop.trainer import StageTrainer


def weights(made: StageTrainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in made.fit().state_dict().items()}


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


def scored(made: StageTrainer) -> list[int]:
    return [entry["step"] for entry in made.state.log_history if "eval_kendall_tau" in entry]


def test_what_is_over_is_not_trained_on(tmp_path: Path) -> None:
    """Killed after the last checkpoint, before the weights were written; in mid-line of the log."""
    found = weights(trainer(tmp_path, steps=30))
    log = tmp_path / "log.jsonl"
    whole = log.read_text()
    log.write_text(whole + '{"step": 3')
    again = trainer(tmp_path, steps=30)
    assert same(weights(again), found)
    assert again.state.global_step == 30
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert steps[-1] == 30
    assert not (tmp_path / "checkpoint-31").exists()


def test_a_stage_goes_on_for_more_steps(tmp_path: Path) -> None:
    trainer(tmp_path, steps=20).fit()
    longer = trainer(tmp_path, steps=30, score_every=5)
    longer.fit()
    assert longer.state.global_step == 30
    # Scored as often as it says now; an epoch has 12 steps.
    assert scored(longer) == [10, 12, 20, 24, 25, 30]


def test_patience_counts_on(tmp_path: Path) -> None:
    given = [0.5, 0.4, 0.3, 0.2, 0.1, 0.0]
    unbroken = trainer(tmp_path / "unbroken", steps=100, scores=given, patience=3)
    found = weights(unbroken)
    assert unbroken.state.global_step == 40
    output = tmp_path / "cut"
    shutil.copytree(tmp_path / "unbroken" / "checkpoint-10", output / "checkpoint-10")
    again = trainer(output, steps=100, scores=given[1:], patience=3)
    assert same(weights(again), found)
    assert again.state.global_step == 40
    over = trainer(output, steps=100, scores=[], patience=3)
    assert same(weights(over), found)
    assert over.state.global_step == 40


@pytest.mark.parametrize(
    ("scores", "after"), [([], 0), ([1.0], 0), ([1.0, 1.0, 0.5], 2), ([math.nan, 0.1, math.nan], 1)]
)
def test_scores_since_the_best(scores: list[float], after: int) -> None:
    assert since_best([{"loss": 9.0}, *({"eval": score} for score in scores)], "eval") == after


def test_a_run_that_was_moved_finds_its_best(tmp_path: Path) -> None:
    trainer(tmp_path / "here", steps=20, scores=[0.9, 0.1]).fit()
    shutil.move(tmp_path / "here", tmp_path / "there")
    found = weights(trainer(tmp_path / "there", steps=40, scores=[0.2, 0.3]))
    assert same(found, load_file(tmp_path / "there" / "checkpoint-10" / "model.safetensors"))


def test_a_score_that_is_no_number_is_never_the_best(tmp_path: Path) -> None:
    found = weights(trainer(tmp_path, scores=[math.nan, 0.1, math.nan, math.nan], average=3))
    assert same(found, load_file(tmp_path / "checkpoint-20" / "model.safetensors"))


def test_the_clock_ends_an_epoch_with_one_score(tmp_path: Path) -> None:
    made = trainer(tmp_path, steps=-1, epochs=3, score_every=0, minutes=0.0)
    made.fit()
    assert scored(made) == [1]
    assert [one.step for one in checkpoints.whole(tmp_path)] == [1]


def test_time_and_text_are_in_the_log_and_count_on(tmp_path: Path) -> None:
    trainer(tmp_path, steps=20).fit()
    trainer(tmp_path, steps=30).fit()
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    for key in ("seconds", "tokens"):
        values = [entry[key] for entry in entries]
        assert values == sorted(values)
    assert entries[-1]["tokens"] == 30 * 8  # eight points a batch


def test_what_is_broken_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trainer(tmp_path, steps=20).fit()
    there = checkpoints.whole(tmp_path)
    assert [one.step for one in there] == [12, 20]  # of the epoch's end, and the best
    for one in there:
        (one.folder / checkpoints.MARK).unlink()
    with caplog.at_level(logging.WARNING):
        assert checkpoints.newest(tmp_path) is None
    assert caplog.text.count("set aside") == 2
    aside = tmp_path / checkpoints.BROKEN
    assert json.loads((aside / "trainer_state.json").read_text())["global_step"] == 20


def test_a_log_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    made = trainer(tmp_path)
    (tmp_path / "log.jsonl").mkdir(parents=True)
    with pytest.raises(LoopError, match="Free some space"):
        made.fit()
