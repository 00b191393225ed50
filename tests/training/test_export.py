"""Runs of every kind to bundles, on encoders of both families, that nobody needs to train."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import load as onnx_load
from safetensors.torch import load_file, save_file
from tiny_checkpoints import context_checkpoint, ensemble_run, sequence_checkpoint
from tiny_training import tiny_cells, tiny_encoder, tiny_roberta

from jupyter_cellorder import Notebook, load_bundle, suggest
from jupyter_cellorder.bundle import read_manifest
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement
from training import checkpoint, export
from training.calibrate.examined import DIAGONALS, examine
from training.parity import PARITY, ExportError, check_parity

WEIGHTS = {
    "place": 6.0,
    "rank-roberta": 5.0,
    "rank-bert": 2.0,
    "next-roberta": 3.0,
    "next-bert": 1.0,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ensemble's run: every kind of member, on every family of encoders."""
    folder = tmp_path_factory.mktemp("ensemble")
    bert, roberta = tiny_encoder(folder / "bert"), tiny_roberta(folder / "roberta")
    context_checkpoint(folder / "run" / "place", roberta)
    for family, encoder in (("roberta", roberta), ("bert", bert)):
        sequence_checkpoint(folder / "run" / f"rank-{family}", "pointwise", encoder)
        sequence_checkpoint(folder / "run" / f"next-{family}", "pairwise", encoder)
    return ensemble_run(folder / "run", WEIGHTS)


@pytest.fixture(scope="module")
def bundle(run: Path) -> Path:
    output = run.parent / "bundle"
    assert export.main([str(run), "--output", str(output), "--corpus", "nothing"]) == 0
    return output


@pytest.fixture(scope="module")
def onnx(bundle: Path) -> Ensemble:
    return load_bundle(bundle, threads=1)


@pytest.fixture(scope="module")
def torch(bundle: Path) -> Ensemble:
    return load_bundle(bundle, backend="torch", threads=1)


def notebook(seed: int) -> Notebook:
    cells = tiny_cells(seed, np.random.default_rng(seed))
    return Notebook.from_cells(
        [Cell(f"{at}", kind, source) for at, (kind, source) in enumerate(cells)]  # type: ignore[arg-type]
    )


def stored(path: Path) -> int:
    """Bytes of the weights in a file."""
    if path.suffix == ".safetensors":
        return sum(value.nbytes for value in load_file(path).values())
    return sum(len(tensor.raw_data) for tensor in onnx_load(path).graph.initializer)


def placement(seed: int, placed: int = 0) -> Placement:
    """All markdown to be placed but the first few cells of it."""
    cells = notebook(seed).cells
    floats = [cell for cell in cells if cell.kind == "markdown"][placed:]
    return Placement(tuple(cell for cell in cells if cell not in floats), tuple(floats))


def test_an_ensemble_keeps_its_members_names_and_weights(bundle: Path, onnx: Ensemble) -> None:
    manifest = read_manifest(bundle)
    assert (manifest.name, manifest.recipe, manifest.corpus) == ("tiny-all", "tiny-all", "nothing")
    assert {member.name: member.weight for member in manifest.members} == WEIGHTS
    assert [member.kind for member in manifest.members] == [
        "context",
        "pointwise",
        "pointwise",
        "pairwise",
        "pairwise",
    ]
    assert [member.name for member in onnx.members] == list(WEIGHTS)
    assert onnx.weights == tuple(WEIGHTS.values())
    assert manifest.strategy == onnx.strategy == "submission-mean"


def test_parity_is_measured_for_every_member(bundle: Path) -> None:
    figures = read_manifest(bundle).figures
    assert figures["parities"].keys() == WEIGHTS.keys()
    assert all(0 <= value <= PARITY for value in figures["parities"].values())
    assert figures["parity"] == max(figures["parities"].values())
    assert figures["weights"] == "fp16"


def test_the_manifest_names_every_file(bundle: Path) -> None:
    found = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert set(read_manifest(bundle).files) == found - {"manifest.json"}


@pytest.mark.parametrize("at", range(len(WEIGHTS)), ids=list(WEIGHTS))
@pytest.mark.parametrize("placed", [0, 3])
def test_both_backends_give_one_precedence(
    at: int, placed: int, onnx: Ensemble, torch: Ensemble
) -> None:
    """On batches of several lengths, so with padding."""
    asked = placement(5, placed)
    left, right = (ensemble.members[at].precedence(asked) for ensemble in (onnx, torch))
    assert left.after.std() > 1e-3  # an answer that says something
    assert np.abs(left.after - right.after).max() <= PARITY
    assert np.abs(left.before - right.before).max() <= PARITY


def test_the_members_differ(onnx: Ensemble) -> None:
    answers = [member.precedence(placement(5)).after for member in onnx.members]
    for at, answer in enumerate(answers):
        assert all(np.abs(answer - other).max() > 1e-3 for other in answers[:at])


def test_the_whole_ensemble_suggests_an_order(onnx: Ensemble, torch: Ensemble) -> None:
    for ordered in (False, True):
        orders = [
            suggest(notebook(3), ensemble, "all", keep_markdown_order=ordered).order
            for ensemble in (onnx, torch)
        ]
        assert orders[0] == orders[1]
        assert len(orders[0]) == len(notebook(3).cells)


@pytest.mark.parametrize("at", [1, 3], ids=["pointwise", "pairwise"])
def test_what_calibration_asks_is_answered_by_every_kind(at: int, onnx: Ensemble) -> None:
    """Also by members that have no exact gaps."""
    alone = Ensemble((onnx.members[at],), (1.0,), "alone")
    example = Example("1", "1", "1", "en", notebook(1))
    found = examine(example, alone, 0)
    pairs = len(example.notebook.cells) * (len(example.notebook.cells) - 1) // 2
    assert len(found.inversions) == len(DIAGONALS)
    assert all(0 <= wrong <= pairs for wrong in found.inversions)
    intact, *displaced = found.trials
    assert intact.markdown == 6
    assert any(trial.doubts for trial in displaced)


def test_the_encoders_look_for_no_text_without_tokens(bundle: Path) -> None:
    """The fused attention leaves that in a graph, and it takes a tenth of the time."""
    files = [*bundle.glob("*/encoder.onnx"), *bundle.glob("*/network.onnx")]
    assert files
    for file in files:
        graph = onnx_load(str(file), load_external_data=False).graph
        assert "IsNaN" not in {node.op_type for node in graph.node}, file


def test_on_onnx_runtime_nothing_of_torch_is_loaded(bundle: Path) -> None:
    program = (
        "import sys\nfrom jupyter_cellorder import load_bundle\n"
        f"print(len(load_bundle({str(bundle)!r}, threads=1).members))\n"
        "print(sorted({'torch', 'transformers', 'safetensors'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.stdout.split("\n")[:2], ran.stderr) == ([f"{len(WEIGHTS)}", "[]"], "")


def test_one_run_is_a_bundle_of_one_member(run: Path, tmp_path: Path) -> None:
    output = tmp_path / "made" / "bundle"
    assert export.main([str(run / "rank-bert"), "--output", str(output), "--name", "mine"]) == 0
    manifest = read_manifest(output)
    assert (manifest.name, manifest.recipe) == ("mine", "tiny-pointwise")
    assert manifest.strategy == "precedence"
    assert [vars(member) for member in manifest.members] == [
        {
            "name": "pointwise",
            "kind": "pointwise",
            "weight": 1.0,
            "folder": "pointwise",
            "backends": ("onnx", "torch"),
            "value": None,
        }
    ]
    assert [path.name for path in output.parent.iterdir()] == ["bundle"]
    assert load_bundle(output, threads=1).name == "mine"


def test_quantised_it_is_smaller_and_says_what_that_costs(
    run: Path, bundle: Path, onnx: Ensemble, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "run"
    for name in ("place", "next-roberta"):
        shutil.copytree(run / name, small / name)
    ensemble_run(small, {"place": 1.0, "next-roberta": 1.0})
    output = tmp_path / "bundle"
    assert export.main([str(small), "--output", str(output), "--quantise"]) == 0
    assert "what int8 costs" in capsys.readouterr().out
    manifest = read_manifest(output)
    assert manifest.figures["weights"] == "int8"
    assert manifest.figures["parities"]["next-roberta"] > 1e-6  # other than the weights were
    assert all(member.backends == ("onnx",) for member in manifest.members)
    assert not list(output.rglob("*.safetensors"))
    quantised = load_bundle(output, threads=1)
    for at, name in enumerate(("place", "next-roberta")):
        files = [*output.glob(f"{name}/*.onnx")]
        assert any(b"MatMulInteger" in file.read_bytes() for file in files)
        assert sum(map(stored, files)) < stored(bundle / name / "weights.safetensors")
        exact = onnx.members[list(WEIGHTS).index(name)].precedence(placement(5))
        answer = quantised.members[at].precedence(placement(5))
        whole = onnx.members[list(WEIGHTS).index(name)]
        assert quantised.members[at].gflop(placement(5)) == whole.gflop(placement(5)) > 0
        assert np.abs(answer.after - exact.after).mean() < 0.1


def test_weights_that_are_never_computed_with_are_left_out(
    run: Path, bundle: Path, tmp_path: Path
) -> None:
    """A pooling head and old buffers, as encoders on the hub have them."""
    shutil.copytree(run / "rank-bert", tmp_path / "run")
    path = tmp_path / "run" / "checkpoint" / "model.safetensors"
    weights = load_file(path)
    weights["encoder.pooler.dense.weight"] = weights["head.weight"].clone()
    weights["encoder.embeddings.position_ids"] = weights["head.bias"].clone()
    save_file(weights, path)
    assert checkpoint.read_weights(path.parent).keys() == weights.keys() - {
        "encoder.pooler.dense.weight",
        "encoder.embeddings.position_ids",
    }
    assert export.main([str(tmp_path / "run"), "--output", str(tmp_path / "bundle")]) == 0
    assert (tmp_path / "bundle" / "pointwise" / "weights.safetensors").read_bytes() == (
        bundle / "rank-bert" / "weights.safetensors"
    ).read_bytes()


@pytest.mark.parametrize("difference", [2e-3, float("nan"), float("inf")])
def test_backends_that_disagree_are_refused(difference: float) -> None:
    check_parity(PARITY)
    with pytest.raises(ExportError, match="differ by") as refused:
        check_parity(difference)
    assert refused.value.code == "parity"


def refused(run: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence; nothing was written."""
    before = sorted(output.parent.iterdir())
    assert export.main([str(run), "--output", str(output)]) == 2
    assert sorted(output.parent.iterdir()) == before
    return capsys.readouterr().err


def test_weights_that_are_not_numbers_are_refused(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run / "rank-bert", tmp_path / "run")
    path = tmp_path / "run" / "checkpoint" / "model.safetensors"
    weights = load_file(path)
    weights["head.bias"] *= float("nan")
    save_file(weights, path)
    assert "differ by nan" in refused(tmp_path / "run", tmp_path / "bundle", capsys)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("rank-bert", "model.safetensors"),
        ("rank-bert", "tokenizer.json"),
        ("place", "idf.npy"),
        ("place", "encoder.json"),
    ],
)
def test_a_checkpoint_without_one_of_its_files(
    name: str, file: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run / name, tmp_path / "run")
    (tmp_path / "run" / "checkpoint" / file).unlink()
    message = refused(tmp_path / "run", tmp_path / "bundle", capsys)
    assert f"{file} is missing or damaged" in message
    assert message.endswith("again.\n")


@pytest.mark.parametrize("file", ["model.safetensors", "pairwise.json", "encoder.json"])
def test_a_checkpoint_that_is_damaged(
    file: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run / "next-bert", tmp_path / "run")
    (tmp_path / "run" / "checkpoint" / file).write_bytes(b"[1, 2")
    assert "missing or damaged" in refused(tmp_path / "run", tmp_path / "bundle", capsys)


def test_a_checkpoint_whose_weights_are_anothers(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run / "next-bert", tmp_path / "run")
    shutil.copy(
        run / "next-roberta" / "checkpoint" / "model.safetensors", tmp_path / "run" / "checkpoint"
    )
    assert "damaged" in refused(tmp_path / "run", tmp_path / "bundle", capsys)


def test_an_ensemble_that_is_not_finished(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run / "rank-bert", tmp_path / "run" / "rank-bert")
    ensemble_run(tmp_path / "run", {"rank-bert": 1.0, "next-bert": 1.0})
    message = refused(tmp_path / "run", tmp_path / "bundle", capsys)
    assert f"{tmp_path / 'run' / 'next-bert'} holds no finished run" in message
    (tmp_path / "run" / "ensemble.json").write_text(json.dumps({"members": []}))
    assert "ensemble.json is missing or damaged" in refused(
        tmp_path / "run", tmp_path / "bundle", capsys
    )


def test_a_full_disk_leaves_nothing(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export, "write_manifest", full)
    message = refused(run / "rank-bert", tmp_path / "bundle", capsys)
    assert "No space left on device" in message
