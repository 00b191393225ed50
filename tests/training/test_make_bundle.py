"""`make bundle` gives its commands options that they have."""

from __future__ import annotations

import importlib
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from jupyter_cellorder.cli import main as cellorder

ROOT = Path(__file__).parents[2]


def commands() -> list[list[str]]:
    """The lines of the recipe, without making anything."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make on this machine")
    asked = [make, "--dry-run", "--no-print-directory", "bundle", "DATA=corpus", "RUN=run"]
    # Everything up to date: what installs is not of interest.
    asked += ["--old-file=.venv/.tested-with", "VENV=.venv"]
    printed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = printed.replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith(".venv/bin/")]


def help_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        if words[1] == "-m":
            module = importlib.import_module(words[2])
            if not hasattr(module, "main"):
                module = importlib.import_module(f"{words[2]}.__main__")
            module.main(["--help"])
        else:
            cellorder([words[1], "--help-all"])
    return capsys.readouterr().out


def test_every_option_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for words in commands():
        if words[1:3] == ["-m", "pip"] or words[0].endswith("/pip"):
            continue
        seen.append(words[2] if words[1] == "-m" else words[1])
        told = help_of(words, capsys)
        for option in (word for word in words if word.startswith("--")):
            assert option in told, (words, option)
    modules = ("run", "export", "priors", "calibrate")
    assert seen == [*(f"training.{name}" for name in modules), *["evaluate"] * 4, "training.card"]


def test_without_a_corpus_it_says_what_it_needs() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make on this machine")
    asked = [make, "bundle", "--old-file=.venv/.tested-with"]
    ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "make bundle DATA=CORPUS RUN=FOLDER" in ended.stderr
