from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_cellorder import Cell, Notebook
from jupyter_cellorder.errors import NotebookError

V4: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# One\n", "two"]},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": "x = 1", "outputs": []},
        {"cell_type": "raw", "id": "c", "metadata": {}, "source": ""},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
V3: dict[str, Any] = {
    "metadata": {"name": ""},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [
        {
            "cells": [
                {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Top\n", "line"]},
                {
                    "cell_type": "code",
                    "input": ["a = 1\n", "b"],
                    "outputs": [],
                    "language": "python",
                },
                {"cell_type": "markdown", "metadata": {}, "source": "text"},
                {"cell_type": "raw", "metadata": {}, "source": "raw"},
            ],
            "metadata": {},
        }
    ],
}


def code_of(content: Any) -> str:
    with pytest.raises(NotebookError) as caught:
        if isinstance(content, (str, bytes)):
            Notebook.from_json(content)
        else:
            Notebook.from_ipynb(content)
    assert caught.value.message == str(caught.value)
    # Sentences that end, and say what to do.
    assert caught.value.message.count(". ") >= 1
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_nbformat_4() -> None:
    assert Notebook.from_ipynb(V4).cells == (
        Cell("a", "markdown", "# One\ntwo"),
        Cell("b", "code", "x = 1"),
        Cell("c", "raw", ""),
    )


def test_a_notebook_node_is_read_like_a_dict() -> None:
    assert Notebook.from_ipynb(nbformat.from_dict(V4)) == Notebook.from_ipynb(V4)


def test_nbformat_3_headings_become_markdown() -> None:
    before = json.dumps(V3)
    assert Notebook.from_ipynb(V3).cells == (
        Cell("cell-0", "markdown", "## Top line"),
        Cell("cell-1", "code", "a = 1\nb"),
        Cell("cell-2", "markdown", "text"),
        Cell("cell-3", "raw", "raw"),
    )
    assert json.dumps(V3) == before


@settings(max_examples=30)
@given(st.text(), st.sampled_from(["markdown", "code", "raw"]))
def test_reads_what_nbformat_writes(source: str, kind: str) -> None:
    made = nbformat.v4.new_notebook(cells=[getattr(nbformat.v4, f"new_{kind}_cell")(source)])
    text = nbformat.writes(made)
    (read,) = Notebook.from_json(text).cells
    assert (read.id, read.kind, read.source) == (made.cells[0].id, kind, source)


def test_a_damaged_nbformat_3_file_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    secret = {"cell_type": "code", "input": "secret", "outputs": [{"surprise": 1}], "x": 1}
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": [secret]}]})
    assert Notebook.from_json(text).cells == (Cell("cell-0", "code", "secret"),)
    assert not caplog.records


def test_cells_without_ids_are_named_by_place_and_no_id_is_taken_twice() -> None:
    cells = [{"cell_type": "code", "source": "1"} for _ in range(3)]
    cells[0]["id"] = "cell-1"
    found = Notebook.from_ipynb({"nbformat": 4, "nbformat_minor": 4, "cells": cells})
    assert found.ids == ("cell-1", "cell-1-", "cell-2")


@pytest.mark.parametrize(
    ("metadata", "pinned"),
    [
        ({"editable": False}, True),
        ({"deletable": False}, True),
        ({"editable": True, "deletable": True}, False),
        ({"editable": None}, False),
        ("not an object", False),
        (None, False),
    ],
)
def test_pinned(metadata: Any, pinned: bool) -> None:
    one = {"cell_type": "markdown", "source": "x", "metadata": metadata}
    assert Notebook.from_ipynb({"nbformat": 4, "cells": [one]}).cells[0].pinned is pinned


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_any_encoding_of_json(newline: str, bom: str, ascii_only: bool, tmp_path: Path) -> None:
    content = json.loads(json.dumps(V4))
    content["cells"][0]["source"] = "žluťoučký 🐎\r\nline"
    text = bom + json.dumps(content, indent=1, ensure_ascii=ascii_only).replace("\n", newline)
    path = tmp_path / "any.ipynb"
    path.write_bytes(text.encode())
    assert Notebook.read(path) == Notebook.read(str(path)) == Notebook.from_ipynb(content)
    assert Notebook.read(path).cells[0].source == "žluťoučký 🐎\r\nline"


def test_kaggle() -> None:
    read = Notebook.from_json(
        '{"cell_type": {"b": "code", "a": "markdown", "c": "markdown"},'
        ' "source": {"a": "NA", "c": null, "b": "x"}}'
    )
    assert read.cells == (
        Cell("b", "code", "x"),
        Cell("a", "markdown", "NA"),
        Cell("c", "markdown", ""),
    )
    assert Notebook.from_kaggle({"cell_type": {}, "source": {}}).cells == ()


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"cells": [', b"\xff\xfe{}", "[" * 100_000, b"\x80", '{"nbformat": ' + "9" * 5000],
)
def test_not_json(content: str | bytes) -> None:
    assert code_of(content) == "not-json"


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        '"text"',
        "{}",
        '{"cells": []}',
        '{"nbformat": 2, "worksheets": []}',
        '{"nbformat": 5, "cells": []}',
        '{"nbformat": "4", "cells": []}',
        '{"nbformat": 4}',
        '{"nbformat": 4, "cells": {}}',
        '{"nbformat": 4, "cells": [1]}',
        '{"nbformat": 4, "cells": [{"source": ""}]}',
        '{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}',
        '{"nbformat": 4, "cells": [{"cell_type": ["code"], "source": ""}]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1]}]}',
        '{"nbformat": 3}',
        '{"nbformat": 3, "worksheets": [{}]}',
        '{"nbformat": 3, "worksheets": 7}',
        '{"nbformat": 3, "worksheets": [{"cells": [{"input": ""}]}]}',
        '{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": 7}]}]}',
        '{"nbformat": 3, "worksheets": [{"cells": [7]}]}',
        '{"cell_type": {"a": "code"}}',
        '{"cell_type": {"a": "code"}, "source": {"b": ""}}',
        '{"cell_type": {"a": "gode"}, "source": {"a": ""}}',
        '{"cell_type": {"a": "code"}, "source": {"a": 7}}',
    ],
)
def test_not_a_notebook(content: str) -> None:
    assert code_of(content) == "not-a-notebook"


def test_python_objects_that_are_no_notebook() -> None:
    assert code_of([1]) == "not-a-notebook"
    assert code_of(None) == "not-a-notebook"


def test_duplicate_ids() -> None:
    cells = [{"cell_type": "code", "id": "same", "source": ""}] * 2
    assert code_of({"nbformat": 4, "nbformat_minor": 5, "cells": cells}) == "duplicate-ids"
    with pytest.raises(NotebookError, match="'x'"):
        Notebook.from_cells([Cell("x", "code", ""), Cell("x", "raw", "")])


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.ipynb", tmp_path):
        with pytest.raises(NotebookError, match="Check") as caught:
            Notebook.read(path)
        assert caught.value.code == "cannot-read"


def test_lone_surrogates_do_not_reach_the_models() -> None:
    text = '{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "a \\ud83d b"}]}'
    (read,) = Notebook.from_json(text).cells
    assert read.source == "a ? b"


def test_unknown_kind_of_cell() -> None:
    with pytest.raises(NotebookError, match="code, markdown or raw"):
        Cell("a", "heading", "x")  # type: ignore[arg-type]


@pytest.mark.parametrize(("source", "empty"), [("", True), (" \n\t", True), ("x", False)])
def test_empty_cells(source: str, empty: bool) -> None:
    assert Cell("a", "markdown", source).is_empty is empty
