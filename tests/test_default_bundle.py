"""The bundle that ships: small enough, honest about itself, one answer on both backends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jupyter_cellorder import Notebook, load_bundle, suggest
from jupyter_cellorder.bundle import DEFAULT, read_manifest
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.precedence import Placement
from jupyter_cellorder.review.settings import Eagerness
from training import recipe

EXAMPLES = sorted((DEFAULT.parent.parent / "examples").rglob("*.ipynb"))
OUT_OF_ORDER = next(path for path in EXAMPLES if path.parent.name == "out-of-order")
IN_ORDER = [path for path in EXAMPLES if path != OUT_OF_ORDER]
IN_ORDER_TWIN = OUT_OF_ORDER.parent.parent / OUT_OF_ORDER.name
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
    assert manifest.figures["calibration_clusters"] >= 10
    assert manifest.figures["repair_precision"] > 0.8
    assert manifest.figures["repair_calibration_error"] < 0.05
    told = manifest.figures["repair"]
    assert {name: found["confidence"] for name, found in told.items()} == manifest.review.thresholds


def test_the_manifest_names_every_file() -> None:
    found = {path.relative_to(DEFAULT).as_posix() for path in DEFAULT.rglob("*") if path.is_file()}
    assert set(read_manifest().files) == found - {"manifest.json"}


def test_there_are_examples_to_ask_about() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("path", IN_ORDER, ids=lambda path: path.stem)
@pytest.mark.parametrize("eagerness", list(Eagerness))
def test_examples_in_order_stay_as_they_are(
    path: Path, eagerness: Eagerness, onnx: Ensemble
) -> None:
    assert suggest(Notebook.read(path), onnx, eagerness=eagerness).notice == "in-order"


@pytest.mark.parametrize(("eagerness", "count"), [("cautious", 1), ("balanced", 2), ("eager", 2)])
def test_displaced_cells_are_found(eagerness: str, count: int, onnx: Ensemble) -> None:
    """The notebook that `make lab` opens: one of three is clear, one likely, one unseen."""
    shown = Notebook.read(OUT_OF_ORDER)
    truth = [cell.source for cell in Notebook.read(IN_ORDER_TWIN).cells]
    text = {cell.id: cell.source for cell in shown.cells}
    found = suggest(shown, onnx, eagerness=eagerness)
    assert len(found.moves) == count
    order = [text[name] for name in found.order]
    for move in found.moves:
        at = order.index(text[move.cell_id])
        own = truth.index(text[move.cell_id])
        # What follows the cell is what its author let follow.
        assert order[at + 1] == truth[own + 1]


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
