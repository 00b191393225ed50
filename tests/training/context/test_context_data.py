"""Questions to learn from, and how they come in batches."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_store import example, kinds, store

from jupyter_cellorder.lexical import similarities
from jupyter_cellorder.members.context_input import placement_arrays
from training.context.data import (
    Collator,
    ContextQuestions,
    LengthBatches,
    Mixture,
    Question,
    ask,
    ask_all,
    astray,
    draw_questions,
)
from training.data.cells import CellStore
from training.data.chunks import Chunking, token_chunks

ALL, ORDERED, FEW, SHARE = Mixture(1, 0, 0), Mixture(0, 1, 0), Mixture(0, 0, 1), Mixture(0, 0, 0)
ONE = Mixture(0, 0, 0, 1)


def draw_question(
    cells: NDArray[np.int32],
    markdown: NDArray[np.bool_],
    mixture: Mixture,
    longest: int,
    rng: np.random.Generator,
) -> Question:
    """The only one of one question."""
    (question,) = draw_questions(cells, markdown, mixture, longest, 1, rng)
    return question


def rebuilt(question: Question) -> list[int]:
    """The author's order, from the question and its answer."""
    size = len(question.anchors) + len(question.floats)
    order = np.full(size, -1)
    order[question.place] = question.floats
    order[order == -1] = question.anchors
    return [int(cell) for cell in order]


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.booleans(), st.integers(0, 99))
def test_gap_and_place_are_those_of_the_author(
    floating: list[bool], ordered: bool, seed: int
) -> None:
    cells = np.arange(100, 100 + len(floating), dtype=np.int32)
    question = ask(cells, np.array(floating), ordered, np.random.default_rng(seed))
    assert rebuilt(question) == cells.tolist()
    assert question.anchors.tolist() == cells[~np.array(floating)].tolist()
    for gap, place in zip(question.gap, question.place, strict=True):
        assert gap == sum(not mark for mark in floating[:place])
    if ordered:
        assert question.place.tolist() == sorted(question.place)


@given(st.lists(st.sampled_from("cmf"), min_size=1, max_size=12), st.integers(0, 99))
def test_with_some_markdown_astray_a_gap_is_behind_the_same_anchor(
    kinds: list[str], seed: int
) -> None:
    cells = np.arange(100, 100 + len(kinds), dtype=np.int32)
    markdown = np.zeros(200, dtype=bool)
    markdown[cells] = [kind != "c" for kind in kinds]
    rng = np.random.default_rng(seed)
    plain = ask(cells, np.array([kind == "f" for kind in kinds]), False, rng)
    shown = astray(plain, markdown, rng)
    assert sorted(shown.anchors) == sorted(plain.anchors)
    assert shown.floats.tolist() == plain.floats.tolist()
    # Some one to three cells of markdown, and no others, stand elsewhere.
    placed = [int(cell) for cell in plain.anchors if markdown[cell]]
    left = [
        {a, b, c}
        for a in placed
        for b in placed
        for c in placed
        if [x for x in shown.anchors if x not in (a, b, c)]
        == [x for x in plain.anchors if x not in (a, b, c)]
    ]
    assert left or not placed
    for float_, before, behind in zip(plain.place, plain.gap, shown.gap, strict=True):
        stayed = shown.anchors[:behind].tolist()
        assert any(
            [cell for cell in stayed if cell not in moved]
            == [cell for cell in plain.anchors[:before] if cell not in moved]
            for moved in left or [set()]
        ), float_


def test_a_share_of_the_questions_with_placed_markdown_is_astray() -> None:
    markdown = np.array([True, False] * 15)
    cells = np.arange(30, dtype=np.int32)
    for mixture, share, expected in ((ONE, 0.5, 100), (ONE, 0.0, 0), (ALL, 1.0, 0)):
        wrong = 0
        for seed in range(200):
            rng = np.random.default_rng(seed)
            (question,) = draw_questions(cells, markdown, mixture, 99, 1, rng, share)
            wrong += question.anchors.tolist() != sorted(question.anchors)
        assert wrong == pytest.approx(expected, abs=25 if expected else 0)


def test_floats_are_shuffled_unless_their_order_is_known() -> None:
    cells = np.arange(20, dtype=np.int32)
    markdown = cells % 2 == 0
    free = ask_all(cells, markdown, np.random.default_rng(0))
    kept = ask_all(cells, markdown, np.random.default_rng(0), ordered=True)
    assert free.floats.tolist() != sorted(free.floats)
    assert sorted(free.floats) == kept.floats.tolist() == cells[markdown].tolist()
    assert (free.ordered, kept.ordered) == (False, True)


@pytest.mark.parametrize("mixture", [ALL, ORDERED, FEW, SHARE, ONE])
@pytest.mark.parametrize(
    "pattern", ["mc" * 20, "c" * 30 + "m", "m" + "c" * 30, "c" * 15 + "m" + "c" * 15, "cm"]
)
def test_a_window_is_short_of_one_piece_and_has_both_kinds(pattern: str, mixture: Mixture) -> None:
    markdown = np.array([kind == "m" for kind in pattern])
    cells = np.arange(len(pattern), dtype=np.int32)
    for seed in range(20):
        question = draw_question(cells, markdown, mixture, 6, np.random.default_rng(seed))
        order = rebuilt(question)
        assert len(order) == min(6, len(pattern))
        assert order == list(range(order[0], order[0] + len(order)))
        assert len(question.floats) > 0
        assert markdown[question.floats].all()
        assert not markdown[question.anchors].all()


def test_kinds_of_questions() -> None:
    markdown = np.array([True] * 12 + [False] * 8)
    cells = np.arange(20, dtype=np.int32)

    def floats(mixture: Mixture) -> list[int]:
        drawn = [
            draw_question(cells, markdown, mixture, 99, np.random.default_rng(seed))
            for seed in range(200)
        ]
        assert {question.ordered for question in drawn} == {mixture is ORDERED}
        return [len(question.floats) for question in drawn]

    assert set(floats(ALL)) == set(floats(ORDERED)) == {12}
    few, share = floats(FEW), floats(SHARE)
    assert min(few) == min(share) == 1
    assert max(share) == 12
    assert np.mean(few) < 4 < np.mean(share)
    assert set(floats(ONE)) == {1}


def test_a_mixture_draws_each_kind_as_often_as_it_says() -> None:
    markdown = np.array([True] * 12 + [False] * 8)
    cells = np.arange(20, dtype=np.int32)
    mixture = Mixture(all=0.5, ordered=0.25, few=0.25)
    drawn = [
        draw_question(cells, markdown, mixture, 99, np.random.default_rng(seed))
        for seed in range(400)
    ]
    assert sum(question.ordered for question in drawn) == pytest.approx(100, abs=30)
    whole = sum(len(question.floats) == 12 and not question.ordered for question in drawn)
    assert whole == pytest.approx(200, abs=35)


def test_several_questions_are_about_one_window_in_the_mixture_s_shares() -> None:
    markdown = np.array([True, False] * 30)
    cells = np.arange(60, dtype=np.int32)
    mixture = Mixture(all=0.5, ordered=0.125, few=0.125, one=0.125)
    for seed in range(20):
        drawn = draw_questions(cells, markdown, mixture, 40, 8, np.random.default_rng(seed))
        assert len({tuple(rebuilt(question)) for question in drawn}) == 1
        whole, ordered, few, one, share = drawn
        assert [question.weight for question in drawn] == [4, 1, 1, 1, 1]
        assert (len(whole.floats), whole.ordered) == (20, False)
        assert (len(ordered.floats), ordered.ordered) == (20, True)
        assert len(one.floats) == 1
        assert not few.ordered and not share.ordered
    twelve = draw_questions(cells, markdown, mixture, 40, 12, np.random.default_rng(0))
    assert sum(question.weight for question in twelve) == 12
    assert not np.array_equal(twelve[-1].floats, twelve[-2].floats)


def test_a_random_share_of_the_cells_is_left_out() -> None:
    markdown = np.array([True, False] * 30)
    cells = np.arange(60, dtype=np.int32)
    left = []
    for seed in range(200):
        (one,) = draw_questions(
            cells, markdown, ALL, 99, 1, np.random.default_rng(seed), dropped=0.5
        )
        left.append(len(rebuilt(one)))
        assert rebuilt(one) == sorted(rebuilt(one))
    assert max(left) > 57 and min(left) < 35
    assert np.mean(left) == pytest.approx(45, abs=2)  # a quarter is missing on average


def test_both_kinds_stay_when_cells_are_left_out() -> None:
    markdown = np.array([True, False, False])
    for seed in range(100):
        rng = np.random.default_rng(seed)
        (one,) = draw_questions(np.arange(3, dtype=np.int32), markdown, ALL, 9, 1, rng, dropped=1.0)
        assert len(one.floats) == 1 and len(one.anchors) >= 1


@pytest.fixture
def corpus(tmp_path: Path) -> CellStore:
    """Forty notebooks of 2 to 30 cells; twenty more are one family."""
    rng = np.random.default_rng(0)
    examples = [
        example(f"n{at}", kinds("mc" * int(rng.integers(1, 16)), at)) for at in range(40)
    ] + [example(f"f{at}", kinds("mcmc", at), ancestor="family") for at in range(20)]
    return store(examples, tmp_path)


def test_the_same_index_asks_the_same_question(corpus: CellStore) -> None:
    first = ContextQuestions(corpus, Mixture(), 12, seed=1)
    again = ContextQuestions(corpus, Mixture(), 12, seed=1)
    other = ContextQuestions(corpus, Mixture(), 12, seed=2)
    indices = [(0, number) for number in range(len(first))]
    assert len(first) == 60

    def asked(questions: ContextQuestions, epoch: int) -> list[list[list[int]]]:
        return [
            [question.floats.tolist() for question in questions[epoch, number]]
            for _, number in indices
        ]

    assert asked(first, 0) == asked(again, 0)
    assert asked(first, 0) != asked(first, 1)
    assert asked(first, 0) != asked(other, 0)


def test_batches_are_the_same_for_a_seed_and_others_in_another_epoch(corpus: CellStore) -> None:
    def epochs(seed: int) -> list[list[list[tuple[int, int]]]]:
        batches = LengthBatches(corpus, 12, 60, seed)
        found = []
        for epoch in range(3):
            batches.set_epoch(epoch)
            found.append(list(batches))
        return found

    first = epochs(1)
    assert first == epochs(1)
    assert first != epochs(2)
    assert [[number for _, number in batch] for batch in first[0]] != [
        [number for _, number in batch] for batch in first[1]
    ]
    # No draw has the number of another one, in no epoch.
    numbers = [draw for epoch in first for batch in epoch for draw, _ in batch]
    assert len(set(numbers)) >= len(numbers) - 2  # a batch may be repeated to make epochs equal
    assert {draw // len(corpus.notebooks) for batch in first[2] for draw, _ in batch} == {2}


def test_a_notebook_that_is_drawn_again_is_asked_about_otherwise(corpus: CellStore) -> None:
    batches = LengthBatches(corpus, 9, 60, 1, passes=20)
    longest = int(np.argmax(corpus.notebooks.lengths()))
    draws = [index for batch in batches for index in batch if index[1] == longest]
    assert len(draws) > 5
    questions = ContextQuestions(corpus, Mixture(), 9, seed=1)
    windows = {tuple(sorted(rebuilt(questions[index][0]))) for index in draws}
    assert len(windows) > 1


@pytest.mark.parametrize(("longest", "cells"), [(12, 60), (99, 60), (99, 10)])
def test_batches_are_bounded_and_of_one_number_in_every_epoch(
    corpus: CellStore, longest: int, cells: int
) -> None:
    batches = LengthBatches(corpus, longest, cells, 1)
    lengths = [min(longest, len(row.cells)) for row in corpus.notebooks]
    drawn = 0
    for epoch in range(5):
        batches.set_epoch(epoch)
        found = list(batches)
        assert len(found) == len(batches)
        for batch in found:
            padded = max(lengths[number] for _, number in batch) * len(batch)
            assert len(batch) == 1 or padded <= cells
        drawn += sum(len(batch) for batch in found)
    assert drawn == pytest.approx(5 * len(corpus.notebooks), rel=0.2)


def test_passes_set_the_number_of_draws(corpus: CellStore) -> None:
    batches = LengthBatches(corpus, 99, 60, 1, passes=3)
    assert sum(len(batch) for batch in batches) == 3 * 60


def test_long_notebooks_are_drawn_more_often_and_look_alikes_less(corpus: CellStore) -> None:
    drawn = Counter(
        number for batch in LengthBatches(corpus, 99, 60, 1, passes=1000) for _, number in batch
    )
    sizes = np.array([len(row.cells) for row in corpus.notebooks])
    family = np.array([row.ancestor == "family" for row in corpus.notebooks])
    expected = (sizes + 16) / np.where(family, np.sqrt(20), 1)
    expected *= drawn.total() / expected.sum()
    found = np.array([drawn[number] for number in range(60)])
    assert found == pytest.approx(expected, rel=0.25)
    assert found[family].mean() < found[~family].mean() / 3


def test_tokens_come_back_from_their_chunks() -> None:
    rng = np.random.default_rng(0)
    rows = [rng.integers(1, 99, int(size)).astype(np.uint16) for size in rng.integers(1, 30, 40)]
    chunks, back = token_chunks(rows, 0, Chunking(64, 0.1))
    joined = [
        ids[row][mask[row].bool()].tolist() for ids, mask in chunks for row in range(len(ids))
    ]
    assert [joined[at] for at in back.tolist()] == [row.tolist() for row in rows]
    assert all(ids.numel() <= 64 for ids, _ in chunks)
    assert all((ids[mask == 0] == 0).all() for ids, mask in chunks)


def test_a_row_longer_than_a_chunk_stands_alone() -> None:
    chunks, _ = token_chunks([np.arange(1, 10), np.arange(1, 3)], 0, Chunking(4, 0.1))
    assert [tuple(ids.shape) for ids, _ in chunks] == [(1, 9), (1, 2)]


def test_a_padded_batch_holds_what_every_question_says(corpus: CellStore) -> None:
    rng = np.random.default_rng(0)
    questions = [
        draw_question(corpus.notebooks[at].cells, corpus.markdown, mixture, 9, rng)
        for at, mixture in enumerate([ALL, ORDERED, FEW, SHARE])
    ]
    idf = corpus.corpus_idf()
    vectors = rng.normal(size=(len(corpus), 5)).astype(np.float16)

    batch = Collator(corpus, idf, vectors)(questions)

    count = batch.inputs.anchors.shape[1]
    assert batch.vectors is not None
    assert count == max(len(question.anchors) for question in questions)
    for row, question in enumerate(questions):
        n, m = len(question.anchors), len(question.floats)
        at = np.concatenate([np.arange(n), count + np.arange(m)])
        anchors = [corpus.facts(int(cell)) for cell in question.anchors]
        floats = [corpus.facts(int(cell)) for cell in question.floats]
        alike = similarities([one.words for one in (*anchors, *floats)], idf).stacked()
        truth = placement_arrays(anchors, floats, question.ordered, alike)
        inputs = batch.inputs
        assert np.array_equal(inputs.features[row, at], truth.features)
        assert np.array_equal(inputs.states[row, at], truth.states)
        assert np.array_equal(inputs.positions[row, at], truth.positions)
        assert np.allclose(inputs.similarity[row][:, at][:, :, at], truth.similarity, atol=1e-6)
        assert np.array_equal(inputs.numbering[row, :m, :m], truth.numbering)
        assert inputs.anchors[row].tolist() == [1] * n + [0] * (count - n)
        assert inputs.floats[row].sum() == m
        cells = np.concatenate([question.anchors, question.floats])
        assert np.array_equal(batch.vectors[batch.cells[row, at]], vectors[cells])
        assert batch.gap[row, :m].tolist() == question.gap.tolist()
        assert batch.place[row, :m].tolist() == question.place.tolist()
    assert batch.ordered.tolist() == [question.ordered for question in questions]


def test_questions_about_one_notebook_are_asked_together_as_they_are_alone(
    corpus: CellStore,
) -> None:
    """They share what its words have in common: in the order of each."""
    asked = ContextQuestions(corpus, Mixture(0.25, 0.25, 0, 0.25), 9, seed=3, count=8)
    vectors = np.zeros((len(corpus), 5), dtype=np.float16)
    collate = Collator(corpus, corpus.corpus_idf(), vectors)
    together = collate.together([asked[0, 1], asked[0, 2]])
    every = [*asked[0, 1], *asked[0, 2]]
    assert together.weight.tolist() == [question.weight for question in every]
    assert max(together.weight) == 2
    count = together.inputs.anchors.shape[1]
    for row, question in enumerate(every):
        alone = collate([question]).inputs
        n, m = len(question.anchors), len(question.floats)
        at = np.concatenate([np.arange(n), count + np.arange(m)])
        found = together.inputs.similarity[row][:, at][:, :, at]
        assert torch.allclose(found, alone.similarity[0], atol=1e-6)
        assert torch.equal(together.inputs.features[row, at], alone.features[0])


def test_another_process_opens_the_file_of_vectors_again(corpus: CellStore, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "vectors.npy", rng.normal(size=(len(corpus), 500)).astype(np.float16))
    vectors = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    collate = Collator(corpus, corpus.corpus_idf(), vectors)
    sent = pickle.dumps(collate)
    assert len(sent) < len(pickle.dumps(Collator(corpus, corpus.corpus_idf(), None))) + 1_000
    question = ask_all(corpus.notebooks[0].cells, corpus.markdown, rng)
    here, there = collate([question]), pickle.loads(sent)([question])
    assert here.vectors is not None and torch.equal(here.vectors, there.vectors)


def test_without_vectors_every_cell_brings_its_tokens_once(corpus: CellStore) -> None:
    rng = np.random.default_rng(0)
    questions = [ask_all(corpus.notebooks[at].cells, corpus.markdown, rng) for at in (0, 0, 1)]
    batch = Collator(corpus, corpus.corpus_idf(), None, pad=0)(questions)
    assert batch.vectors is None
    assert batch.back is not None
    rows = [
        ids[row][mask[row].bool()].tolist() for ids, mask in batch.tokens for row in range(len(ids))
    ]
    distinct = [rows[at] for at in batch.back.tolist()]
    assert len(distinct) == len({int(c) for q in questions for c in (*q.anchors, *q.floats)})
    for row, question in enumerate(questions):
        for at, cell in enumerate(question.anchors):
            assert distinct[int(batch.cells[row, at])] == corpus.tokens[int(cell)].tolist()


def test_chunks_hold_little_padding_and_every_row_once() -> None:
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(3.3, 0.8, 300).astype(int), 3, 64)
    rows = [np.full(length, number, np.uint16) for number, length in enumerate(lengths, start=1)]
    chunks, back = token_chunks(rows, 0, Chunking(1024, 0.1))
    assert all(mask.numel() <= 1024 for _, mask in chunks)
    assert all(mask.float().mean() >= 0.9 for _, mask in chunks)
    joined = [row[row > 0] for ids, _ in chunks for row in ids]
    for row, at in zip(rows, back.tolist(), strict=True):
        assert joined[at].tolist() == row.tolist()


def test_rows_of_all_lengths_may_share_the_first_tokens_of_a_chunk() -> None:
    rows = [np.full(length, 1, np.uint16) for length in (10, 2, 2, 2, 2, 2)]
    apart, _ = token_chunks(rows, 0, Chunking(100, 0.1))
    assert [tuple(ids.shape) for ids, _ in apart] == [(1, 10), (5, 2)]
    together, _ = token_chunks(rows, 0, Chunking(100, 0.1, 40))
    assert [tuple(ids.shape) for ids, _ in together] == [(4, 10), (2, 2)]
