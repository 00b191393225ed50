"""Notebooks that a bundle was trained on, as lessons for review mode."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import zstandard
from tiny_training import TinyRun, tiny_cells
from truthful import ensemble, notebook

from jupyter_cellorder.bundle import load_bundle
from jupyter_cellorder.evaluation.sources import Example, Skipped
from training.calibrate import __main__ as calibrate
from training.calibrate.lessons import LONGEST, lesson, lessons


def corpus(folder: Path) -> Path:
    """Ten notebooks of each of four repositories to train on, one too long; one held out."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for part, repositories in (("train-00", "abcd"), ("valid", "e")):
        lines = []
        for number in range(10 * len(repositories)):
            cells = tiny_cells(number, rng)
            if number == 0:
                cells = cells * LONGEST
            lines.append(
                json.dumps(
                    {
                        "id": f"{part}-{number}",
                        "ancestor": f"{part}-{number}",
                        "repo": f"repo/{repositories[number % len(repositories)]}",
                        "path": "a.ipynb",
                        "commit": "0",
                        "licence": "MIT",
                        "lang": "en",
                        "cells": cells,
                    }
                )
            )
        data = zstandard.ZstdCompressor().compress("\n".join(lines).encode())
        (folder / f"{part}.jsonl.zst").write_bytes(data)
    return folder


def test_some_of_every_repository_that_is_not_measured(tmp_path: Path) -> None:
    data = corpus(tmp_path / "corpus")
    found = lessons(data, 3, {"repo/b"}, 0, Skipped())
    assert Counter(example.cluster for example in found) == {"repo/a": 3, "repo/c": 3, "repo/d": 3}
    every = lessons(data, 100, set(), 0, Skipped())
    assert len(every) == 39  # not the one that is too long, nor what was held out
    assert {example.id for example in found} <= {example.id for example in every}
    assert [e.id for e in lessons(data, 3, {"repo/b"}, 0, Skipped())] == [e.id for e in found]


def test_none_left_is_said(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tiny corpus has the same repositories in both parts."""
    bundle = shutil.copytree(tiny_run.bundle, tmp_path / "bundle")
    valid = str(tiny_run.corpus / "valid.jsonl.zst")
    arguments = [str(bundle), "--data", valid, "--trained-on", str(tiny_run.corpus)]
    assert calibrate.main(arguments) == 0
    assert "teaches nothing" in capsys.readouterr().err
    figures = json.loads((bundle / "manifest.json").read_text())["figures"]
    assert figures["calibration_lessons"] == 0


def test_a_lesson_is_marked_as_seen() -> None:

    book = notebook("c1 m2 c3 m4 c5 m6 c7 m8 c9")
    met = lesson(Example("n", "r", "a", "en", book), ensemble(), 0)
    assert not isinstance(met, str)
    assert {trial.seen for trial in met} == {True}


def test_calibration_takes_lessons(tiny_run: TinyRun, tmp_path: Path) -> None:
    data = corpus(tmp_path / "corpus")
    bundle = shutil.copytree(tiny_run.bundle, tmp_path / "bundle")
    valid = str(tiny_run.corpus / "valid.jsonl.zst")
    arguments = [str(bundle), "--data", valid, "--trained-on", str(data), "--each", "2"]
    assert calibrate.main(arguments) == 0
    figures = json.loads((bundle / "manifest.json").read_text())["figures"]
    assert figures["calibration_lessons"] == 8
    assert load_bundle(bundle, threads=1).review.hidden is not None
