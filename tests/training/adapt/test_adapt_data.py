"""Pieces of notebooks with hidden tokens."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sized_store import sized_store
from small_tokenizer import SPECIAL

from training.adapt.data import PieceBatches, Pieces, collate, piece_ids, pieces
from training.data.cells import CellStore

OPEN, CLOSE = SPECIAL.index("[CLS]"), SPECIAL.index("[SEP]")
LENGTH = 40


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CellStore:
    """Some cells are empty, some longer than a piece, some notebooks one empty cell."""
    rng = np.random.default_rng(0)
    notebooks = [
        " ".join(f"{rng.choice(['m', 'c'])}{rng.choice([2, 3, 9, 20, 60])}" for _ in range(count))
        for count in rng.integers(1, 30, 40)
    ]
    return sized_store([*notebooks, "c2", "m2 c2"], tmp_path_factory.mktemp("store"))


@given(st.lists(st.integers(2, 60), min_size=1, max_size=30), st.integers(20, 40), st.just(40))
def test_every_cell_is_in_one_piece(lengths: list[int], first: int, length: int) -> None:
    found = list(pieces(lengths, first, length))
    assert [start for start, _, _ in found] == [0, *(end for _, end, _ in found[:-1])]
    assert found[-1][1] == len(lengths)
    for number, (start, end, size) in enumerate(found):
        room = first if number == 0 else length
        whole = sum(lengths[start:end]) - (end - start - 1)  # neighbours share no opening token
        assert end > start
        assert size == min(whole, length)
        assert whole <= room or end - start == 1
        if end < len(lengths):  # one more would not have fitted
            assert whole + lengths[end] - 1 > room


def test_a_piece_is_its_cells_with_one_opening_token(store: CellStore) -> None:
    cells = store.notebooks[0].cells[:3]
    whole = [store.tokens[int(cell)].tolist() for cell in cells]
    ids = piece_ids(store, cells, 1000)
    assert ids.tolist() == [OPEN, *(token for row in whole for token in row[1:])]
    assert piece_ids(store, cells, 5).tolist() == ids[:5].tolist()


def test_an_epoch_shows_every_cell_once_and_differs_from_the_next(store: CellStore) -> None:
    batches = PieceBatches(store, LENGTH, 8, 1)
    shown, cuts = Pieces(store, LENGTH, 0.15, 1), []
    for epoch in (0, 1):
        drawn, sizes = batches._drawn(epoch, np.random.default_rng(epoch))
        covered = sorted(
            (number, cell) for _, number, start, end in drawn for cell in range(start, end)
        )
        assert covered == [
            (number, cell)
            for number, notebook in enumerate(store.notebooks)
            for cell in range(len(notebook.cells))
        ]
        assert [len(shown[index].ids) for index in drawn] == sizes.tolist()
        cuts.append([index[1:] for index in drawn])
        assert {index[0] for index in drawn} == {epoch}
    assert cuts[0] != cuts[1]


def test_batches_are_those_of_their_seed_and_epoch(store: CellStore) -> None:
    batches = PieceBatches(store, LENGTH, 8, 1)
    sizes, seen = set(), []
    for epoch in range(6):
        batches.set_epoch(epoch)
        once = list(batches)
        other = PieceBatches(store, LENGTH, 8, 1)
        other.set_epoch(epoch)
        assert once == list(batches) == list(other)
        assert len(once) == len(batches)
        sizes.add(sum(map(len, once)))
        seen.append(once)
    assert len(sizes) == 1
    assert all(one != other for one, other in pairwise(seen))
    first = [index for batch in seen[0] for index in batch]
    assert len(set(first)) == len(first)


def test_pieces_of_a_batch_are_of_like_length(store: CellStore) -> None:
    shown, batches = Pieces(store, LENGTH, 0.15, 1), PieceBatches(store, LENGTH, 8, 1)
    sizes = [[len(shown[index].ids) for index in batch] for batch in batches]
    padded = sum(max(own) * len(own) for own in sizes)
    assert sum(map(sum, sizes)) > 0.9 * padded
    assert batches.tokens == sum(map(sum, sizes))


def test_what_is_hidden_is_no_special_token_and_something_where_that_can_be(
    store: CellStore,
) -> None:
    shown = Pieces(store, LENGTH, 0.15, 1)
    hidden = able = nothing = cut = 0
    for batch in PieceBatches(store, LENGTH, 8, 1):
        for index in batch:
            piece = shown[index]
            special = np.isin(piece.ids, [OPEN, CLOSE])
            assert not (piece.hidden & special).any()
            assert piece.hidden.any() == (~special).any()
            nothing += special.all()
            hidden, able = hidden + int(piece.hidden.sum()), able + int((~special).sum())
            again = shown[index]
            assert np.array_equal(again.ids, piece.ids)
            assert np.array_equal(again.hidden, piece.hidden)
            cut += int(piece.ids[-1] != CLOSE)
    assert nothing >= 1
    assert cut >= 1
    assert hidden / able == pytest.approx(0.15, abs=0.02)


def test_any_token_of_a_piece_that_was_cut_may_be_hidden(store: CellStore) -> None:
    shown = Pieces(store, LENGTH, 0.9, 1)
    number, at = next(
        (number, at)
        for number, notebook in enumerate(store.notebooks)
        for at, cell in enumerate(notebook.cells)
        if len(store.tokens[int(cell)]) > LENGTH
    )
    times = sum(shown[epoch, number, at, at + 1].hidden for epoch in range(50))
    assert times[0] == 0
    assert (np.asarray(times)[1:] > 30).all()


def test_other_epochs_hide_other_tokens(store: CellStore) -> None:
    shown = Pieces(store, LENGTH, 0.15, 1)
    number = max(range(40), key=lambda at: len(store.notebooks[at].cells))
    hidden = {shown[epoch, number, 0, 4].hidden.tobytes() for epoch in range(8)}
    assert len(hidden) > 3


def test_padding_is_never_hidden(store: CellStore) -> None:
    shown = Pieces(store, LENGTH, 0.5, 1)
    chosen = [shown[0, 0, 0, 1], shown[0, 1, 0, 1], shown[0, 40, 0, 1]]
    batch = collate(chosen, pad=77)
    width = max(len(piece.ids) for piece in chosen)
    assert batch.ids.shape == batch.mask.shape == batch.hidden.shape == (3, width)
    for at, piece in enumerate(chosen):
        size = len(piece.ids)
        assert batch.ids[at].tolist() == [*piece.ids.tolist(), *[77] * (width - size)]
        assert batch.mask[at].tolist() == [1] * size + [0] * (width - size)
        assert batch.hidden[at].tolist() == [*piece.hidden.tolist(), *[False] * (width - size)]
