"""Which notebooks are trained on, and which are held out."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_members import numbered, write_ipynb
from small_store import example

from jupyter_cellorder.evaluation.sources import read_examples
from jupyter_cellorder.evaluation.splits import HELD_OUT, Split, held_out


def families(count: int) -> list[str]:
    return [f"family-{number}" for number in range(count)]


def is_held_out(split: Split, ancestor: str) -> bool:
    keeps = {
        part: split.part(part)[1](example("n", "m0 c1", ancestor)) for part in ("train", "valid")
    }
    assert keeps["train"] is not keeps["valid"]  # in one part, and only in one
    return keeps["valid"]


def test_a_family_is_in_one_part_whatever_the_notebook(tmp_path: Path) -> None:
    split = Split(tmp_path)
    _, trained = split.part("train")
    for family in families(50):
        first, second = (example(id, "m0 c1", family, id) for id in ("a", "b"))
        assert trained(first) == trained(second)


def test_the_share_held_out_is_the_one_named(tmp_path: Path) -> None:
    split = Split(tmp_path)
    share = sum(is_held_out(split, family) for family in families(4_000)) / 4_000
    assert share == pytest.approx(HELD_OUT, rel=0.3)


def test_the_same_families_are_held_out_on_every_machine(tmp_path: Path) -> None:
    chosen = [number for number in range(200) if is_held_out(Split(tmp_path), f"family-{number}")]
    assert chosen == [18, 23, 41, 78, 79, 81, 93]


def test_any_other_source_is_read_whole_for_both_parts(tmp_path: Path) -> None:
    split = Split(tmp_path / "notebooks")
    assert split.part("train")[0] == split.part("valid")[0] == [tmp_path / "notebooks"]


def test_a_corpus_that_comes_split_stays_so(tmp_path: Path) -> None:
    for name in ("train-01", "train-00", "valid", "test"):
        (tmp_path / f"{name}.jsonl.zst").write_bytes(b"")
    split = Split(tmp_path)
    train, everything = split.part("train")
    valid, _ = split.part("valid")
    assert [path.name for path in train] == ["train-00.jsonl.zst", "train-01.jsonl.zst"]
    assert [path.name for path in valid] == ["valid.jsonl.zst"]
    assert all(everything(example("n", "m0 c1", family)) for family in families(50))


def test_half_a_split_is_none(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.jsonl.zst" for name in ("train-00", "test")]
    for file in files:
        file.write_bytes(b"")
    split = Split(tmp_path)
    # What is kept for the test is in neither part.
    assert split.part("train")[0] == split.part("valid")[0] == files[:1]
    assert any(is_held_out(split, family) for family in families(200))


def test_where_no_family_is_known_a_repository_stays_together(tmp_path: Path) -> None:
    _, trained = Split(tmp_path).part("train")
    for number in range(50):
        first, second = (example(id, "m0 c1", cluster=f"repo-{number}") for id in ("a", "b"))
        assert trained(first) == trained(second)


def test_what_training_did_not_see(tmp_path: Path) -> None:
    for number in range(60):
        write_ipynb(tmp_path / f"n{number}.ipynb", numbered("mc"))
    seen = {each.id for each in read_examples(tmp_path) if Split(tmp_path).part("train")[1](each)}
    unseen = {each.id for each in held_out(tmp_path)}
    assert unseen
    assert len(seen | unseen) == 60
    assert not seen & unseen
