"""Several questions to the `context` network at once: which ones, and how they are padded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from notebook_arrays import network, notebook

from jupyter_cellorder.members import context_batch
from jupyter_cellorder.members.context_batch import Inputs, batches, sizes, stacked
from jupyter_cellorder.networks.context import ContextInput


def asked(n: int, m: int, seed: int = 0) -> Inputs:
    """A question with random numbers in it."""
    return {name: value[None] for name, value in notebook(n, m, seed).items()}


def grouped(*shapes: tuple[int, int]) -> list[list[tuple[int, int]]]:
    return [list(map(sizes, batch)) for batch in batches(asked(n, m) for n, m in shapes)]


def test_neighbours_of_nearly_one_shape_go_together() -> None:
    alone = (9, 1)
    assert grouped((5, 5), (4, 6), (2, 8), alone, alone, alone, (5, 5)) == [
        [(5, 5), (4, 6)],
        [(2, 8)],
        [alone, alone, alone],
        [(5, 5)],
    ]


def test_a_batch_has_no_more_pairs_of_cells_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(context_batch, "PAIRS", 250)
    assert [len(batch) for batch in grouped(*[(9, 1)] * 5)] == [2, 2, 1]
    # One that is too large by itself is asked by itself.
    assert grouped((20, 1), (20, 1), (9, 1)) == [[(20, 1)], [(20, 1)], [(9, 1)]]


def test_a_question_is_not_made_while_a_full_batch_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context_batch, "PAIRS", 200)
    made = 0

    def questions() -> Iterator[Inputs]:
        nonlocal made
        for _ in range(4):
            made += 1
            yield asked(9, 1)

    found = batches(questions())
    next(found)
    assert made == 2


def test_no_questions_are_no_batch() -> None:
    assert grouped() == []


def test_the_network_says_in_a_padded_batch_what_it_says_of_each_alone() -> None:
    judge = network().eval()
    shapes = [(6, 3), (7, 2), (6, 2), (7, 3)]
    questions = [asked(n, m, seed) for seed, (n, m) in enumerate(shapes)]
    with torch.inference_mode():
        _, together = judge(as_input(stacked(questions)))
        for number, (n, m) in enumerate(shapes):
            _, alone = judge(as_input(questions[number]))
            gap, before = together.gap[number, :m, : n + 1], together.before[number, :m, :m]
            assert torch.allclose(alone.gap[0], gap, atol=1e-5)
            assert torch.allclose(alone.before[0], before, atol=1e-5)
            # No float goes beyond the end of its own notebook.
            assert together.gap[number, :m, n + 1 :].lt(-1e3).all()


def test_one_question_stays_as_it_is() -> None:
    question = asked(3, 2)
    found = stacked([question])
    assert found.keys() == question.keys()
    assert all(np.array_equal(found[name], question[name]) for name in question)


def as_input(inputs: Inputs) -> ContextInput:
    return ContextInput(**{name: torch.from_numpy(value) for name, value in inputs.items()})
