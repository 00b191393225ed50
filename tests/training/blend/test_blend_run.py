"""``python -m training.blend`` on a bundle of the shape of 2022: what it writes and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_checkpoints import ensemble_run, sequence_checkpoint
from tiny_training import tiny_corpus, tiny_encoder

from jupyter_cellorder import load_bundle
from jupyter_cellorder.bundle import MANIFEST, read_manifest
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement
from training import export
from training.blend.__main__ import main
from training.manifest import update_manifest

WEIGHTS = {"first": 6.0, "second": 5.0, "third": 2.0, "next": 3.0}
PLACEMENT = Placement(
    (Cell("a", "code", "table_plot = plot(frame)"), Cell("b", "code", "print(frame)")),
    (Cell("c", "markdown", "# now we plot"), Cell("d", "markdown", "print")),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bundle and a corpus."""
    folder = tmp_path_factory.mktemp("blend")
    encoder = tiny_encoder(folder / "encoder")
    for name in WEIGHTS:
        kind = "pairwise" if name == "next" else "pointwise"
        sequence_checkpoint(folder / "run" / name, kind, encoder)
    ensemble_run(folder / "run", WEIGHTS)
    assert export.main([str(folder / "run"), "--output", str(folder / "bundle")]) == 0
    (folder / "corpus").mkdir()
    tiny_corpus(folder / "corpus", 16, 0)
    return folder


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "bundle", tmp_path / "bundle"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def blend(made: Path, bundle: Path, *options: str) -> int:
    data = str(made / "corpus" / "valid.jsonl.zst")
    return main([str(bundle), "--data", data, "--limit", "6", *options])


def test_what_is_fitted_is_written_and_the_bundle_is_whole(
    made: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update_manifest(bundle, {}, {"scores": {"valid": {"kendall_tau": 0.5}}, "selected": {}})
    before = read_manifest(bundle)
    assert blend(made, bundle, "--strategy", "precedence") == 0
    printed = capsys.readouterr().out
    assert "Gain of fitted over equal weights, out of fold:" in printed
    assert "3-1      first + second + third + next" in printed
    assert "strategy precedence." in printed
    after = read_manifest(bundle)
    assert after.sha256 != before.sha256
    assert after.strategy == before.strategy == "submission-mean"
    assert min(member.weight for member in after.members if member.weight) == 1.0
    assert all(member.value is not None and member.value >= 0 for member in after.members)
    assert after.figures["blend"]["notebooks"] == 6
    assert after.figures["parity"] == before.figures["parity"]
    # They were those of the old weights.
    assert not {"scores", "selected"} & after.figures.keys()
    assert "training.calibrate" in printed
    for member in after.members:
        path = bundle / member.folder / f"{member.kind}.json"
        assert json.loads(path.read_text())["temperature"] != 0.5
    loaded = load_bundle(bundle, threads=1)  # verifies every file
    answer = loaded.members[0].precedence(PLACEMENT)
    old = load_bundle(made / "bundle", threads=1).members[0].precedence(PLACEMENT)
    assert np.array_equal(answer.rank, old.rank)
    assert not np.allclose(answer.after, old.after)
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]
    assert blend(made, bundle) == 0  # and again, with the bundle's own strategy
    assert "strategy submission-mean." in capsys.readouterr().out


def test_a_dry_run_writes_nothing(
    made: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(bundle)
    assert blend(made, bundle, "--dry-run", "--strategy", "rank-mean", "--minutes", "0.5") == 0
    assert contents(bundle) == before
    lines = capsys.readouterr().out.splitlines()
    [row] = [line for line in lines if line.startswith("next ")]
    assert row.split()[-2] == "0"  # no weight where there is no rank
    assert "Written" not in "\n".join(lines)


def test_what_cannot_be_fitted_is_said(
    made: Path, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--data", str(made / "corpus")]) == 2
    assert f"holds no bundle (no {MANIFEST})" in capsys.readouterr().err
    assert main([str(bundle), "--data", str(tmp_path / "none")]) == 2
    assert "none does not exist" in capsys.readouterr().err
    alone = tmp_path / "alone"
    assert export.main([str(made / "run" / "next"), "--output", str(alone)]) == 0
    capsys.readouterr()
    assert blend(made, alone, "--strategy", "rank-mean") == 2
    assert "No member of the bundle has ranks" in capsys.readouterr().err
    for options in (["--limit", "0"], ["--minutes", "-1"], ["--strategy", "median"]):
        with pytest.raises(SystemExit) as refused:
            blend(made, bundle, *options)
        assert refused.value.code == 2
        assert "error: argument" in capsys.readouterr().err


def test_one_member_has_a_temperature_to_fit_but_nothing_to_weigh(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone"
    assert export.main([str(made / "run" / "first"), "--output", str(alone)]) == 0
    assert blend(made, alone) == 0
    assert "Gain of" not in capsys.readouterr().out
    [member] = read_manifest(alone).members
    assert (member.weight, member.value) == (1.0, 0.0)
