from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cellorder import Notebook
from jupyter_cellorder.errors import NotebookError
from jupyter_cellorder.notebook_file import reorder_text, write_order

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": st.text() | st.lists(st.text(), max_size=3),
        "metadata": st.dictionaries(st.text(max_size=5), JSON, max_size=3),
    },
    optional={"outputs": st.lists(JSON, max_size=2), "attachments": JSON},
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, dict[str, Any], list[int]]:
    """A notebook as somebody might have written it, its content, and an order of its cells."""
    cells = draw(st.lists(CELL, max_size=6))
    if draw(st.booleans()):
        for place, cell in enumerate(cells):
            cell["id"] = f"id{place}"
    content = {"nbformat": 4, "nbformat_minor": 4, "metadata": draw(JSON), "cells": cells}
    if draw(st.booleans()):
        content = {key: content[key] for key in draw(st.permutations(list(content)))}
    extra = draw(st.dictionaries(st.text(max_size=8), JSON, max_size=2))
    content = {**{k: v for k, v in extra.items() if k not in content}, **content}
    text = json.dumps(
        content,
        indent=draw(st.sampled_from([None, 0, 1, 4, "\t"])),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n ")])),
    )
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    text = draw(st.sampled_from(["", "\ufeff", " \n"])) + text + draw(st.sampled_from(["", "\n"]))
    return text.encode(), content, draw(st.permutations(range(len(cells))))


def dump(content: Any) -> str:
    """Equal texts mean equal content, the sequence of keys included."""
    return json.dumps(content)


@given(files())
def test_cells_trade_places_and_nothing_else(
    file: tuple[bytes, dict[str, Any], list[int]],
) -> None:
    text, content, permutation = file
    ids = Notebook.from_json(text).ids
    assert reorder_text(text, ids) == text
    assert reorder_text(text.decode(), ids) == text
    order = [ids[i] for i in permutation]
    reordered = reorder_text(text, order)
    assert len(reordered) == len(text)
    expected = {**content, "cells": [content["cells"][i] for i in permutation]}
    assert dump(json.loads(reordered.decode("utf-8-sig"))) == dump(expected)
    if all("id" in cell for cell in content["cells"]):
        assert reorder_text(reordered, ids) == text


def test_what_jupyter_wrote_stays_what_jupyter_writes(tmp_path: Path) -> None:
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell(f"číslo {i}", id=f"i{i}") for i in range(4)]
    path = tmp_path / "a.ipynb"
    nbformat.write(made, path)
    write_order(path, ["i2", "i0", "i3", "i1"])
    made.cells = [made.cells[i] for i in (2, 0, 3, 1)]
    assert path.read_text(encoding="utf-8") == nbformat.writes(made) + "\n"


def test_nbformat_3() -> None:
    sheet = {"metadata": {}, "cells": [{"cell_type": "markdown", "source": s} for s in "abc"]}
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    text = json.dumps(content, indent=1)
    reordered = json.loads(reorder_text(text, ["cell-2", "cell-0", "cell-1"]))
    assert [c["source"] for c in reordered["worksheets"][0]["cells"]] == ["c", "a", "b"]
    content["worksheets"] = [sheet, sheet]
    with pytest.raises(NotebookError, match="2 worksheets") as caught:
        reorder_text(json.dumps(content), [f"cell-{i}" for i in range(6)])
    assert caught.value.code == "not-a-notebook"


def test_of_two_fields_called_cells_the_last_counts_as_for_json() -> None:
    a, b = (json.dumps({"cell_type": "raw", "id": name}) for name in "ab")
    text = '{"nbformat": 4, "cells": [], "cells": [%s, %s]}'
    assert reorder_text(text % (a, b), "ba") == (text % (b, a)).encode()


def test_kaggle_files_hold_no_order() -> None:
    with pytest.raises(NotebookError, match=r"\.ipynb files only"):
        reorder_text('{"cell_type": {"a": "code"}, "source": {"a": ""}}', ["a"])


@pytest.mark.parametrize("order", [["a"], ["a", "b", "b"], ["a", "c"], []])
def test_orders_of_other_cells_are_refused(order: list[str]) -> None:
    cells = [{"cell_type": "raw", "id": name, "source": ""} for name in "ab"]
    with pytest.raises(NotebookError) as caught:
        reorder_text(json.dumps({"nbformat": 4, "cells": cells}), order)
    assert caught.value.code == "cells-differ"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    cells = [{"cell_type": "raw", "id": name, "source": name} for name in "abc"]
    path = tmp_path / "folder" / "notebook.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells}))
    path.chmod(0o640)
    return path


def ids_in(path: Path) -> str:
    return "".join(Notebook.read(path).ids)


def test_written_in_place_with_its_mode(file: Path) -> None:
    write_order(file, "cab")
    assert ids_in(file) == "cab"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(file.parent) == [file.name]


def test_what_was_written_meanwhile_is_not_put_in_another_order(file: Path) -> None:
    seen = file.read_bytes()
    meanwhile = seen.replace(b'"nbformat_minor": 5', b'"nbformat_minor":  5')
    file.write_bytes(meanwhile)
    with pytest.raises(NotebookError, match="was changed in the meantime") as caught:
        write_order(file, "cab", seen=seen)
    assert caught.value.code == "cells-differ"
    assert file.read_bytes() == meanwhile
    write_order(file, "cab", seen=meanwhile)
    assert ids_in(file) == "cab"


def test_written_elsewhere(file: Path, tmp_path: Path) -> None:
    original = file.read_bytes()
    write_order(str(file), "cab", tmp_path / "new.ipynb")
    assert file.read_bytes() == original
    assert ids_in(tmp_path / "new.ipynb") == "cab"
    assert stat.S_IMODE((tmp_path / "new.ipynb").stat().st_mode) == 0o640


def test_another_file_keeps_its_own_mode(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ipynb"
    other.write_text("old")
    other.chmod(0o600)
    write_order(file, "bac", other)
    assert ids_in(other) == "bac"
    assert stat.S_IMODE(other.stat().st_mode) == 0o600


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser gives files away"
)
def test_its_owner_keeps_it(file: Path, tmp_path: Path) -> None:
    os.chown(file, 1234, 2345)
    write_order(file, "cab")
    write_order(file, "cab", tmp_path / "new.ipynb")
    for path in (file, tmp_path / "new.ipynb"):
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.ipynb"
    link.symlink_to(Path("folder") / file.name)
    write_order(link, "cba")
    assert link.is_symlink()
    assert not file.is_symlink()
    assert ids_in(file) == "cba"


def refused(file: Path, output: Path | None = None) -> NotebookError:
    """Writing fails, and leaves the original and nothing beside it."""
    original, around = file.read_bytes(), sorted(os.listdir(file.parent))
    with pytest.raises(NotebookError) as caught:
        write_order(file, "cab", output)
    assert file.read_bytes() == original
    assert sorted(os.listdir(file.parent)) == around
    assert caught.value.message.endswith(".")
    return caught.value


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    file.chmod(0o444)
    error = refused(file)
    assert error.code == "read-only"
    assert "--output" in error.message
    assert stat.S_IMODE(file.stat().st_mode) == 0o444


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_read_only_folder(file: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> Any:
        assert options["dir"] == file.parent
        raise OSError(number, os.strerror(number))

    # The superuser, who may run the tests, could write into it whatever its mode.
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert refused(file).code == "read-only"


class FullDisk:
    """A file of which only the first bytes still fit on the disk."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def write(self, content: bytes) -> None:
        self.file.write(content[:7])
        self.file.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_fills_up_while_writing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *args: FullDisk(opened(*args)))
    error = refused(file)
    assert error.code == "disk-full"
    assert "Free some space" in error.message


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EIO, "cannot-write")],
)
def test_a_failure_at_any_step(
    file: Path, step: str, number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, fail)
    assert refused(file).code == code


def test_an_interrupt_leaves_no_temporary_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    original = file.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_order(file, "cab")
    assert file.read_bytes() == original
    assert os.listdir(file.parent) == [file.name]


def test_targets_that_are_no_file(file: Path, tmp_path: Path) -> None:
    assert refused(file, tmp_path).code == "cannot-write"
    assert refused(file, tmp_path / "missing" / "new.ipynb").code == "cannot-write"


def test_a_missing_source(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="There is no file") as caught:
        write_order(tmp_path / "gone.ipynb", [])
    assert caught.value.code == "cannot-read"


def test_a_large_file_is_spliced_whole(tmp_path: Path) -> None:
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "source": "x" * 100,
            "outputs": [{"png": "A" * 50_000}],
        }
        for i in range(100)
    ]
    text = json.dumps({"nbformat": 4, "cells": cells}, indent=1)
    order = [f"c{99 - i}" for i in range(100)]
    assert [c["id"] for c in json.loads(reorder_text(text, order))["cells"]] == order
