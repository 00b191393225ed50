"""Which notebooks are trained on, and which are held out."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_store import example

from training.data.splits import HELD_OUT, Split


def families(count: int) -> list[str]:
    return [f"family-{number}" for number in range(count)]


def held_out(split: Split, ancestor: str) -> bool:
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
    share = sum(held_out(split, family) for family in families(4_000)) / 4_000
    assert share == pytest.approx(HELD_OUT, rel=0.3)


def test_the_same_families_are_held_out_on_every_machine(tmp_path: Path) -> None:
    chosen = [number for number in range(200) if held_out(Split(tmp_path), f"family-{number}")]
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
    (tmp_path / "train-00.jsonl.zst").write_bytes(b"")
    assert Split(tmp_path).part("valid")[0] == [tmp_path]
    assert any(held_out(Split(tmp_path), family) for family in families(200))
