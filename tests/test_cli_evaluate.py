import json

import pytest
import zstandard
from command_line import command_line
from scripted_members import ByHash, numbered, write_ipynb


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    return command_line(monkeypatch, tmp_path, capsys)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "notebooks"
    for number, kinds in enumerate(["mcmcc", "cmmc", "mccmcm", "cmcmcm"]):
        write_ipynb(folder / f"n{number}.ipynb", numbered(kinds))
    return folder


def test_json_holds_what_the_reader_of_figures_needs(command, folder):
    status, out, err = command("evaluate", folder, "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert found["kendall_tau"] == 1
    assert found["ci95"] == [1, 1]
    assert found["notebooks"] == 4
    assert found["markdown_cells"] == 10
    assert found["seconds_per_notebook"] > 0
    assert set(found["baselines"]) == {"file order", "random interleave", "TF-IDF nearest"}
    assert found["bundle"] == "by-number-ensemble"


def test_table_has_the_figure_the_interval_and_the_baselines(command, folder):
    found = json.loads(command("evaluate", folder, "--json", member=ByHash()).out)
    status, out, _ = command("evaluate", folder, "--mode", "all", member=ByHash())
    assert status == 0
    figure = next(line for line in out.splitlines() if line.startswith("by-hash-ensemble"))
    low, high = found["ci95"]
    assert figure.split()[1:] == [f"{found['kendall_tau']:.4f}", f"{low:.4f}", "..", f"{high:.4f}"]
    for name, tau in found["baselines"].items():
        assert f"{name} " in out
        assert f"{tau:.4f}" in out


def test_keep_markdown_order_has_baselines_of_its_own(command, folder):
    found = json.loads(command("evaluate", folder, "--keep-markdown-order", "--json").out)
    assert found["keep_markdown_order"] is True
    assert {"spread evenly", "TF-IDF aligned"} <= set(found["baselines"])


def test_limit_and_seed(command, folder):
    runs = [
        json.loads(command("evaluate", folder, "--json", "--limit", 2, "--seed", seed).out)
        for seed in (1, 1, 2)
    ]
    assert [found["notebooks"] for found in runs] == [2, 2, 2]
    assert runs[0]["baselines"] == runs[1]["baselines"]
    assert (runs[2]["seed"], runs[2]["limit"]) == (2, 2)


def test_without_path_the_shipped_examples_are_scored(command):
    from importlib.resources import files

    shipped = [
        p
        for p in files("jupyter_cellorder").joinpath("examples").iterdir()
        if p.name.endswith(".ipynb")
    ]
    status, out, err = command("evaluate", "--json", member=ByHash())
    assert (status, err) == (0, "")
    assert json.loads(out)["notebooks"] == len(shipped) > 0


def test_several_paths_are_pooled(command, folder):
    row = {"id": "x", "cells": [["code", "#0"], ["markdown", "#1"]]}
    corpus = folder.parent / "part.jsonl.zst"
    corpus.write_bytes(zstandard.compress(json.dumps(row).encode()))
    assert json.loads(command("evaluate", folder, corpus, "--json").out)["notebooks"] == 5


def test_what_is_left_out_is_said_once_on_stderr(command, folder):
    (folder / "cut.ipynb").write_text("{")
    (folder / "cut2.ipynb").write_text("{")
    write_ipynb(folder / "text.ipynb", numbered("mmm"))
    status, out, err = command("evaluate", folder, "--json")
    assert status == 0
    assert err.splitlines() == [
        "jupyter-cellorder: Left out 1 notebook (no code cell): text.ipynb.",
        "jupyter-cellorder: Left out 2 notebooks (not readable as a notebook, not-json): "
        "cut.ipynb, cut2.ipynb.",
    ]
    assert sum(json.loads(out)["skipped"].values()) == 3


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["evaluate", "--mode", "review"], "cannot be evaluated; use --mode all"),
        (["evaluate", "--limit", "-1"], "--limit -1 makes no sense"),
        (["evaluate", "--limit", "many"], "'limit' trait"),
        (["evaluate", "there/is/nothing"], "does not exist"),
    ],
)
def test_wrong_use_is_refused(command, argv, said):
    status, out, err = command(*argv)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_folder_without_notebooks_is_refused(command, tmp_path):
    (tmp_path / "empty").mkdir()
    status, _, err = command("evaluate", tmp_path / "empty")
    assert status == 2
    assert "holds nothing that can be scored" in err


def test_a_folder_where_nothing_can_be_scored_is_refused(command, tmp_path):
    write_ipynb(tmp_path / "only" / "text.ipynb", numbered("mm"))
    status, _, err = command("evaluate", tmp_path / "only")
    assert status == 2
    assert "No notebook could be scored" in err
    assert "text.ipynb" in err
