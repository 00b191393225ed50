import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyter_cellorder.decode import fewest_moves

EXAMPLES = Path(__file__).parent.parent / "jupyter_cellorder" / "examples"
IN_ORDER = sorted(EXAMPLES.glob("*.ipynb"))
DISPLACED = sorted((EXAMPLES / "out-of-order").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def ids(path: Path, kind: str | None = None) -> list[str]:
    return [cell["id"] for cell in cells(path) if kind in (None, cell["cell_type"])]


def test_there_are_examples() -> None:
    assert len(IN_ORDER) >= 6
    assert DISPLACED


@pytest.mark.parametrize("path", IN_ORDER + DISPLACED, ids=lambda path: path.stem)
def test_an_example_is_a_valid_notebook_with_cell_ids(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)

    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert len(set(ids(path))) == len(notebook.cells)
    assert 15 <= len(notebook.cells) <= 40
    assert {cell.cell_type for cell in notebook.cells} == {"code", "markdown"}


@pytest.mark.parametrize("path", IN_ORDER, ids=lambda path: path.stem)
def test_the_code_of_an_example_is_python(path: Path) -> None:
    for cell in cells(path):
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), cell["id"], "exec")


@pytest.mark.parametrize("path", DISPLACED, ids=lambda path: path.stem)
def test_three_markdown_cells_of_the_displaced_example_stand_elsewhere(path: Path) -> None:
    truth = EXAMPLES / path.name
    moved = fewest_moves(ids(path), ids(truth), set(ids(path, "markdown")))

    assert len(moved) == 3
    assert ids(path, "code") == ids(truth, "code")
    by_id = {cell["id"]: cell for cell in cells(truth)}
    assert all(by_id[cell["id"]] == cell for cell in cells(path))
