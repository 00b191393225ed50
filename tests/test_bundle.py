"""Reading bundles: what is whole loads, what is not says what to do."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_training import TinyRun

from jupyter_cellorder.bundle import FORMAT, MANIFEST, load_bundle, read_manifest
from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.review.hidden import FILE, Hidden
from jupyter_cellorder.review.settings import ReviewSettings

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def bundle(tiny_run: TinyRun, tmp_path: Path) -> Path:
    """A bundle to damage."""
    return Path(shutil.copytree(tiny_run.bundle, tmp_path / "bundle"))


def rewrite(bundle: Path, change: Change) -> None:
    path = bundle / MANIFEST
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def resign(bundle: Path, name: str) -> None:
    """Make the manifest agree with a file as it now is."""
    data = (bundle / name).read_bytes()
    entry = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    rewrite(bundle, lambda record: record["files"].update({name: entry}))


def refusal(path: Path, **options: Any) -> BundleError:
    with pytest.raises(BundleError) as caught:
        load_bundle(path, threads=1, **options)
    message = str(caught.value)
    assert message[0].isupper() or message.startswith(str(path))
    assert message.endswith(".")
    return caught.value


def test_the_manifest_says_what_the_file_says(bundle: Path) -> None:
    review = ReviewSettings(
        folds=3,
        candidates=5,
        weights={"alone": 0.5, "present": 2.0},
        calibration=(0.5, -1.0),
        thresholds={"cautious": 0.9, "balanced": 0.8, "eager": 0.3},
        max_share=0.5,
    )
    rewrite(
        bundle,
        lambda record: record.update(
            name="a name",
            corpus="a corpus",
            diagonal=2.5,
            gap_temperature=1.5,
            figures={"kendall_tau": 0.5},
            review=dataclasses.asdict(review),
        ),
    )
    record = json.loads((bundle / MANIFEST).read_text())

    manifest = read_manifest(bundle)

    assert (manifest.name, manifest.recipe, manifest.corpus) == ("a name", "tiny", "a corpus")
    assert (manifest.diagonal, manifest.gap_temperature) == (2.5, 1.5)
    assert manifest.figures == {"kendall_tau": 0.5}
    assert manifest.review == review
    assert [vars(member) for member in manifest.members] == [
        {**entry, "backends": tuple(entry["backends"]), "value": None}
        for entry in record["members"]
    ]
    assert manifest.files == {
        name: (entry["bytes"], entry["sha256"]) for name, entry in record["files"].items()
    }
    assert manifest.sha256 == hashlib.sha256((bundle / MANIFEST).read_bytes()).hexdigest()


def test_every_file_of_an_exported_bundle_is_named(bundle: Path) -> None:
    found = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert set(read_manifest(bundle).files) == found - {MANIFEST}


def test_what_the_manifest_sets_reaches_the_ensemble(bundle: Path) -> None:
    rewrite(bundle, lambda record: record.update(name="mine", diagonal=7.0, gap_temperature=1.5))
    rewrite(bundle, lambda record: record["review"].update(max_share=0.25))
    rewrite(bundle, lambda record: record["members"][0].update(weight=3.0, name="reader"))

    ensemble = load_bundle(bundle, threads=1)

    assert (ensemble.name, ensemble.diagonal, ensemble.weights) == ("mine", 7.0, (3.0,))
    assert (ensemble.review.max_share, ensemble.gap_temperature) == (0.25, 1.5)
    assert [member.name for member in ensemble.members] == ["reader"]


def test_what_a_member_is_worth_is_its_weight_unless_it_is_given(bundle: Path) -> None:
    rewrite(bundle, lambda record: record["members"][0].update(weight=3.0))
    assert load_bundle(bundle, threads=1).worth == (3.0,)
    rewrite(bundle, lambda record: record["members"][0].update(value=0.02))
    assert read_manifest(bundle).members[0].value == 0.02
    assert load_bundle(bundle, threads=1).worth == (0.02,)


def test_a_strategy_is_optional_and_reaches_the_ensemble(bundle: Path) -> None:
    assert load_bundle(bundle, threads=1).strategy == "precedence"
    rewrite(bundle, lambda record: record.update(strategy="submission-mean"))
    assert read_manifest(bundle).strategy == "submission-mean"
    assert load_bundle(bundle, threads=1).strategy == "submission-mean"


def test_a_strategy_that_this_version_does_not_know(bundle: Path) -> None:
    rewrite(bundle, lambda record: record.update(strategy="median"))
    error = refusal(bundle)
    assert error.code == "bundle-version"
    assert "'median'" in str(error)
    assert "precedence, rank-mean, submission-mean" in str(error)


def test_a_folder_without_a_bundle(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert error.code == "bundle-missing"
    assert "training.export" in str(error)


def test_a_changed_byte(bundle: Path) -> None:
    weights = bundle / "context" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    error = refusal(bundle)
    assert error.code == "bundle-corrupt"
    assert "weights.safetensors" in str(error)


def test_a_file_that_is_cut_off(bundle: Path) -> None:
    path = bundle / "context" / "network.onnx"
    path.write_bytes(path.read_bytes()[:-10])
    error = refusal(bundle)
    assert error.code == "bundle-corrupt"
    assert "network.onnx" in str(error)


def test_a_file_that_is_missing(bundle: Path) -> None:
    (bundle / "context" / "tokenizer.json").unlink()
    error = refusal(bundle)
    assert error.code == "bundle-corrupt"
    assert "tokenizer.json" in str(error)


@pytest.mark.parametrize("backend", ["onnx", "torch"])
@pytest.mark.parametrize(
    "name", ["encoder.onnx", "weights.safetensors", "tokenizer.json", "context.json", "idf.npy"]
)
def test_a_file_of_nonsense_that_the_manifest_names_so(
    bundle: Path, name: str, backend: str
) -> None:
    (bundle / "context" / name).write_bytes(b"nonsense")
    resign(bundle, f"context/{name}")
    if (name, backend) == ("encoder.onnx", "torch"):  # torch never reads it
        assert load_bundle(bundle, backend="torch", threads=1).members
    else:
        assert refusal(bundle, backend=backend).code == "bundle-corrupt"


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"format": 3}', b'{"name": "no format"}'],
)
def test_a_manifest_that_is_damaged(bundle: Path, text: bytes) -> None:
    (bundle / MANIFEST).write_bytes(text)
    error = refusal(bundle)
    assert error.code == "bundle-corrupt"
    assert "manifest" in str(error)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("members"),
        lambda record: record.update(files=[]),
        lambda record: record.update(diagonal="steep"),
        lambda record: record.update(gap_temperature="hot"),
        lambda record: record["review"].update(folds=0),
        lambda record: record["review"].update(another=1),
        lambda record: record["review"].pop("calibration"),
        lambda record: record["review"]["weights"].update(moon=1.0),
        lambda record: record["review"]["thresholds"].pop("eager"),
        lambda record: record["members"][0].pop("folder"),
        lambda record: record.update(members=[]),
    ],
)
def test_a_manifest_with_a_field_that_makes_no_sense(bundle: Path, change: Change) -> None:
    rewrite(bundle, change)
    assert refusal(bundle).code == "bundle-corrupt"


def test_a_bundle_of_another_format(bundle: Path) -> None:
    rewrite(bundle, lambda record: record.update(format=FORMAT + 1))
    error = refusal(bundle)
    assert error.code == "bundle-version"
    assert f"format {FORMAT + 1}" in str(error)


def test_a_member_of_an_unknown_kind(bundle: Path) -> None:
    rewrite(bundle, lambda record: record["members"][0].update(kind="oracle"))
    error = refusal(bundle)
    assert error.code == "bundle-version"
    assert "'oracle'" in str(error)


def test_an_unknown_backend(bundle: Path) -> None:
    error = refusal(bundle, backend="abacus")
    assert error.code == "backend-missing"
    assert "'onnx'" in str(error)
    assert "'torch'" in str(error)


def test_a_member_that_does_not_run_on_the_backend(bundle: Path) -> None:
    rewrite(bundle, lambda record: record["members"][0].update(backends=["onnx"]))
    error = refusal(bundle, backend="torch")
    assert error.code == "backend-missing"
    assert "onnx only" in str(error)
    assert load_bundle(bundle, threads=1).members


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_the_torch_backend_without_its_packages(
    bundle: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("context_torch", "torch_parts"):
        monkeypatch.delitem(sys.modules, f"jupyter_cellorder.members.{name}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    error = refusal(bundle, backend="torch")
    assert error.code == "backend-missing"
    assert f"needs {package}" in str(error)
    assert "pip install 'jupyter-cellorder[training]'" in str(error)


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_a_bundle_that_was_copied_answers(bundle: Path, backend: Any) -> None:
    assert load_bundle(bundle, backend=backend, threads=1).name == "tiny"


def _with_hidden(bundle: Path, *names: str) -> None:
    layer = Hidden(
        names,
        np.ones((len(names), 2), dtype=np.float32),
        np.zeros(2, dtype=np.float32),
        np.ones(2, dtype=np.float32),
    )
    (bundle / FILE).parent.mkdir(exist_ok=True)
    with (bundle / FILE).open("wb") as stream:
        layer.write(stream)
    resign(bundle, FILE)
    rewrite(bundle, lambda record: record["review"].update(hidden=FILE))


def test_the_hidden_layer_of_review_is_read(bundle: Path) -> None:
    _with_hidden(bundle, "alone", "present")
    hidden = load_bundle(bundle, threads=1).review.hidden
    assert hidden is not None
    assert hidden.names == ("alone", "present")
    (bundle / FILE).write_bytes(b"PK no archive")
    resign(bundle, FILE)
    assert refusal(bundle).code == "bundle-corrupt"


def test_a_hidden_layer_of_unknown_features(bundle: Path) -> None:
    _with_hidden(bundle, "moon")
    assert refusal(bundle).code == "bundle-corrupt"


def test_a_hidden_layer_that_is_not_there(bundle: Path) -> None:
    rewrite(bundle, lambda record: record["review"].update(hidden=FILE))
    assert refusal(bundle).code == "bundle-corrupt"
