"""The score of a network while it trains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_store import example, kinds, store
from torch import Tensor, nn
from torch.nn import functional as F

from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.networks.context import ContextNetwork, Look
from jupyter_cellorder.networks.context_shape import ContextConfig
from training.context import scores as context_scores
from training.context.data import Collator, ContextBatch, ask_all
from training.context.loss import LossWeights
from training.context.model import ContextModel
from training.context.scores import answers, question_inversions, score
from training.data.cells import CellStore

VECTOR = 6


@pytest.fixture
def corpus(tmp_path: Path) -> CellStore:
    patterns = ("mcmcc", "cmmc", "mc" * 6, "cccm", "cc")
    return store(
        [example(f"n{at}", kinds(one, 20 * at)) for at, one in enumerate(patterns)], tmp_path
    )


@pytest.fixture
def collator(corpus: CellStore) -> Collator:
    vectors = np.random.default_rng(0).normal(size=(len(corpus), VECTOR)).astype(np.float16)
    return Collator(corpus, corpus.corpus_idf(), vectors)


def model() -> ContextModel:
    torch.manual_seed(0)
    config = ContextConfig(
        vector=VECTOR,
        features=WIDTH,
        width=16,
        heads=2,
        feed_forward=16,
        first_layers=1,
        second_layers=1,
        dropout=0.5,
    )
    return ContextModel(ContextNetwork(config), None, LossWeights())


class Oracle(ContextModel):
    """Reads the answers from the batch; with `sign` -1 it says the opposite of all pairs."""

    def __init__(self, sign: float = 1.0) -> None:
        super().__init__(model().network, None, LossWeights())
        self.sign = sign

    def looks(self, batch: ContextBatch) -> tuple[Look, Look]:
        count = batch.inputs.anchors.shape[1]
        gap = 30 * self.sign * F.one_hot(batch.gap, count + 1).float()
        beyond = torch.cat([torch.zeros(len(gap), 1), 1 - batch.inputs.anchors], 1)
        gap = gap - 1e4 * beyond.unsqueeze(1)
        later = (batch.place.unsqueeze(1) - batch.place.unsqueeze(2)).sign()
        look = Look(gap, 30 * self.sign * later.float())
        return look, look

    def forward(self, batch: ContextBatch) -> dict[str, Tensor]:
        raise AssertionError("the oracle is asked, never trained")


def test_who_knows_the_answers_scores_one(corpus: CellStore, collator: Collator) -> None:
    found = score(Oracle(), corpus, corpus.notebooks, collator, 0)
    assert (found.kendall_tau, found.keep_order, found.one_floating) == (1, 1, 1)


def test_who_says_the_opposite_scores_low(corpus: CellStore, collator: Collator) -> None:
    found = score(Oracle(-1), corpus, corpus.notebooks, collator, 0)
    assert found.kendall_tau < 0.5
    assert found.keep_order < 1
    assert found.one_floating == 0


def test_every_question_is_answered_once_whatever_its_batch(
    corpus: CellStore, collator: Collator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: nn.Module = model().eval()
    rng = np.random.default_rng(0)
    questions = [ask_all(row.cells, corpus.markdown, rng) for row in corpus.notebooks[:4]]
    together = list(answers(made, questions, collator))  # type: ignore[arg-type]
    monkeypatch.setattr(context_scores, "BATCH_CELLS", 1)
    alone = {id(q): p for q, p in answers(made, questions, collator)}  # type: ignore[arg-type]
    assert {id(question) for question, _ in together} == {id(question) for question in questions}
    assert len(together) == len(alone) == 4
    for question, precedence in together:
        single = alone[id(question)]
        assert precedence.after.shape == (len(question.floats), len(question.anchors))
        assert np.abs(precedence.after - single.after).max() < 1e-5
        assert np.abs(precedence.before - single.before).max() < 1e-5


@pytest.mark.parametrize("training", [True, False])
def test_scoring_is_repeatable_and_leaves_the_model_as_it_was(
    corpus: CellStore, collator: Collator, training: bool
) -> None:
    made = model().train(training)
    first = score(made, corpus, corpus.notebooks, collator, 3)
    assert made.training is training
    assert made.network.training is training
    assert score(made, corpus, corpus.notebooks, collator, 3) == first


def test_inversions_of_an_order_against_the_authors(corpus: CellStore) -> None:
    rng = np.random.default_rng(0)
    question = ask_all(corpus.notebooks[0].cells, corpus.markdown, rng)  # m c m c c
    n = len(question.anchors)
    first, second = (n + int(i) for i in np.argsort(question.place))
    assert question_inversions(question, [first, 0, second, 1, 2]) == 0
    assert question_inversions(question, [0, first, second, 1, 2]) == 1
    assert question_inversions(question, [0, 1, 2, second, first]) == 6
