"""``python -m training.priors``: from a corpus to a member in a bundle."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tiny_training import TinyRun

from jupyter_cellorder.bundle import MANIFEST, load_bundle, read_manifest
from training.priors.__main__ import main


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty repositories whose notebooks open with a title; half of them count steps."""
    folder = tmp_path_factory.mktemp("corpus")
    for part in ("train-00", "valid"):
        lines = []
        for number in range(30):
            cells = [["markdown", "# Title"], ["code", "x = 1"]]
            if number % 2:
                cells += [["markdown", "## Step 1"], ["markdown", "## Step 2"]]
            known = {"id": f"{part}{number}", "ancestor": f"{number}", "repo": f"r/{number}"}
            lines.append(json.dumps({**known, "cells": cells}))
        data = zstandard.ZstdCompressor().compress("\n".join(lines).encode() + b"\n")
        (folder / f"{part}.jsonl.zst").write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def rules(corpus: Path) -> Path:
    path = corpus / "priors.json"
    assert main(["--data", str(corpus), "--output", str(path), "--least", "0.75"]) == 0
    return path


@pytest.fixture
def bundle(tiny_run: TinyRun, tmp_path: Path) -> Path:
    """A bundle to change."""
    return Path(shutil.copytree(tiny_run.bundle, tmp_path / "bundle"))


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_what_is_written(rules: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(rules.read_text())
    assert record["notebooks"] == 30  # of train alone
    assert record["rules"]["title of level 1"]["code"]["repositories"] == 30
    assert record["rules"]["counted words"]["markdown"]["notebooks"] == 15
    assert main(["--data", str(corpus), "--output", str(rules), "--least", "0.85"]) == 0
    shown = capsys.readouterr().out
    assert "* title of level 1" in shown
    assert "  counted words" in shown
    assert "counted words" not in json.loads(rules.read_text())["rules"]


def test_a_sample_is_seeded(corpus: Path, tmp_path: Path) -> None:
    def record(*options: str) -> Any:
        path = tmp_path / "rules.json"
        given = ["--data", str(corpus), "--output", str(path), "--limit", "20", "--least", "0.6"]
        assert main([*given, *options]) == 0
        return json.loads(path.read_text())

    assert record() == record("--seed", "0")
    assert record()["notebooks"] == 20
    assert record() != record("--seed", "1")


def test_a_bundle_gets_the_member_beside_its_own(bundle: Path, rules: Path) -> None:
    before, before_files = read_manifest(bundle), digests(bundle)
    assert main(["--rules", str(rules), "--bundle", str(bundle), "--weight", "0.5"]) == 0

    manifest = read_manifest(bundle)
    assert manifest.members[:-1] == before.members
    added = manifest.members[-1]
    assert (added.name, added.kind, added.weight) == ("priors", "priors", 0.5)
    assert manifest.review == before.review
    assert {**before_files, "priors/priors.json": digests(bundle)["priors/priors.json"]} == digests(
        bundle
    )
    ensemble = load_bundle(bundle, threads=1)
    assert [member.name for member in ensemble.members] == ["context", "priors"]
    assert ensemble.weights == (1.0, 0.5)
    assert not list(bundle.parent.glob("*.part"))


def test_measured_again_it_takes_the_place_of_what_was_there(bundle: Path, corpus: Path) -> None:
    given = ["--data", str(corpus), "--bundle", str(bundle)]
    assert main([*given, "--least", "0.6"]) == 0
    assert main([*given, "--least", "0.85", "--weight", "2"]) == 0
    members = read_manifest(bundle).members
    assert [member.kind for member in members] == ["context", "priors"]
    assert members[-1].weight == 2
    record = json.loads((bundle / "priors" / "priors.json").read_text())
    assert "counted words" not in record["rules"]
    assert load_bundle(bundle, threads=1).members


def test_of_rules_measured_before_only_the_surer_ones_are_taken(
    bundle: Path, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads(rules.read_text())
    sides = record["rules"]["title of level 1"]
    unsure = {"counted words": {"code": {**sides["code"], "confidence": 0.72}}}
    known = {**record, "least": 0.7, "rules": {"title of level 1": sides, **unsure}}
    both = tmp_path / "both.json"
    both.write_text(json.dumps(known))
    installed = bundle / "priors" / "priors.json"
    given = ["--rules", str(both), "--bundle", str(bundle)]
    assert main(given) == 0
    assert json.loads(installed.read_text()) == known
    assert main([*given, "--least", "0.75"]) == 0
    rest = {"least": 0.75, "rules": {"title of level 1": sides}}
    assert json.loads(installed.read_text()) == {**known, **rest}
    capsys.readouterr()
    assert main([*given, "--least", "0.9999"]) == 2
    assert "No rule has a confidence of 0.9999" in capsys.readouterr().err


def test_scores_of_the_bundle_without_it_are_not_kept(bundle: Path, rules: Path) -> None:
    path = bundle / MANIFEST
    record = json.loads(path.read_text())
    record["figures"]["scores"] = {"valid": {"kendall_tau": 0.5}}
    path.write_text(json.dumps(record))
    assert main(["--rules", str(rules), "--bundle", str(bundle)]) == 0
    figures = read_manifest(bundle).figures
    assert "scores" not in figures
    assert "parity" in figures


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1, "rules": {"moon first": {}}}'])
def test_rules_that_make_no_sense_change_no_bundle(
    bundle: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (bundle / MANIFEST).read_bytes(), digests(bundle)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text)
    assert main(["--rules", str(wrong), "--bundle", str(bundle)]) == 2
    assert capsys.readouterr().err.strip().endswith(".")
    assert before == ((bundle / MANIFEST).read_bytes(), digests(bundle))
    assert not list(bundle.parent.glob("*.part"))


def test_a_folder_that_is_no_bundle(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--rules", str(rules), "--bundle", str(tmp_path)]) == 2
    assert "holds no bundle" in capsys.readouterr().err


def test_a_damaged_bundle_is_not_made_to_look_whole(
    bundle: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / "context" / "tokenizer.json").write_text("{}")
    assert main(["--rules", str(rules), "--bundle", str(bundle)]) == 2
    assert "differs from its manifest" in capsys.readouterr().err
    assert [member.kind for member in read_manifest(bundle).members] == ["context"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--data", "corpus"],
        ["--output", "file"],
        ["--data", "corpus", "--rules", "file", "--output", "file"],
        ["--data", "corpus", "--output", "file", "--least", "1"],
        ["--data", "corpus", "--output", "file", "--limit", "0"],
        ["--data", "corpus", "--bundle", "bundle", "--weight", "0"],
        ["--rules", "file", "--bundle", "bundle", "--limit", "5"],
        ["--rules", "file", "--bundle", "bundle", "--seed", "5"],
    ],
)
def test_options_that_make_no_sense(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize("option", ["--data", "--rules"])
def test_a_path_that_is_missing(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert main([option, str(missing), "--output", str(tmp_path / "out.json")]) == 2
    assert str(missing) in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()
