"""A corpus as arrays."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from small_store import example, store
from small_tokenizer import numbers

from jupyter_cellorder.lexical import BUCKETS
from jupyter_cellorder.members.context_input import cell_facts
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


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    made = store(EXAMPLES, tmp_path)
    folder = tmp_path / "store"
    assert not CellStore.complete(folder)
    made.save(folder)
    assert CellStore.complete(folder)

    found = CellStore.load(folder)

    assert np.array_equal(found.keys, made.keys)
    assert np.array_equal(found.markdown, made.markdown)
    assert np.array_equal(found.features, made.features)
    assert np.array_equal(found.corpus_idf(), made.corpus_idf())
    for number in range(len(made)):
        assert found.tokens[number].tolist() == made.tokens[number].tolist()
        assert found.facts(number).mark == made.facts(number).mark
    for left, right in zip(found.notebooks, made.notebooks, strict=True):
        assert (left.id, left.cluster, left.ancestor) == (right.id, right.cluster, right.ancestor)
        assert np.array_equal(left.cells, right.cells)
    assert (found.notebooks[0].cluster, found.notebooks[0].ancestor) == ("repo", "family")
