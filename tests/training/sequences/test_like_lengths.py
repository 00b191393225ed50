"""Batches of sequences of like length."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sized_store import sized_store

from jupyter_cellorder.members.sequence_rows import PairwiseLayout, PointwiseLayout
from training.data.cells import CellStore
from training.pairwise.data import PairwiseQuestions
from training.pairwise.samplers import SAMPLERS
from training.pointwise.data import PointwiseQuestions
from training.sequences.data import Draws, Index, LikeLengths, Rows, collate

POINTWISE = PointwiseQuestions(PointwiseLayout(length=64), 0.3)


class Fixed(PointwiseQuestions):
    """Draws of given lengths, whatever the store holds."""

    def __init__(self, lengths: list[int]) -> None:
        super().__init__(PointwiseLayout(), 0.3)
        self._lengths = np.array(lengths)

    def draws(self, store: CellStore, rng: np.random.Generator) -> Draws:
        at = np.arange(len(self._lengths))
        return Draws(np.stack([at, 2 * at, 3 * at], 1), self._lengths)


class Swelling(Fixed):
    """Another number of draws every epoch; the first index names the length."""

    def draws(self, store: CellStore, rng: np.random.Generator) -> Draws:
        drawn = np.sort(rng.choice(self._lengths, int(rng.integers(20, 41))))
        return Draws(np.stack([drawn, drawn, drawn], 1), drawn)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CellStore:
    rng = np.random.default_rng(0)
    notebooks = [
        " ".join(f"{rng.choice(['m', 'c', 'c'])}{rng.integers(2, 30)}" for _ in range(count))
        for count in rng.integers(1, 12, 25)
    ]
    return sized_store(notebooks, tmp_path_factory.mktemp("store"))


def flat(batches: list[list[Index]]) -> list[Index]:
    return [index for batch in batches for index in batch]


@given(st.lists(st.integers(5, 512), min_size=1, max_size=60), st.integers(1, 9))
def test_every_index_stands_once_in_an_epoch(lengths: list[int], size: int) -> None:
    batches = LikeLengths(None, Fixed(lengths), size, 1)  # type: ignore[arg-type]
    for epoch in (0, 1):
        batches.set_epoch(epoch)
        shown = list(batches)
        assert len(shown) == len(batches) == -(-len(lengths) // size)
        assert sorted(flat(shown)) == [(at, 2 * at, 3 * at) for at in range(len(lengths))]
        assert sorted(map(len, shown), reverse=True)[:-1] == [size] * (len(shown) - 1)
    assert batches.tokens == sum(lengths)
    assert all(type(part) is int for part in shown[0][0])


def test_a_seed_and_an_epoch_say_which_batches(store: CellStore) -> None:
    def shown(seed: int, epoch: int) -> list[list[Index]]:
        batches = LikeLengths(store, POINTWISE, 8, seed)
        batches.set_epoch(epoch)
        return list(batches)

    assert shown(1, 3) == shown(1, 3)
    assert shown(1, 3) != shown(1, 4)
    assert shown(1, 3) != shown(2, 3)
    # Not only another order of the same batches: other neighbours.
    assert {tuple(sorted(b)) for b in shown(1, 3)} != {tuple(sorted(b)) for b in shown(1, 4)}


def test_a_run_that_continues_in_an_epoch_sees_the_rest_of_it(store: CellStore) -> None:
    sampler = SAMPLERS["uniform"]
    questions = PairwiseQuestions(PairwiseLayout(length=32), 0.3, sampler, 0.3)
    unbroken = LikeLengths(store, questions, 8, 1)
    list(unbroken)
    unbroken.set_epoch(1)
    whole = list(unbroken)
    fresh = LikeLengths(store, questions, 8, 1)
    fresh.set_epoch(1)
    for again in (unbroken, fresh):
        assert list(again) == whole
    part = iter(fresh)
    next(part)
    assert list(part) == whole[1:]


def test_under_a_tenth_of_realistic_batches_is_padding() -> None:
    drawn = np.random.default_rng(0).lognormal(4.5, 0.9, 5000)
    batches = LikeLengths(None, Fixed(np.clip(drawn, 5, 512).astype(int).tolist()), 32, 1)  # type: ignore[arg-type]
    lengths = np.clip(drawn, 5, 512).astype(int)
    assert lengths.std() > 50
    for epoch in (0, 1):
        batches.set_epoch(epoch)
        shown = [lengths[[index[0] for index in batch]] for batch in batches]
        padded = sum(own.max() * len(own) for own in shown)
        assert 0 <= 1 - lengths.sum() / padded < 0.1
        if epoch == 0:
            assert batches.padding == pytest.approx(1 - lengths.sum() / padded)
    # The order of the batches is not that of their lengths.
    means = np.array([own.mean() for own in shown])
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_epochs_have_one_number_of_batches_however_many_are_drawn(seed: int) -> None:
    """And what does not fit is left out by chance, not the longest."""
    batches = LikeLengths(None, Swelling(list(range(100, 200))), 4, seed)  # type: ignore[arg-type]
    counts, longest_kept, drawn_counts = [], 0, set()
    for epoch in range(40):
        batches.set_epoch(epoch)
        shown = list(batches)
        counts.append((len(shown), len(flat(shown))))
        drawn = batches._drawn(epoch)
        drawn_counts.add(len(drawn.lengths))
        assert {index[0] for index in flat(shown)} <= set(drawn.lengths.tolist())
        longest_kept += max(drawn.lengths) == max(index[0] for index in flat(shown))
    assert set(counts) == {(len(batches), counts[0][1])}
    assert len(drawn_counts) > 5
    assert longest_kept > 20 or counts[0][1] < 25


def test_pairs_of_an_epoch_fill_the_batches_of_the_first(store: CellStore) -> None:
    questions = PairwiseQuestions(PairwiseLayout(length=32), 0.3, SAMPLERS["near"], 0.3)
    batches = LikeLengths(store, questions, 8, 1)
    sizes = set()
    for epoch in range(5):
        batches.set_epoch(epoch)
        shown = flat(list(batches))
        sizes.add(len(shown))
        right = Counter(index[:2] for index in shown if questions.row(store, index).target == 1.0)
        assert len(right) > 0.6 * sum(
            int(store.markdown[notebook.cells].sum()) for notebook in store.notebooks
        )
    assert len(sizes) == 1


def test_rows_are_the_same_whenever_they_are_asked_for(store: CellStore) -> None:
    rows = Rows(store, POINTWISE)
    index = next(iter(LikeLengths(store, POINTWISE, 8, 1)))[0]
    assert rows[index] == rows[index]
    assert len(rows) == len(store.notebooks)


@pytest.mark.parametrize("types", [1, 2])
def test_collated_rows_are_padded_to_the_longest(store: CellStore, types: int) -> None:
    questions = PairwiseQuestions(PairwiseLayout(length=32), 0.3, SAMPLERS["uniform"], 0.3)
    number = next(
        at
        for at, notebook in enumerate(store.notebooks)
        if 1 < store.markdown[notebook.cells].sum() < len(notebook.cells) - 1
    )
    rows = questions.ask_all(store, number)
    batch = collate(rows, pad=77, types=types)
    assert batch.ids.shape == (len(rows), max(len(row.ids) for row in rows))
    assert batch.extras.shape == (len(rows), 0)
    for at, row in enumerate(rows):
        size = len(row.ids)
        assert batch.ids[at, :size].tolist() == list(row.ids)
        assert (batch.ids[at, size:] == 77).all()
        assert batch.mask[at].tolist() == [1] * size + [0] * (batch.ids.shape[1] - size)
        assert batch.types[at, :size].tolist() == (list(row.types) if types > 1 else [0] * size)
        assert (batch.types[at, size:] == 0).all()
    assert batch.target.tolist() == [row.target for row in rows]
    assert {0.0, 1.0} == set(batch.target.tolist())
