"""A corpus as arrays."""

from __future__ import annotations

import mmap
import pickle
import zlib
from pathlib import Path

import numpy as np
import pytest
from small_store import example, store
from small_tokenizer import numbers

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.lexical import BUCKETS
from jupyter_cellorder.members.context_input import cell_facts
from jupyter_cellorder.notebook import Cell, Notebook
from training.data.cells import CellStore

EXAMPLES = [
    example("a", "m0 c7 m9 c7", ancestor="family", cluster="repo"),
    example("b", "m7 c7 m0"),
]


def cells(made: CellStore, at: int) -> list[int]:
    return [int(cell) for cell in made.notebooks[at].cells]


def test_identical_cells_are_kept_once_but_not_across_kinds(tmp_path: Path) -> None:
    made = store(EXAMPLES, tmp_path)
    assert len(made) == 4  # m0 c7 m9 m7
    first, second = cells(made, 0), cells(made, 1)
    assert first[1] == first[3] == second[1]
    assert first[0] == second[2]
    assert second[0] != second[1]
    assert made.markdown[first].tolist() == [True, False, True, False]


def test_a_cell_is_what_the_member_reads_at_the_users(tmp_path: Path) -> None:
    made = store(EXAMPLES, tmp_path)
    for notebook, row in zip(EXAMPLES, made.notebooks, strict=True):
        for cell, number in zip(notebook.notebook.cells, row.cells, strict=True):
            found, truth = made.facts(int(number)), cell_facts(cell)
            assert (found.markdown, found.mark) == (truth.markdown, truth.mark)
            assert np.array_equal(found.features, truth.features)
            assert np.array_equal(found.words.buckets, truth.words.buckets)
            assert np.array_equal(found.words.counts, truth.words.counts)
            text = f"[CLS] {cell.source} [SEP]"
            assert made.tokens[int(number)].tolist() == numbers(text)


def test_document_frequency_counts_cells_not_words(tmp_path: Path) -> None:
    made = store([example("a", "m0 c7"), example("b", "m7")], tmp_path)
    bucket, absent = (zlib.crc32(word) % BUCKETS for word in (b"w7", b"absent"))
    assert made.document_frequency()[bucket] == 2
    assert made.document_frequency()[absent] == 0
    assert made.corpus_idf()[bucket] < made.corpus_idf()[absent]


def test_what_is_known_of_a_notebook(tmp_path: Path) -> None:
    made = store(EXAMPLES, tmp_path)
    row = made.notebooks[0]
    assert (row.id, row.cluster, row.ancestor, row.language) == ("a", "repo", "family", "en")
    assert [row.id for row in made.notebooks] == ["a", "b"]
    assert [row.id for row in made.notebooks[1:]] == ["b"]
    assert made.notebooks[-1].id == "b"
    with pytest.raises(IndexError):
        made.notebooks[2]


def test_what_is_known_of_all_notebooks_at_once(tmp_path: Path) -> None:
    families = ["x", "y", "x", "z"]
    made = store(
        [example(f"{at}", "m0 c1" + " c2" * at, name) for at, name in enumerate(families)], tmp_path
    )
    assert made.notebooks.lengths().tolist() == [2, 3, 4, 5]
    assert made.notebooks.families().tolist() == [0, 1, 0, 2]


def test_headings_and_numbers_come_through_the_files(tmp_path: Path) -> None:
    texts = ["## 2.1 Data", "plain words", "b) the second", "# 3 Results"]
    made_of = [Cell(f"{at}", "markdown", text) for at, text in enumerate(texts)]
    notebook = Notebook.from_cells([*made_of, Cell("c", "code", "x = 1")])
    made = store([Example("a", "a", "a", "", notebook)], tmp_path)
    marks = [made.facts(cell).mark for cell in cells(made, 0)]
    assert marks == [cell_facts(cell).mark for cell in notebook.cells]
    assert [mark.number for mark in marks] == [(2, 1), (), (2,), (3,), ()]


def test_another_process_opens_the_same_files(tmp_path: Path) -> None:
    made = store(EXAMPLES, tmp_path)
    sent = pickle.dumps(made)
    assert len(sent) < 1_000  # its path, not its arrays
    found = pickle.loads(sent)
    assert np.array_equal(found.keys, made.keys)
    assert found.tokens[2].tolist() == made.tokens[2].tolist()
    assert isinstance(found.tokens.flat.base, mmap.mmap | np.memmap)
