"""What the network learns from, against the same sums written out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_store import example, kinds, store
from torch.nn import functional as F

from jupyter_cellorder.networks.context import Look
from training.context.data import Collator, ContextBatch, Question, ask
from training.context.loss import LossWeights, after_logits, context_loss, look_loss


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_after_is_the_logit_of_the_gaps_beyond(scale: float) -> None:
    gap = scale * torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(0)).double()
    share = torch.softmax(gap, -1)
    found = after_logits(gap)
    assert found.shape == (2, 3, 5)
    for j in range(5):
        beyond, up_to = share[..., j + 1 :].sum(-1), share[..., : j + 1].sum(-1)
        assert torch.allclose(found[..., j], torch.log(beyond / up_to), atol=1e-6)


@pytest.fixture
def questions(tmp_path: Path) -> tuple[Collator, list[Question]]:
    examples = [example("a", kinds("mcmcc")), example("b", kinds("cmmmcmcc", 20))]
    made = store(examples, tmp_path)
    rng = np.random.default_rng(0)
    asked = [
        ask(row.cells, made.markdown[row.cells], ordered, rng)
        for row, ordered in zip(made.notebooks, (False, True), strict=True)
    ]
    vectors = np.zeros((len(made), 3), dtype=np.float16)
    return Collator(made, made.corpus_idf(), vectors), asked


def look(batch: ContextBatch) -> Look:
    """A network's answer, drawn at random; gaps past the end as the network hides them."""
    size, floats = batch.inputs.floats.shape
    count = batch.inputs.anchors.shape[1]
    made = torch.Generator().manual_seed(1)
    gap = torch.randn(size, floats, count + 1, generator=made)
    beyond = torch.cat([torch.zeros(size, 1), 1 - batch.inputs.anchors], 1)
    pair = torch.randn(size, floats, floats, generator=made)
    return Look(gap - 1e4 * beyond.unsqueeze(1), pair - pair.transpose(1, 2))


def cross_entropy(logit: float, target: bool) -> float:
    return float(np.logaddexp(0, -logit if target else logit))


def test_a_look_costs_the_weighted_mean_over_questions_of_three_means(
    questions: tuple[Collator, list[Question]],
) -> None:
    collate, (one, heavy) = questions
    asked = [one, replace(heavy, weight=3.0)]
    batch = collate(asked)
    answer = look(batch)
    expected = []
    for row, question in enumerate(asked):
        n, m = len(question.anchors), len(question.floats)
        gap = answer.gap[row, :m, : n + 1]
        exact = F.cross_entropy(gap, torch.from_numpy(question.gap)).item()
        odds = after_logits(gap.unsqueeze(0))[0]
        after = np.mean(
            [
                cross_entropy(odds[i, j].item(), question.gap[i] > j)
                for i in range(m)
                for j in range(n)
            ]
        )
        before = np.mean(
            [
                cross_entropy(
                    answer.before[row, i, k].item(), question.place[i] < question.place[k]
                )
                for i in range(m)
                for k in range(m)
                if i != k
            ]
        )
        known = question.ordered
        expected.append(0.5 * exact + 2.0 * after + (0.0 if known else 1.0) * before)
    found = look_loss(answer, batch, LossWeights(gap=0.5, after=2.0, before=1.0))
    assert found.item() == pytest.approx(np.average(expected, weights=[1, 3]), rel=1e-5)


def test_both_looks_are_trained(questions: tuple[Collator, list[Question]]) -> None:
    collate, asked = questions
    batch = collate(asked)
    second = look(batch)
    first = Look(2 * second.gap, second.before)
    weights = LossWeights(first_look=0.25)
    assert context_loss((first, second), batch, weights).item() == pytest.approx(
        0.25 * look_loss(first, batch, weights).item() + look_loss(second, batch, weights).item()
    )


def test_a_right_and_sure_answer_costs_next_to_nothing(
    questions: tuple[Collator, list[Question]],
) -> None:
    collate, asked = questions
    batch = collate(asked)
    gap = 40.0 * F.one_hot(batch.gap, batch.inputs.anchors.shape[1] + 1).float()
    before = 40.0 * (batch.place.unsqueeze(1) - batch.place.unsqueeze(2)).sign().float()
    right, wrong = Look(gap, before), Look(gap, -before)
    assert look_loss(right, batch, LossWeights()).item() < 1e-3
    assert look_loss(wrong, batch, LossWeights()).item() > 1
