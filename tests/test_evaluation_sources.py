import csv
import io
import json
import logging
import os
import random
from pathlib import Path

import pytest
import zstandard
from scripted_members import numbered, write_ipynb

from jupyter_cellorder.evaluation.kaggle import is_unlabelled
from jupyter_cellorder.evaluation.sources import Skipped, SourceError, read_examples
from jupyter_cellorder.notebook import Cell


def corpus_row(id: str, cells: list[list[str]], **fields: str) -> dict[str, object]:
    return {"id": id, "cells": cells, **fields}


def write_corpus(path: Path, lines: list[str]) -> Path:
    path.write_bytes(zstandard.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


GOOD = [["markdown", "# Größe"], ["code", "x = 1"], ["markdown", "The end."]]


def test_corpus_rows_become_examples_in_the_authors_order(tmp_path):
    row = corpus_row("aa", GOOD, ancestor="fam", repo="who/what", lang="de")
    write_corpus(tmp_path / "part.jsonl.zst", [json.dumps(row)])

    (example,) = read_examples(tmp_path / "part.jsonl.zst")

    assert (example.id, example.cluster, example.ancestor) == ("aa", "who/what", "fam")
    assert example.language == "de"
    assert [[cell.kind, cell.source] for cell in example.notebook.cells] == GOOD


@pytest.mark.parametrize(
    ("fields", "cluster"),
    [
        ({"repo": "who/what", "ancestor": "fam"}, "who/what"),
        ({"ancestor": "fam"}, "fam"),
        ({}, "aa"),
    ],
)
def test_cluster_is_repository_else_ancestor_else_notebook(tmp_path, fields, cluster):
    path = write_corpus(tmp_path / "a.jsonl.zst", [json.dumps(corpus_row("aa", GOOD, **fields))])
    (example,) = read_examples(path)
    assert example.cluster == cluster


def test_a_folder_of_corpus_files_and_a_list_of_them_are_read_alike(tmp_path):
    paths = [
        write_corpus(tmp_path / f"{name}.jsonl.zst", [json.dumps(corpus_row(name, GOOD))])
        for name in ("one", "two")
    ]
    assert [e.id for e in read_examples(tmp_path)] == ["one", "two"]
    assert [e.id for e in read_examples(paths[::-1])] == ["two", "one"]


def test_corpus_files_of_several_frames_are_read_to_the_end(tmp_path):
    frames = [
        zstandard.compress((json.dumps(corpus_row(name, GOOD)) + "\n").encode())
        for name in ("one", "two")
    ]
    (tmp_path / "a.jsonl.zst").write_bytes(b"".join(frames))
    assert [e.id for e in read_examples(tmp_path)] == ["one", "two"]


def test_bad_corpus_lines_are_counted_by_file_and_line(tmp_path):
    lines = [
        "{not json",
        json.dumps(corpus_row("aa", GOOD)),
        '{"id": "x"}',
        "[]",
        json.dumps(corpus_row("y", [["heading", "?"]])),
    ]
    skipped = Skipped()
    found = list(read_examples(write_corpus(tmp_path / "a.jsonl.zst", lines), skipped))
    assert [e.id for e in found] == ["aa"]
    (sentence,) = skipped.sentences()
    assert sentence.startswith("Left out 4 notebooks")
    assert "a.jsonl.zst:1, a.jsonl.zst:3, a.jsonl.zst:4, a.jsonl.zst:5" in sentence


def test_a_damaged_corpus_file_is_named(tmp_path):
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"not zstandard at all")
    with pytest.raises(SourceError, match=r"a\.jsonl\.zst cannot be read to its end"):
        list(read_examples(path))


def test_a_corpus_file_that_breaks_off_is_named(tmp_path):
    draw = random.Random(0)
    lines = [
        json.dumps(corpus_row(str(n), [["code", draw.randbytes(400).hex()], ["markdown", "x"]]))
        for n in range(1000)
    ]
    path = write_corpus(tmp_path / "a.jsonl.zst", lines)
    assert sum(1 for _ in read_examples(path)) == 1000
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(SourceError, match="its last line is cut off"):
        list(read_examples(path))


def test_empty_cells_and_raw_cells_are_dropped(tmp_path):
    cells = [*numbered("mcr"), Cell("blank", "markdown", " \n"), Cell("hollow", "code", "")]
    write_ipynb(tmp_path / "a.ipynb", cells)
    (example,) = read_examples(tmp_path)
    assert example.notebook.ids == ("id-000", "id-001")


def test_notebooks_with_nothing_to_decide_are_counted_apart(tmp_path):
    write_ipynb(tmp_path / "both.ipynb", numbered("mcc"))
    write_ipynb(tmp_path / "code.ipynb", numbered("cc"))
    write_ipynb(tmp_path / "text.ipynb", numbered("mm"))
    write_ipynb(tmp_path / "blank.ipynb", [Cell("a", "code", "1"), Cell("b", "markdown", " ")])
    skipped = Skipped()
    assert [e.id for e in read_examples(tmp_path, skipped)] == ["both.ipynb"]
    assert skipped.counts == {"no markdown cell": 2, "no code cell": 1}


def test_notebook_folders_are_searched_deeply_without_checkpoints(tmp_path):
    write_ipynb(tmp_path / "b.ipynb", numbered("mc"))
    write_ipynb(tmp_path / "deep" / "er" / "a.ipynb", numbered("cm"))
    write_ipynb(tmp_path / ".ipynb_checkpoints" / "b-checkpoint.ipynb", numbered("mc"))
    found = list(read_examples(tmp_path))
    assert [e.id for e in found] == ["b.ipynb", "deep/er/a.ipynb"]
    assert [e.cluster for e in found] == ["b.ipynb", "deep/er/a.ipynb"]


def test_a_checkout_inside_the_folder_is_one_cluster(tmp_path):
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    for name in ("a", "b"):
        write_ipynb(tmp_path / "repo" / "docs" / f"{name}.ipynb", numbered("mc"))
    write_ipynb(tmp_path / "loose" / "c.ipynb", numbered("mc"))
    clusters = {e.id: e.cluster for e in read_examples(tmp_path)}
    assert clusters == {
        "repo/docs/a.ipynb": "repo",
        "repo/docs/b.ipynb": "repo",
        "loose/c.ipynb": "loose/c.ipynb",
    }


def test_names_that_are_not_utf8_become_ids_that_are(tmp_path):
    name = os.fsdecode(b"caf\xe9.ipynb")
    try:
        write_ipynb(tmp_path / name, numbered("mc"))
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    ids = [example.id for example in read_examples([tmp_path, tmp_path / name])]
    assert ids == [r"caf\xe9.ipynb"] * 2


def test_bad_notebook_files_are_counted_and_named_not_fatal(tmp_path, caplog):
    write_ipynb(tmp_path / "good.ipynb", numbered("mc"))
    (tmp_path / "cut.ipynb").write_text('{"cells": [')
    (tmp_path / "other.ipynb").write_text('{"some": "JSON"}')
    with caplog.at_level(logging.WARNING):
        assert [e.id for e in read_examples(tmp_path)] == ["good.ipynb"]
    said = " ".join(caplog.messages)
    assert "not-json): cut.ipynb." in said
    assert "not-a-notebook): other.ipynb." in said


def write_kaggle(folder: Path, notebooks: dict[str, list[Cell]], orders: dict[str, str]) -> Path:
    (folder / "train").mkdir(parents=True)
    for id, cells in notebooks.items():
        content = {
            "cell_type": {cell.id: cell.kind for cell in cells},
            "source": {cell.id: cell.source for cell in cells},
        }
        (folder / "train" / f"{id}.json").write_text(json.dumps(content))
    write_csv(folder / "train_orders.csv", ["id", "cell_order"], list(orders.items()))
    return folder


def write_csv(path: Path, header: list[str], rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path.write_text(text.getvalue())


def test_kaggle_notebooks_come_in_the_order_of_train_orders(tmp_path):
    cells = [Cell("c1", "code", "x"), Cell("c2", "code", "y"), Cell("m1", "markdown", "NA")]
    write_kaggle(tmp_path, {"NA": cells, "bb": cells}, {"NA": "m1 c1 c2", "bb": "c1 m1 c2"})
    write_csv(
        tmp_path / "train_ancestors.csv",
        ["id", "ancestor_id", "parent_id"],
        [("NA", "fam", ""), ("bb", "NA", "x")],
    )
    found = {e.id: e for e in read_examples(tmp_path)}
    assert found["NA"].notebook.ids == ("m1", "c1", "c2")
    assert found["NA"].notebook.cells[0].source == "NA"
    assert found["bb"].notebook.ids == ("c1", "m1", "c2")
    assert {id: e.cluster for id, e in found.items()} == {"NA": "fam", "bb": "NA"}


def test_kaggles_train_alone_is_found_its_orders(tmp_path):
    cells = [Cell("c1", "code", "x"), Cell("m1", "markdown", "y")]
    write_kaggle(tmp_path, {"aa": cells}, {"aa": "m1 c1"})
    (example,) = read_examples(tmp_path / "train")
    assert example.notebook.ids == ("m1", "c1")
    assert example.labelled
    assert not is_unlabelled(tmp_path / "train")


def test_only_json_without_notebooks_is_unlabelled(tmp_path):
    (tmp_path / "package.json").write_text("{}")
    assert is_unlabelled(tmp_path)
    write_ipynb(tmp_path / "deep" / "a.ipynb", numbered("mc"))
    assert not is_unlabelled(tmp_path)
    assert not is_unlabelled(tmp_path / "package.json")
    assert [one.id for one in read_examples(tmp_path)] == ["deep/a.ipynb"]


def test_kaggle_without_ancestors_clusters_by_notebook(tmp_path):
    cells = [Cell("c1", "code", "x"), Cell("m1", "markdown", "y")]
    write_kaggle(tmp_path, {"aa": cells}, {"aa": "m1 c1"})
    (example,) = read_examples(tmp_path)
    assert (example.cluster, example.ancestor) == ("aa", "aa")


def test_kaggle_files_and_orders_that_disagree_are_counted(tmp_path):
    cells = [Cell("c1", "code", "x"), Cell("m1", "markdown", "y")]
    orders = {
        "good": "m1 c1",
        "unknown": "m1 c1 zz",
        "lacking": "m1",
        "double": "m1 m1",
        "cut": "m1 c1",
        "gone": "a b",
    }
    write_kaggle(
        tmp_path, dict.fromkeys(["good", "unknown", "lacking", "double", "new"], cells), orders
    )
    (tmp_path / "train" / "cut.json").write_text("{")
    skipped = Skipped()
    assert [e.id for e in read_examples(tmp_path, skipped)] == ["good"]
    assert skipped.counts == {
        "cells other than those its row in train_orders.csv names": 3,
        "no row in train_orders.csv": 1,
        "not readable as a notebook, not-json": 1,
        "a row in train_orders.csv but no file": 1,
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"name,order\n", "no columns 'id' and 'cell_order'"),
        (b"", "no columns"),
        (b"id,cell_order\n\xff\xfe,x\n", "cannot be read"),
    ],
)
def test_kaggle_table_that_is_no_such_table_is_refused(tmp_path, content, problem):
    write_kaggle(tmp_path, {}, {})
    (tmp_path / "train_orders.csv").write_bytes(content)
    with pytest.raises(SourceError, match=problem):
        list(read_examples(tmp_path))


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_text("")])
def test_a_path_that_is_none_of_these_is_refused_before_reading(tmp_path, make):
    path = tmp_path / "there"
    make(path)
    with pytest.raises(SourceError, match="corpus files"):
        read_examples(path)


def test_long_lists_of_names_are_cut(tmp_path):
    skipped = Skipped()
    for number in range(7):
        skipped.add("no code cell", f"n{number}")
    assert skipped.sentences() == [
        "Left out 7 notebooks (no code cell): n0, n1, n2, n3, n4 and 2 more."
    ]
