"""The loop on a toy: kills, full disks, many processes, averaging, early ends."""

from __future__ import annotations

import itertools
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import toy_training
from safetensors.torch import load_file
from toy_training import losses, trainer

from training.loop import checkpoints, clock
from training.loop.errors import LoopError

SCRIPT = Path(toy_training.__file__)
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join([str(SCRIPT.parent), str(SCRIPT.parents[1])]),
}


def command(output: Path, *settings: str) -> list[str]:
    return [sys.executable, str(SCRIPT), str(output), *settings]


def run(output: Path, *settings: str) -> dict[str, torch.Tensor]:
    subprocess.run(command(output, *settings), check=True, env=ENVIRONMENT, capture_output=True)
    return load_file(output / "model.safetensors")


def difference(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> float:
    assert first.keys() == second.keys()
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def test_a_kill_in_mid_epoch_changes_nothing(tmp_path: Path) -> None:
    """Chance included: dropout, the epochs' orders, the schedule of the rate."""
    settings = ("dropout=0.3", "steps=45", "score_every=10", "accumulate=2", "average=2")
    unbroken = run(tmp_path / "unbroken", *settings)
    killed = tmp_path / "killed"
    process = subprocess.Popen(
        command(killed, *settings, "slow=0.01"),
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # An epoch has 6 steps: the checkpoint of step 10 lies in the second one's midst.
    while not (log := killed / "log.jsonl").exists() or max_step(log) < 15:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "model.safetensors").exists()
    assert [one.step for one in checkpoints.whole(killed)]
    assert difference(run(killed, *settings), unbroken) <= 1e-6
    steps = [step for step, _ in losses(killed)]
    assert steps == list(range(1, 46))  # none lost, none twice


def max_step(log: Path) -> int:
    lines = log.read_text().splitlines()
    steps = [json.loads(line).get("step", 0) for line in lines if line.endswith("}")]
    return max(steps, default=0)


def run_by_two(output: Path, *settings: str) -> dict[str, torch.Tensor]:
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    launch += ["--nproc_per_node", "2", str(SCRIPT), str(output), *settings]
    done = subprocess.run(launch, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return load_file(output / "model.safetensors")


def test_two_processes_make_the_losses_of_one(tmp_path: Path) -> None:
    """Three batches an epoch: in every second step one process has none of its own."""
    settings = ("steps=9", "size=32", "score_every=3")
    alone = run(tmp_path / "one", "accumulate=2", *settings)
    together = run_by_two(tmp_path / "two", "average=9", *settings)
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert [step for step, _ in one] == [step for step, _ in two] == list(range(1, 10))
    for (_, first), (_, second) in zip(one, two, strict=True):
        assert second == pytest.approx(first, rel=1e-4, abs=1e-4)
    last = load_file(tmp_path / "two" / "checkpoint-9" / "model.safetensors")
    assert difference(alone, last) < 1e-5
    # And they go on together, from the midst of the second epoch.
    cut = tmp_path / "cut" / "checkpoint-3"
    shutil.copytree(tmp_path / "two" / "checkpoint-3", cut)
    assert difference(run_by_two(cut.parent, "average=9", *settings), together) <= 1e-6


def test_a_broken_checkpoint_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expected = trainer(tmp_path / "whole").fit().state_dict()
    output = tmp_path / "cut"
    shutil.copytree(tmp_path / "whole", output)
    for step in (24, 30):
        broken = output / f"checkpoint-{step}" / "optimizer.pt"
        broken.write_bytes(broken.read_bytes()[:100])
    (output / "checkpoint-28").mkdir()  # begun, not ended
    left = len(checkpoints.whole(output))
    with caplog.at_level(logging.WARNING):
        resumed = trainer(output)
    assert caplog.text.count("was not written to its end") == 3
    assert len(checkpoints.whole(output)) == left
    assert difference(resumed.fit().state_dict(), expected) <= 1e-6


def test_a_full_disk_is_a_sentence_and_the_last_checkpoint_stays(tmp_path: Path) -> None:
    output = tmp_path / "run"
    made = trainer(output)
    save = checkpoints.mark_whole

    def limited(folder: Path, step: int, *rest: Any) -> None:
        if step == 20:
            raise OSError(28, "No space left on device")
        save(folder, step, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "mark_whole", limited)
        with pytest.raises(LoopError, match="Free some space"):
            made.fit()
    assert [one.step for one in checkpoints.whole(output)][-1] < 20
    assert not (output / "checkpoint-20").exists()
    resumed = trainer(output)
    assert resumed._resumed is not None
    expected = trainer(tmp_path / "unbroken").fit().state_dict()
    assert difference(resumed.fit().state_dict(), expected) <= 1e-6


def test_a_file_that_may_grow_no_further(tmp_path: Path) -> None:
    """The real writers meet a real limit, in a process of its own."""
    done = subprocess.run(
        command(tmp_path / "run", "steps=10", "most_bytes=3000"),  # the optimiser's state has more
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "LoopError" in done.stderr
    assert "Free some space" in done.stderr
    assert checkpoints.whole(tmp_path / "run") == []


def test_the_clock_runs_on_over_resumes(tmp_path: Path) -> None:
    trainer(tmp_path, steps=10).fit()
    (one,) = [one for one in checkpoints.whole(tmp_path) if one.step == 10]
    record = json.loads((one.folder / checkpoints.MARK).read_text())
    (one.folder / checkpoints.MARK).write_text(json.dumps({**record, "seconds": 90.0}))
    resumed = trainer(tmp_path, minutes=1.0)
    resumed.fit()
    assert resumed.state.global_step == 10  # the minute was over before it began


def test_rates_are_down_when_the_minutes_end_a_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = itertools.count(0, 0.1)  # seconds, one tick every time the clock is looked at
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    made = trainer(tmp_path, steps=10**6, warm_up=2, minutes=1.0)
    made.fit()
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    rates = [entry["learning_rate"] for entry in log if "learning_rate" in entry]
    assert 60 < made.state.global_step < 600
    assert rates[-1] < max(rates) / 4


def test_a_checkpoint_every_epoch_and_every_so_many_minutes(tmp_path: Path) -> None:
    trainer(tmp_path / "epochs", steps=24, score_every=24).fit()
    assert {one.step for one in checkpoints.whole(tmp_path / "epochs")} == {12, 24}
    trainer(tmp_path / "minutes", steps=5, score_every=5, save_minutes=0.0).fit()
    assert {one.step for one in checkpoints.whole(tmp_path / "minutes")} == {4, 5}


def test_scores_every_epoch(tmp_path: Path) -> None:
    made = trainer(tmp_path, steps=-1, epochs=3, score_every=0)
    made.fit()
    scored = [entry["step"] for entry in made.state.log_history if "eval_kendall_tau" in entry]
    assert scored == [12, 24, 36]


def test_the_best_checkpoint_wins(tmp_path: Path) -> None:
    made = trainer(tmp_path, scores=[0.1, 0.9, 0.2])
    found = {name: value.clone() for name, value in made.fit().state_dict().items()}
    assert difference(found, load_file(tmp_path / "checkpoint-20/model.safetensors")) == 0


@pytest.mark.parametrize(("mean_scores", "taken"), [(0.95, True), (0.5, False)])
def test_the_mean_of_the_best_is_taken_if_it_is_no_worse(
    tmp_path: Path, mean_scores: float, taken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        made = trainer(tmp_path, scores=[0.8, 0.9, 0.2, mean_scores], average=2)
        found = {name: value.clone() for name, value in made.fit().state_dict().items()}
    first, second = (
        load_file(tmp_path / f"checkpoint-{step}" / "model.safetensors") for step in (10, 20)
    )
    mean = {name: (first[name] + second[name]) / 2 for name in first}
    assert difference(found, mean if taken else second) < 1e-6
    assert "Mean of the weights of steps 20, 10" in caplog.text


def test_early_stopping(tmp_path: Path) -> None:
    made = trainer(tmp_path, steps=100, scores=[0.5, 0.4, 0.3, 0.2], patience=2)
    made.fit()
    assert made.state.global_step == 30


def test_old_checkpoints_are_removed_but_the_best(tmp_path: Path) -> None:
    made = trainer(
        tmp_path,
        steps=60,
        score_every=10,
        scores=[0.1, 0.9, 0.8, 0.2, 0.3, 0.4, 0.0],
        average=2,
    )
    made.fit()
    # The two best, the two newest; every twelfth step ends an epoch.
    assert {one.step for one in checkpoints.whole(tmp_path)} == {20, 30, 50, 60}


def test_a_long_run_is_forecast_and_not_disturbed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        long = trainer(tmp_path / "long", steps=200, score_every=200, dropout=0.3)
        found = {name: value.clone() for name, value in long.fit().state_dict().items()}
    assert "Forecast for 200 steps: about " in caplog.text
    assert "GB of memory" in caplog.text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.loop.trainer.LONG", 10_000)
        quiet = trainer(tmp_path / "quiet", steps=200, score_every=200, dropout=0.3)
        assert difference(found, quiet.fit().state_dict()) == 0


def test_tensorboard_and_a_plain_log(tmp_path: Path) -> None:
    trainer(tmp_path, tensorboard=True).fit()
    assert list(tmp_path.rglob("events.out.tfevents.*"))
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries if "eval_kendall_tau" in entry] == [
        10,
        12,  # an epoch has ended
        20,
        24,
        30,
    ]
    assert all("learning_rate" in entry for entry in entries if "loss" in entry)


def test_every_checkpoint_is_scored_but_chance_chooses_none(tmp_path: Path) -> None:
    """Those for resuming come when it is time: which one is best must not hang on that."""
    trainer(tmp_path, steps=5, score_every=4, save_minutes=0.0, average=9).fit()
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    told = [entry["step"] for entry in entries if "interim_kendall_tau" in entry]
    assert told == [1, 2, 3]
    scores = {one.step: one.score for one in checkpoints.whole(tmp_path)}
    assert set(scores) == {4, 5}
    assert None not in scores.values()
