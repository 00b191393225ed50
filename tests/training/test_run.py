"""The command ``python -m training.run``, apart from training itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from training import recipe, run, tasks


@pytest.mark.parametrize("missing", ["torch", "transformers"])
@pytest.mark.parametrize("command", ["run", "export", "calibrate", "card"])
def test_without_the_extra_it_prints_the_one_line_that_installs_it(
    missing: str, command: str, tmp_path: Path
) -> None:
    # As if it were not installed.
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{missing!r}] = None\n")
    done = subprocess.run(
        [sys.executable, "-m", f"training.{command}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "Training needs torch and transformers: pip install 'jupyter-cellorder[training]'"
    ]


def test_without_a_recipe_it_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 0
    shown = capsys.readouterr().out
    for name in recipe.names():
        assert name in shown
        assert tasks.load(name).summary in shown
    assert "--data CORPUS --output RUN" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-recipe"], "There is no recipe 'no-such-recipe'"),
        (["minilm-context"], "--data CORPUS --output RUN"),
        (["minilm-context", "--data", "corpus"], "--data CORPUS --output RUN"),
    ],
)
def test_what_is_missing_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(arguments) == 2
    assert said in capsys.readouterr().err


def test_without_hub_and_cache_the_ways_to_an_encoder_are_said(tmp_path: Path) -> None:
    asked = ["codebert-5", "--data", str(tmp_path), "--output", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, "-m", "training.run", *asked],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    said = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr
    assert said[-1].startswith("The encoder 'microsoft/codebert-base' is neither a folder nor")
    assert said[-1].endswith("to FOLDER/microsoft/codebert-base and give --encoders FOLDER.")
    assert len(said) == 1


def test_an_encoder_that_is_not_to_be_had_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    mine = tmp_path / "mine.toml"
    mine.write_text(f'summary = "s"\ntask = "context"\nencoder = "{tmp_path.as_posix()}/empty"\n')
    arguments = [str(mine), "--data", str(tmp_path), "--output", str(tmp_path / "run")]
    assert run.main(arguments) == 2
    assert "encoder" in capsys.readouterr().err
