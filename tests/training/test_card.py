from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file
from tiny_training import TinyRun

from jupyter_cellorder.bundle import load_bundle, read_manifest
from jupyter_cellorder.cli import main as command
from training import card
from training.calibrate import __main__ as calibrate

SOURCES = "repo,commit,licence,notebooks_used,split\na/b,1,MIT,3,train\nc/d,2,CC0,1,test\n"


def test_the_card_says_what_was_measured(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, valid = tmp_path / "bundle", tiny_run.corpus / "valid.jsonl.zst"
    shutil.copytree(tiny_run.bundle, bundle)
    sources, scores = tmp_path / "sources.csv", tmp_path / "tiny-valid.json"
    sources.write_text(SOURCES)
    assert calibrate.main([str(bundle), "--data", str(valid)]) == 0
    capsys.readouterr()
    command(["evaluate", str(valid), "--bundle", str(bundle), "--json"])
    printed = capsys.readouterr().out
    scores.write_text(printed)
    selected = tmp_path / "selected.json"
    command(["evaluate", str(valid), "--bundle", str(bundle), "--task", "selected", "--json"])
    selected.write_text(capsys.readouterr().out)
    arguments = [str(bundle), "--sources", str(sources), "--scores", str(scores)]
    arguments += ["--selected", str(selected), "--command", "make it so"]
    assert card.main(arguments) == 0
    text = (bundle / "README.md").read_text()
    measured = json.loads(printed)["kendall_tau"]
    assert f"| tiny-valid | all | 12 | {measured:.3f} |" in text
    placed = json.loads(selected.read_text())
    assert f"cells of 12 held-out\nnotebooks): {placed['right']:.1%}" in text
    assert "again with `make it so`" in text
    assert json.loads((bundle / "manifest.json").read_text())["command"] == "make it so"
    # Attribution for what the weights come from; the test split taught nothing.
    assert "a/b" in (bundle / "SOURCES.csv").read_text()
    assert "c/d" not in (bundle / "SOURCES.csv").read_text()
    weights = load_file(bundle / "context" / "weights.safetensors")
    count = sum(value.size for name, value in weights.items() if name.startswith("network."))
    assert f"({card._millions(count)} parameters)" in text
    # The manifest names the card too, so the bundle still loads.
    assert {"README.md", "SOURCES.csv"} <= read_manifest(bundle).files.keys()
    load_bundle(bundle)


def test_no_interval_and_names_that_are_given_twice(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny_run.bundle, bundle)
    manifest = json.loads((bundle / "manifest.json").read_text())
    repaired = {"calibration_notebooks": 3, "repair": {}}
    manifest["figures"] |= repaired
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    sources = tmp_path / "sources.csv"
    sources.write_text(SOURCES)
    score = {
        "kendall_tau": 0.5,
        "ci95": None,
        "notebooks": 3,
        "markdown_cells": 9,
        "baselines": {},
        "keep_markdown_order": False,
    }
    paths = [tmp_path / folder / "valid.json" for folder in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(json.dumps(score))
    arguments = [str(bundle), "--sources", str(sources), "--scores"]
    assert card.main([*arguments, *map(str, paths)]) == 2
    assert "have one name" in capsys.readouterr().err
    assert not (bundle / "README.md").exists()
    assert card.main([*arguments, str(paths[0])]) == 0
    text = (bundle / "README.md").read_text()
    assert "| valid | all | 3 | 0.500 | one repository |  |" in text


def test_without_scores_nothing_is_written(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny_run.bundle, bundle)
    sources = tmp_path / "sources.csv"
    sources.write_text(SOURCES)
    missing = tmp_path / "none.json"
    assert card.main([str(bundle), "--sources", str(sources), "--scores", str(missing)]) == 2
    assert "No card was written" in capsys.readouterr().err
    assert not (bundle / "README.md").exists() and not (bundle / "SOURCES.csv").exists()


@pytest.mark.parametrize("rules", [None, {"notebooks": 1234, "rules": {"a": {}, "b": {}}}])
def test_the_card_counts_the_rules_that_a_bundle_has(rules: dict[str, Any] | None) -> None:
    figures = {
        "parity": 1e-6,
        "scores": {},
        "calibration_notebooks": 10,
        "repair": {},
    }
    review = {"least_doubt": 1.5}
    manifest = {"name": "n", "recipe": "r", "corpus": "c", "figures": figures, "review": review}
    facts = {"encoder": "e", "tokens": {"markdown": 64, "code": 64}}
    text = card.card(manifest, facts, Counter(), rules, (22_713_216, 987))
    assert "(23 M parameters," in text and "(987 parameters)" in text
    assert "started from `e` (its licence and its authors are named where it is)" in text
    assert ("`priors`: 2 rules" in text and "1,234 training notebooks" in text) == bool(rules)
    assert ("python -m training.priors" in text) == bool(rules)
    assert "--least-doubt 1.5`" in text
