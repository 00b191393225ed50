"""Kaggle's layout as it is downloaded, and with what people leave out of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from kaggle_corpus import notebook_id, write_corpus
from small_store import example
from small_tokenizer import write_tokenizer

from jupyter_cellorder.evaluation.splits import Split
from training.data.cache import open_store
from training.data.cells import CellStore

SAMPLE = Path(__file__).parents[4] / "shared" / "kaggle-sample"


def opened(corpus: Path, part: str) -> CellStore:
    here = corpus.parent
    tokenizer = write_tokenizer(here / "tokenizer.json")
    limits = {"markdown": 8, "code": 8}
    return open_store(Split(corpus), part, here / "cache", tokenizer, limits, 1)


def test_without_ancestors_every_notebook_is_a_family(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "kaggle", ancestors=False)
    rows = [row for part in ("train", "valid") for row in opened(corpus, part).notebooks]
    assert sorted(row.ancestor for row in rows) == [notebook_id(number) for number in range(60)]
    assert all(row.ancestor == row.cluster == row.id for row in rows)


def test_ancestors_that_come_later_are_noticed(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "kaggle")
    (corpus / "train_ancestors.csv").rename(corpus / "away")
    before = opened(corpus, "train")
    (corpus / "away").rename(corpus / "train_ancestors.csv")
    after = opened(corpus, "train")
    assert after.notebooks[0].ancestor == "family-0" != before.notebooks[0].ancestor


@pytest.mark.skipif(not SAMPLE.is_dir(), reason=f"the real sample is not beside, in {SAMPLE}")
def test_a_real_notebook_of_kaggle(tmp_path: Path) -> None:
    corpus = tmp_path / "kaggle"
    shutil.copytree(SAMPLE / "test", corpus / "train")
    (file,) = (corpus / "train").iterdir()
    content = json.loads(file.read_text())
    names = list(content["cell_type"])
    table = f"id,cell_order\n{file.stem},{' '.join(reversed(names))}\n"
    (corpus / "train_orders.csv").write_text(table)

    part = "valid" if Split(corpus).part("valid")[1](example("n", "m0 c1", file.stem)) else "train"
    store = opened(corpus, part)

    (row,) = store.notebooks
    assert row.id == file.stem
    kinds = ["markdown" if store.markdown[cell] else "code" for cell in row.cells]
    assert kinds == [content["cell_type"][name] for name in reversed(names)]
    assert (len(kinds), kinds.count("code")) == (13, 7)
