"""Tokens of cells: head and tail of long ones, special tokens once."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_tokenizer import WORDS, numbers, write_tokenizer

from jupyter_cellorder.members import tokens
from jupyter_cellorder.members.tokens import CellTokenizer, clip
from jupyter_cellorder.notebook import Cell


def cell(source: str, kind: str = "markdown") -> Cell:
    return Cell("a", kind, source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "limit", "kept"),
    [
        (3, 3, [0, 1, 2]),
        (2, 9, [0, 1]),
        (10, 6, [0, 1, 2, 3, 8, 9]),
        (10, 7, [0, 1, 2, 3, 4, 8, 9]),
        (5, 2, [0, 1]),
        (5, 0, []),
        (0, 4, []),
    ],
)
def test_two_thirds_from_the_head_and_one_from_the_tail(
    count: int, limit: int, kept: list[int]
) -> None:
    assert clip(range(count), limit) == kept


@pytest.mark.parametrize("cut", [None, 4])
def test_limits_count_the_special_tokens_which_stand_once(tmp_path: Path, cut: int | None) -> None:
    made = CellTokenizer(
        write_tokenizer(tmp_path / "tokenizer.json", cut), {"markdown": 8, "code": 5}
    )
    text = " ".join(WORDS[:20])

    markdown, code, raw, short, empty = made(
        [cell(text), cell(text, "code"), cell(text, "raw"), cell("w1 w2"), cell("")]
    )

    assert markdown == numbers("[CLS] w0 w1 w2 w3 w18 w19 [SEP]")
    assert code == raw == numbers("[CLS] w0 w1 w19 [SEP]")
    assert short == numbers("[CLS] w1 w2 [SEP]")
    assert empty == numbers("[CLS] [SEP]")


def test_less_can_be_read_of_every_cell_never_more(tmp_path: Path) -> None:
    made = CellTokenizer(write_tokenizer(tmp_path / "tokenizer.json"), {"markdown": 8, "code": 5})
    text = " ".join(WORDS[:20])
    cells = [cell(text), cell(text, "code"), cell("w1 w2")]
    assert made(cells, {"markdown": 6, "code": 9}) == [
        numbers("[CLS] w0 w1 w2 w19 [SEP]"),
        numbers("[CLS] w0 w1 w19 [SEP]"),
        numbers("[CLS] w1 w2 [SEP]"),
    ]
    assert made(cells, {"markdown": 6, "code": 4})[1] == numbers("[CLS] w0 w1 [SEP]")
    assert made(cells, {"markdown": 100, "code": 100}) == made(cells)


def test_a_cell_that_spells_a_special_token_gets_no_second_pair(tmp_path: Path) -> None:
    made = CellTokenizer(write_tokenizer(tmp_path / "tokenizer.json"), {"markdown": 9, "code": 9})
    assert made([cell("unknown w3")]) == [numbers("[CLS] [UNK] w3 [SEP]")]
    assert made([]) == []


def test_of_a_very_long_source_the_ends_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "HEAD_CHARACTERS", 5)
    monkeypatch.setattr(tokens, "TAIL_CHARACTERS", 2)
    made = CellTokenizer(write_tokenizer(tmp_path / "tokenizer.json"), {"markdown": 90, "code": 90})
    assert made([cell("w1 w2 w3 w4")]) == [numbers("[CLS] w1 w2 w4 [SEP]")]
    assert made([cell("w1 w2 9")]) == [numbers("[CLS] w1 w2 [UNK] [SEP]")]
