"""The numbers of the manifest that are fitted on held-out notebooks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_training import TinyRun
from truthful import ensemble, notebook

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.sources import Example, read_examples
from jupyter_cellorder.precedence import Placement, Precedence
from training.calibrate import __main__ as calibrate
from training.calibrate.examined import best_diagonal, best_gap_temperature, kept_order
from training.calibrate.trials import trials

EVEN = notebook("c0 m1 c2 c3 m4 c5 c6 m7 c8")


class Clueless:
    """Finds every gap as likely as any other."""

    name = "clueless"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        n, m = len(placement.anchors), len(placement.floats)
        return Precedence(
            np.full((m, n), 0.5), np.full((m, m), 0.5), np.full((m, n + 1), 1 / (n + 1))
        )

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return 0.0


def test_the_prior_is_strong_where_the_ensemble_knows_nothing() -> None:
    example = Example("e", "e", "e", "en", EVEN)

    def fitted(asked: Ensemble) -> tuple[float, float]:
        wrong = np.array([kept_order(example, asked)], dtype=np.float64)
        return best_diagonal(wrong, np.array([len(EVEN.cells)]))

    assert fitted(ensemble()) == (0.0, 1.0)
    diagonal, tau = fitted(Ensemble((Clueless(),), (1.0,), "clueless"))
    assert diagonal > 0
    assert tau > 0.9


def test_the_temperature_makes_the_surety_true() -> None:
    """Four gaps; twice too sure of one that is right in 70 of 100 cells."""
    told = 2.0 * np.log([0.7, 0.1, 0.1, 0.1])
    gaps = [(told, 0 if number < 70 else 1 + number % 3) for number in range(100)]
    found = best_gap_temperature(gaps)
    assert found == pytest.approx(2.0, rel=0.02)
    sure = np.exp(told / found) / np.exp(told / found).sum()
    assert sure[0] == pytest.approx(0.7, abs=0.01)


def test_several_processes_fit_the_same(tiny_run: TinyRun, tmp_path: Path) -> None:
    fitted, temperatures = [], []
    for jobs in ("1", "2"):
        bundle = shutil.copytree(tiny_run.bundle, tmp_path / jobs)
        valid = str(tiny_run.corpus / "valid.jsonl.zst")
        assert calibrate.main([str(bundle), "--data", valid, "--jobs", jobs]) == 0
        manifest = json.loads((bundle / "manifest.json").read_text())
        fitted.append([manifest["diagonal"], *manifest["review"]["thresholds"].values()])
        temperatures.append(manifest["gap_temperature"])
    assert temperatures[0] == pytest.approx(temperatures[1], rel=0.01)
    assert temperatures[0] != 1.0
    # The runtime adds up in another order where it has another number of threads.
    assert fitted[0] == pytest.approx(fitted[1], abs=0.011)


def test_a_notebook_that_is_refused_is_left_out_and_told(
    tiny_run: TinyRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refusing(example: Example, *rest: Any) -> Any:
        if example.id == "valid-0":
            raise RequestError("Too long.", "notebook-too-large")
        return trials(example, *rest)

    monkeypatch.setattr("training.calibrate.examined.trials", refusing)
    bundle = shutil.copytree(tiny_run.bundle, tmp_path / "bundle")
    # A corpus that comes split: what was trained on is left out.
    assert calibrate.main([str(bundle), "--data", str(tiny_run.corpus)]) == 0
    told = capsys.readouterr()
    assert "valid-0" in told.err
    figures = json.loads((bundle / "manifest.json").read_text())["figures"]
    held_out = sum(1 for _ in read_examples(tiny_run.corpus / "valid.jsonl.zst"))
    assert figures["calibration_notebooks"] == held_out - 1


def test_what_was_found_is_printed_where_it_cannot_be_written(
    tiny_run: TinyRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    bundle = shutil.copytree(tiny_run.bundle, tmp_path / "bundle")
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    monkeypatch.setattr(calibrate, "update_manifest", full)
    monkeypatch.chdir(bundle)
    valid = str(tiny_run.corpus / "valid.jsonl.zst")
    assert calibrate.main([".", "--data", valid]) == 2
    told = capsys.readouterr()
    assert '"thresholds"' in told.out
    assert "No space left" in told.err
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before


def test_what_is_missing_is_said(
    tmp_path: Path, tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    valid = str(tiny_run.corpus / "valid.jsonl.zst")
    assert calibrate.main([str(tmp_path), "--data", valid]) == 2
    assert "holds no bundle" in capsys.readouterr().err
    before = (tiny_run.bundle / "manifest.json").read_bytes()
    assert calibrate.main([str(tiny_run.bundle), "--data", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        calibrate.main([str(tiny_run.bundle), "--data", valid, "--limit", "0"])
    assert "--limit: 0 is not a number from 1 on" in capsys.readouterr().err
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "a.ipynb").write_text("no notebook")
    assert calibrate.main([str(tiny_run.bundle), "--data", str(tmp_path / "odd")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert "not JSON" in told[0] or "1 " in told[0]
    assert told[-1].startswith("There is no notebook that could be asked about.")
    assert (tiny_run.bundle / "manifest.json").read_bytes() == before
