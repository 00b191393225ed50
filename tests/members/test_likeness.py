"""Similarities are computed once for all questions about a notebook."""

from __future__ import annotations

import numpy as np
import pytest

from jupyter_cellorder import lexical
from jupyter_cellorder.lexical import BUCKETS, count_words, similarities
from jupyter_cellorder.members import likeness
from jupyter_cellorder.members.likeness import Likeness

TEXTS = ["load the data", "df_train = load(path)", "plot df_train", "plot df_train", "the model"]
WORDS = [count_words(text) for text in TEXTS]
KEYS = [text.encode() for text in TEXTS]
IDF = np.random.default_rng(0).uniform(1, 9, BUCKETS).astype(np.float32)


@pytest.fixture(name="computed")
def _computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many cells were compared each time."""
    counts: list[int] = []

    def counted(cells: list[lexical.WordCounts], idf: object) -> lexical.Similarities:
        counts.append(len(cells))
        return similarities(cells, IDF)

    monkeypatch.setattr(likeness, "similarities", counted)
    return counts


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [3, 2, 1, 0, 4]])
def test_cells_are_as_alike_in_any_order(order: list[int], computed: list[int]) -> None:
    known = Likeness(IDF)
    known.of(KEYS, WORDS)
    found = known.of([KEYS[i] for i in order], [WORDS[i] for i in order])
    truth = similarities([WORDS[i] for i in order], IDF).stacked()
    assert np.allclose(found, truth, atol=1e-6)
    assert computed == [5]


def test_an_answer_does_not_hang_on_what_was_asked_before(computed: list[int]) -> None:
    known, fresh = Likeness(IDF), Likeness(IDF)
    known.of(KEYS[::-1], WORDS[::-1])
    assert np.array_equal(known.of(KEYS, WORDS), fresh.of(KEYS, WORDS))
    assert computed == [5, 5]


def test_another_notebook_is_compared_anew(computed: list[int]) -> None:
    known = Likeness(IDF)
    known.of(KEYS, WORDS)
    # One of two equal cells less is another notebook: its words are rarer.
    fewer = known.of(KEYS[:3], WORDS[:3])
    assert np.allclose(fewer, similarities(WORDS[:3], IDF).stacked(), atol=1e-6)
    assert computed == [5, 3]


def test_no_cells_are_no_trouble() -> None:
    assert Likeness(IDF).of([], []).shape == (3, 0, 0)
