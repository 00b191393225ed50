from __future__ import annotations

import pytest

from jupyter_cellorder import Cell, Notebook, load_bundle, suggest
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.members.context import LONGEST


def test_more_cells_than_the_model_reads_are_refused_with_a_sentence() -> None:
    code = [Cell(f"c{number}", "code", f"x{number} = 1") for number in range(LONGEST)]
    notebook = Notebook((*code, Cell("m", "markdown", "# One too many")))
    with pytest.raises(RequestError) as refused:
        suggest(notebook, load_bundle(), "all")
    assert refused.value.code == "too-long"
    assert str(LONGEST + 1) in refused.value.message
    assert "Split the notebook" in refused.value.message
