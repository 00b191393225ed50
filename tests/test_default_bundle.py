"""The bundle that ships: small enough, honest about itself, one answer on both backends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jupyter_cellorder import Notebook, load_bundle, suggest
from jupyter_cellorder.bundle import DEFAULT, read_manifest
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.precedence import Placement
from training import recipe

EXAMPLES = sorted((DEFAULT.parent.parent / "examples").rglob("*.ipynb"))
PARITY = 1e-3  # what the backends may differ by in a probability


@pytest.fixture(scope="module")
def onnx() -> Ensemble:
    return load_bundle(backend="onnx", threads=1)


@pytest.fixture(scope="module")
def torch() -> Ensemble:
    return load_bundle(backend="torch", threads=1)


def test_it_fits_into_sixty_megabytes() -> None:
    assert sum(path.stat().st_size for path in DEFAULT.rglob("*") if path.is_file()) <= 60_000_000


def test_it_says_what_it_was_trained_on_and_how_well_it_does() -> None:
    manifest = read_manifest()
    assert manifest.recipe in recipe.names()
    assert manifest.corpus
    assert 0 <= manifest.figures["parity"] <= PARITY
    assert manifest.figures["false_moves_per_100_markdown"] < 1
    assert manifest.figures["calibration_notebooks"] >= 100


def test_the_manifest_names_every_file() -> None:
    found = {path.relative_to(DEFAULT).as_posix() for path in DEFAULT.rglob("*") if path.is_file()}
    assert set(read_manifest().files) == found - {"manifest.json"}


def test_there_are_examples_to_ask_about() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_both_backends_give_one_order(path: Path, onnx: Ensemble, torch: Ensemble) -> None:
    notebook = Notebook.read(path)
    for mode, kept in (("review", False), ("all", False), ("all", True)):
        left, right = (
            suggest(notebook, ensemble, mode, keep_markdown_order=kept)
            for ensemble in (onnx, torch)
        )
        assert left.order == right.order, (mode, kept)


def test_both_backends_give_one_precedence(onnx: Ensemble, torch: Ensemble) -> None:
    cells = Notebook.read(EXAMPLES[0]).cells
    placement = Placement(
        tuple(cell for cell in cells if cell.kind == "code"),
        tuple(cell for cell in cells if cell.kind == "markdown"),
    )
    left, right = onnx.precedence(placement), torch.precedence(placement)
    assert left.gap is not None
    assert right.gap is not None
    assert np.abs(left.gap - right.gap).max() <= PARITY
    assert np.abs(left.after - right.after).max() <= PARITY
    assert np.abs(left.before - right.before).max() <= PARITY
