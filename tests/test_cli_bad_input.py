import errno
import hashlib
import json
import os
import resource
import subprocess

import pytest
from command_line import command_line, in_a_process
from scripted_members import numbered, write_ipynb

from jupyter_cellorder.notebook import Cell, Notebook


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    return command_line(monkeypatch, tmp_path, capsys)


@pytest.fixture
def displaced(tmp_path):
    """The last markdown stands first."""
    cells = numbered("mcmcmcmc")
    return write_ipynb(tmp_path / "work" / "a.ipynb", [cells[6], *cells[:6], cells[7]])


def refused(said, *words):
    """Status 2, nothing on stdout, and one line that holds all the words."""
    assert said.status == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("jupyter-cellorder: ")
    for word in words:
        assert str(word) in line
    return True


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["This is not JSON", "Give a .ipynb file"]),
        (b'{"cells": [', ["This is not JSON", "Give a .ipynb file"]),
        (b"\xff\xfe\x00", ["not JSON in UTF-8", "Save the notebook as UTF-8"]),
        (b"[]", ["not a notebook", "Give a .ipynb file"]),
        (b'{"some": "JSON"}', ["not a notebook", "Give a .ipynb file"]),
        (b'{"nbformat": 4, "cells": {}}', ["not a notebook", "cells"]),
        (b'{"nbformat": 4, "cells": [7]}', ["not a notebook"]),
        (b'{"nbformat": 5, "cells": []}', ["not a notebook", "5"]),
    ],
)
def test_what_is_no_notebook_is_refused_by_name(command, tmp_path, content, words):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    assert refused(command("suggest", path, "--in-place"), path, *words)
    assert path.read_bytes() == content


def test_duplicate_ids_are_refused(command, tmp_path):
    path = write_ipynb(tmp_path / "a.ipynb", numbered("mcm"))
    content = json.loads(path.read_text())
    content["cells"][2]["id"] = "id-000"
    path.write_text(json.dumps(content))
    assert refused(command("suggest", path), path, "'id-000'", "save it")


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ("", "Nothing to place: the notebook has no cells."),
        ("mmm", "Nothing to place: the notebook has no code for its markdown to stand among."),
        ("ccc", "Nothing to place: the notebook has no markdown with text that may be moved."),
        ("crc", "Nothing to place: the notebook has no markdown with text that may be moved."),
    ],
)
@pytest.mark.parametrize("options", [[], ["--mode", "all"], ["--in-place"]])
def test_notebooks_with_nothing_to_place_are_no_error(command, tmp_path, kinds, sentence, options):
    path = write_ipynb(tmp_path / "a.ipynb", numbered(kinds))
    before = path.read_bytes()
    status, out, err = command("suggest", path, *options)
    assert (status, out.splitlines()[0], err) == (0, sentence, "")
    assert path.read_bytes() == before


def test_a_missing_file_and_a_folder_are_refused(command, tmp_path):
    assert refused(command("suggest", tmp_path / "no.ipynb"), "no.ipynb", "Check the path")
    assert refused(command("suggest", tmp_path), tmp_path, "cannot be read")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--mode", "sideways"], ["no mode 'sideways'", "review, selected, all"]),
        (["--mode", "selected", "--cells", "id-000,nobody"], ["'nobody'", "of this notebook"]),
        (["--mode", "selected", "--cells", "id-001"], ["at least one markdown cell"]),
        (["--mode", "selected"], ["needs --cells"]),
        (["--mode", "selected", "--cells", " , "], ["needs --cells"]),
        (["--cells", "id-000"], ["--mode selected"]),
        (["--keep-markdown-order"], ["--mode all"]),
        (["--eagerness", "hungry"], ["no eagerness 'hungry'", "cautious, balanced, eager"]),
        (["--eagerness", "eager", "--mode", "all"], ["--mode review"]),
        (["--json", "--diff"], ["--json and --diff exclude each other"]),
        (["--in-place", "--output", "x.ipynb"], ["--in-place and --output exclude each other"]),
        (["--backend", "abacus"], ["no backend 'abacus'", "'onnx', or 'torch'"]),
        (["second.ipynb"], ["Give one notebook, not 2"]),
    ],
)
def test_wrong_use_is_refused_and_nothing_written(command, displaced, options, words):
    before = displaced.read_bytes()
    backend = "--backend" in options
    assert refused(command("suggest", displaced, *options, real_bundle=backend), *words)
    assert displaced.read_bytes() == before
    assert os.listdir(displaced.parent) == [displaced.name]


@pytest.mark.parametrize(
    "options", [["--no-such", "x"], ["--in-plac"], ["-x"], ["--mode"], ["--in-place=3"]]
)
def test_misspelt_options_are_refused_and_nothing_written(command, displaced, options):
    before = displaced.read_bytes()
    status, out, err = command("suggest", displaced, *options)
    assert (status, out) == (2, "")
    usage, sentence = err.splitlines()
    assert usage == "usage: jupyter cellorder suggest NOTEBOOK [options]; --help lists them"
    assert options[0].split("=")[0].strip("-") in sentence
    assert displaced.read_bytes() == before


@pytest.mark.parametrize("argv", [["suggest"], ["sugest", "a.ipynb"], []])
def test_incomplete_commands_are_refused(command, argv):
    assert refused(command(*argv), "suggest")


def test_a_missing_bundle_is_refused(command, displaced, tmp_path):
    for argv in (["suggest", displaced], ["evaluate", displaced]):
        said = command(*argv, "--bundle", tmp_path / "nowhere", real_bundle=True)
        assert refused(said, tmp_path / "nowhere")


MANIFEST = {
    "format": 3,
    "name": "tiny",
    "recipe": "none",
    "corpus": "none",
    "review": {"weights": {}, "calibration": [1, 0]},
    "diagonal": 0,
    "members": [{"name": "a", "kind": "context", "weight": 1, "folder": "a", "backends": ["onnx"]}],
    "files": {"a/encoder.onnx": {"bytes": 4, "sha256": hashlib.sha256(b"good").hexdigest()}},
}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, ["holds no bundle", "Give the folder"]),
        ({"manifest.json": b"{"}, ["manifest", "damaged", "again"]),
        ({"manifest.json": b'{"format": 99}'}, ["format 99", "Upgrade"]),
        ({"manifest.json": json.dumps(MANIFEST).encode()}, ["a/encoder.onnx", "missing", "again"]),
        (
            {"manifest.json": json.dumps(MANIFEST).encode(), "a/encoder.onnx": b"evil"},
            ["a/encoder.onnx", "differs", "again"],
        ),
    ],
)
def test_damaged_bundles_are_refused(command, displaced, tmp_path, files, words):
    bundle = tmp_path / "bundle"
    (bundle / "a").mkdir(parents=True)
    for name, content in files.items():
        (bundle / name).write_bytes(content)
    said = command("suggest", displaced, "--bundle", bundle, real_bundle=True)
    assert refused(said, bundle, *words)


def test_5000_cells_are_placed(command, tmp_path):
    cells = numbered("mc" * 2500)
    # Ten of the markdown cells are pasted at the end.
    lost = cells[0:200:20]
    kept = [cell for cell in cells if cell not in lost]
    path = write_ipynb(tmp_path / "long.ipynb", [*kept, *lost])
    selected = ",".join(cell.id for cell in lost)
    status, out, err = command("suggest", path, "--mode", "selected", "--cells", selected, "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["order"] == [cell.id for cell in cells]


def test_a_cell_of_5_megabytes_is_placed(command, tmp_path):
    cells = numbered("mcmc")
    huge = Cell("huge", "markdown", "## Part #9\n" + "x" * 5_000_000)
    path = write_ipynb(tmp_path / "huge.ipynb", [huge, *cells])
    status, out, _ = command("suggest", path, "--mode", "all", "--output", tmp_path / "new.ipynb")
    assert status == 0
    assert len(out) < 300
    written = Notebook.read(tmp_path / "new.ipynb")
    assert written.ids[-1] == "huge"
    assert written.cells[-1].source == huge.source


def test_a_read_only_notebook_is_not_written(command, displaced):
    before = displaced.read_bytes()
    displaced.chmod(0o444)
    assert refused(command("suggest", displaced, "--in-place"), displaced, "read-only", "--output")
    assert displaced.read_bytes() == before
    assert command("suggest", displaced).status == 0


def test_the_original_survives_a_full_disk(command, displaced, monkeypatch):
    before = displaced.read_bytes()

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert refused(command("suggest", displaced, "--in-place"), displaced, "disk is full")
    assert displaced.read_bytes() == before
    assert os.listdir(displaced.parent) == [displaced.name]


def test_the_original_survives_a_write_that_breaks_off(displaced, tmp_path):
    """A real refusal by the kernel, half-way through the file."""
    before = displaced.read_bytes()
    limit = len(before) // 2
    done = subprocess.run(
        in_a_process("suggest", displaced, "--in-place"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    assert "the original is unchanged" in done.stderr
    assert "Traceback" not in done.stderr
    assert displaced.read_bytes() == before
    assert os.listdir(displaced.parent) == [displaced.name]
