"""Learning curves from the logs of runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_training import TinyRun

from training import curves


def test_a_run_of_two_stages_is_drawn(tiny_run: TinyRun, tmp_path: Path) -> None:
    found = curves.read_curves(tiny_run.output)
    assert [curve.name for curve in found] == ["run, frozen", "run, unfrozen"]
    steps, values = found[0].points["kendall_tau"]
    assert {30, 60} <= set(steps)
    assert all(-1 <= value <= 1 for value in values)
    losses = found[0].points["loss"]
    assert losses[0] == sorted(losses[0]) and len(losses[1]) > 2
    picture = tmp_path / "curves.png"
    assert curves.main([str(tiny_run.output), "--output", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_folder_without_a_run_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert curves.main([str(tmp_path), "--output", str(tmp_path / "curves.png")]) == 2
    assert "holds no log of a stage" in capsys.readouterr().err
    assert not (tmp_path / "curves.png").exists()
