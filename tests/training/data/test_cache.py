"""The corpus cache: made once, found again, and no more made again than has changed."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zstandard
from kaggle_corpus import HELD_OUT, NOTEBOOKS, notebook_id, write_corpus, write_notebook
from small_tokenizer import numbers, write_tokenizer

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sample import sample
from jupyter_cellorder.evaluation.sources import Example, SourceError, read_examples
from jupyter_cellorder.evaluation.splits import Split
from jupyter_cellorder.members.context_input import cell_facts
from training.data import cache, shards
from training.data.cache import open_store
from training.data.cells import CellStore

LIMITS = {"markdown": 8, "code": 8}


@pytest.fixture(autouse=True)
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "CHUNK", 8)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path / "tokenizer.json")
    return write_corpus(tmp_path / "kaggle")


def opened(
    corpus: Path, part: str = "train", at: str = "cache", workers: int = 1, **choice: int
) -> CellStore:
    here = corpus.parent
    split = Split(corpus)
    return open_store(split, part, here / at, here / "tokenizer.json", LIMITS, workers, **choice)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def ids(store: CellStore) -> list[str]:
    return [row.id for row in store.notebooks]


def written(corpus: Path) -> dict[str, int]:
    """Shards, and when each was written."""
    folder = corpus.parent / "cache" / "shards"
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Iterator[Example]:
        raise AssertionError("the corpus was read again")

    monkeypatch.setattr(cache, "read_examples", refuse)


def test_the_store_says_of_every_cell_what_the_source_says(corpus: Path) -> None:
    examples = {example.id: example for example in read_examples(corpus)}
    found = 0
    for part in ("train", "valid"):
        store = opened(corpus, part)
        for row in store.notebooks:
            example = examples.pop(row.id)
            assert (row.cluster, row.ancestor) == (example.cluster, example.ancestor)
            for cell, number in zip(example.notebook.cells, row.cells, strict=True):
                facts = store.facts(int(number))
                assert facts.markdown == (cell.kind == "markdown")
                assert np.array_equal(facts.features, cell_facts(cell).features)
                assert np.array_equal(facts.words.buckets, cell_facts(cell).words.buckets)
                text = numbers(f"[CLS] {cell.source} [SEP]")
                assert store.tokens[int(number)].tolist() == text
                found += 1
        assert store.tokens.flat.dtype == np.uint16
        assert len(np.unique(store.keys)) == len(store)
    assert not examples
    assert found > 3 * NOTEBOOKS


def test_families_are_in_one_part(corpus: Path) -> None:
    assert ids(opened(corpus, "valid")) == [notebook_id(number) for number in HELD_OUT]
    assert not set(ids(opened(corpus, "valid"))) & set(ids(opened(corpus)))


def test_several_workers_write_the_same_bytes(corpus: Path) -> None:
    one, two = opened(corpus, at="one"), opened(corpus, at="two", workers=2)
    assert one.folder.name == two.folder.name
    assert content(one.folder) == content(two.folder)
    shard_names = [os.listdir(corpus.parent / at / "shards") for at in ("one", "two")]
    assert len(shard_names[0]) > 2
    assert sorted(shard_names[0]) == sorted(shard_names[1])


def test_unchanged_files_are_not_read_again(corpus: Path, request: pytest.FixtureRequest) -> None:
    first = opened(corpus)
    request.getfixturevalue("unread")
    assert opened(corpus).folder == first.folder
    with pytest.raises(AssertionError, match="read again"):
        opened(corpus, "valid")


def test_a_file_that_was_touched_is_read_again_and_its_store_found(corpus: Path) -> None:
    first = opened(corpus)
    before = written(corpus)
    made = (first.folder / "keys.npy").stat().st_mtime_ns
    os.utime(corpus / "train_orders.csv", ns=(0, 0))
    again = opened(corpus)
    assert again.folder == first.folder
    assert written(corpus) == before
    assert (again.folder / "keys.npy").stat().st_mtime_ns == made


def test_a_notebook_that_has_changed_costs_its_shard_alone(corpus: Path) -> None:
    first = opened(corpus)
    before = written(corpus)
    write_notebook(corpus, 30, more=" w199")
    again = opened(corpus)
    assert again.folder != first.folder
    assert len(written(corpus)) == len(before) + 1 > 4
    assert before.items() <= written(corpus).items()
    changed = again.notebooks[ids(again).index(notebook_id(30))]
    texts = [again.tokens[int(cell)].tolist() for cell in changed.cells]
    assert all(numbers("w199")[0] in text for text in texts)


def test_a_notebook_more_costs_its_shard_alone(corpus: Path) -> None:
    (corpus / "train" / f"{notebook_id(30)}.json").rename(corpus / "away")
    opened(corpus)
    before = written(corpus)
    (corpus / "away").rename(corpus / "train" / f"{notebook_id(30)}.json")
    opened(corpus)
    assert len(written(corpus)) == len(before) + 1 > 4


@pytest.mark.parametrize("change", ["tokenizer", "limits"])
def test_other_tokens_are_another_store(corpus: Path, change: str) -> None:
    here = corpus.parent
    first = opened(corpus)
    limits = dict(LIMITS)
    if change == "tokenizer":
        write_tokenizer(here / "tokenizer.json", cut=4)
    else:
        limits["code"] = 3
    split = Split(corpus)
    other = open_store(split, "train", here / "cache", here / "tokenizer.json", limits, 1)
    assert other.folder != first.folder
    assert opened(corpus).folder.is_dir()
    if change == "limits":
        assert other.tokens.lengths()[~other.markdown].max() == 3
        assert opened(corpus).folder == first.folder


def test_a_store_that_was_deleted_is_made_again(corpus: Path) -> None:
    first = opened(corpus)
    before = content(first.folder)
    for file in first.folder.iterdir():
        file.unlink()
    first.folder.rmdir()
    assert content(opened(corpus).folder) == before


def test_shards_may_be_deleted(corpus: Path, request: pytest.FixtureRequest) -> None:
    opened(corpus)
    for file in (corpus.parent / "cache" / "shards").iterdir():
        file.unlink()
    request.getfixturevalue("unread")
    assert len(opened(corpus).notebooks) == NOTEBOOKS - len(HELD_OUT)


def test_a_subset_is_the_sample_of_evaluation(corpus: Path) -> None:
    examples = [one for one in read_examples(corpus) if Split(corpus).part("train")[1](one)]
    few = ids(opened(corpus, notebooks=10, seed=4))
    assert sorted(few) == sorted(example.id for example in sample(examples, 10, 4))
    assert few == [example.id for example in examples if example.id in few]  # the source's order
    assert set(few) < set(ids(opened(corpus, notebooks=20, seed=4)))
    assert set(few) != set(ids(opened(corpus, notebooks=10, seed=5)))


def test_a_subset_larger_than_the_corpus_is_the_corpus(corpus: Path) -> None:
    assert opened(corpus, notebooks=1_000).folder == opened(corpus).folder


def test_a_subset_takes_one_of_two_equal_names(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = [one for example in read_examples(corpus) for one in (example, example)]
    random.Random(0).shuffle(twice)
    monkeypatch.setattr(cache, "read_examples", lambda *_: iter(twice))
    assert len(opened(corpus, notebooks=7).notebooks) == 7


def test_ids_beyond_sixteen_bits(tmp_path: Path) -> None:
    few = np.concatenate([[0], np.full(3, shards.smallest(70_000)(70_000))])
    assert few.tolist() == [0, 70_000, 70_000, 70_000]
    assert shards.smallest(65_535) is np.uint16


def test_a_part_without_notebooks_is_a_sentence(tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "tokenizer.json")
    small = write_corpus(tmp_path / "kaggle", 2)
    with pytest.raises(CellOrderError, match="no notebook for the part 'valid'") as caught:
        opened(small, "valid")
    assert caught.value.code == "part-empty"
    assert len(opened(small).notebooks) == 2


def test_what_is_held_out_is_never_trained_on_whichever_files_were_there_before(
    tmp_path: Path,
) -> None:
    """With the file of held-out notebooks gone, the others are split by their families."""
    write_tokenizer(tmp_path / "tokenizer.json")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for part, names in (("train-00", range(60)), ("valid", range(60, 64))):
        lines = [
            json.dumps(
                {
                    "id": f"n{name}",
                    "ancestor": f"a{name}",
                    "repo": f"own/r{name}",
                    "cells": [["markdown", f"# {name}"], ["code", f"x = {name}"]],
                }
            )
            for name in names
        ]
        text = "".join(f"{line}\n" for line in lines).encode()
        (corpus / f"{part}.jsonl.zst").write_bytes(zstandard.compress(text))
    assert len(opened(corpus).notebooks) == 60
    assert len(opened(corpus, "valid").notebooks) == 4
    (corpus / "valid.jsonl.zst").unlink()
    trained, held_out = (
        {row.id for row in opened(corpus, p).notebooks} for p in ("train", "valid")
    )
    assert held_out and trained
    assert not trained & held_out


def test_a_corpus_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "tokenizer.json")
    with pytest.raises(SourceError, match="does not exist"):
        opened(tmp_path / "nowhere")
