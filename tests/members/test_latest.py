"""What is known of pairs of cells is computed once for all questions about a notebook."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from jupyter_cellorder.lexical import BUCKETS, count_words, similarities
from jupyter_cellorder.members.latest import Latest

TEXTS = ["load the data", "df_train = load(path)", "plot df_train", "plot df_train", "the model"]
WORDS = [count_words(text) for text in TEXTS]
KEYS = [text.encode() for text in TEXTS]
IDF = np.random.default_rng(0).uniform(1, 9, BUCKETS).astype(np.float32)


class Compared:
    """Similarities of some of the cells; counts how many were compared each time."""

    def __init__(self) -> None:
        self.latest: Latest[np.float32] = Latest()
        self.computed: list[int] = []

    def of(self, cells: Sequence[int]) -> np.ndarray:
        """(3, L, L) of cells of `TEXTS`."""

        def compute(order: Sequence[int]) -> np.ndarray:
            self.computed.append(len(order))
            return similarities([WORDS[cells[at]] for at in order], IDF).stacked()

        return self.latest.of([KEYS[cell] for cell in cells], compute)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [3, 2, 1, 0, 4]])
def test_pairs_are_the_same_in_any_order(order: list[int]) -> None:
    known = Compared()
    known.of(range(5))
    truth = similarities([WORDS[i] for i in order], IDF).stacked()
    assert np.allclose(known.of(order), truth, atol=1e-6)
    assert known.computed == [5]


def test_an_answer_does_not_hang_on_what_was_asked_before() -> None:
    known, fresh = Compared(), Compared()
    known.of([4, 3, 2, 1, 0])
    assert np.array_equal(known.of(range(5)), fresh.of(range(5)))


def test_another_notebook_is_compared_anew() -> None:
    known = Compared()
    known.of(range(5))
    # One of two equal cells less is another notebook: its words are rarer.
    fewer = known.of(range(3))
    assert np.allclose(fewer, similarities(WORDS[:3], IDF).stacked(), atol=1e-6)
    assert known.computed == [5, 3]


def test_two_cells_that_hold_the_same_keep_a_place_each() -> None:
    latest: Latest[np.int64] = Latest()
    named = [b"b", b"a", b"a"]
    found = latest.of(named, lambda order: np.arange(9).reshape(3, 3))
    # Sorted a, a, b: the first cell is the last of them.
    assert found.tolist() == [[8, 6, 7], [2, 0, 1], [5, 3, 4]]


def test_no_cells_are_no_trouble() -> None:
    assert Compared().of([]).shape == (3, 0, 0)
