"""K of a ``context`` network on held-out notebooks, while it trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from jupyter_cellorder.decode import least_inversions, monotone_alignment
from jupyter_cellorder.members.context_output import precedence_of
from jupyter_cellorder.metric import inversions, pooled_tau
from jupyter_cellorder.precedence import Precedence
from training.context.data import Collator, ContextBatch, Question, ask, ask_all
from training.context.model import ContextModel
from training.data.cells import CellStore, NotebookRow

BATCH_CELLS = 1_200


@dataclass(frozen=True)
class Scores:
    """Pooled K where all markdown floats, and where its order is kept.

    ``one_floating``: share of right gaps where one cell floats among all others.
    """

    kendall_tau: float
    keep_order: float
    one_floating: float


def answers(
    model: ContextModel, questions: Sequence[Question], collator: Collator
) -> Iterator[tuple[Question, Precedence]]:
    """The second look's Precedence of each question, batched by length."""
    sizes = [len(q.anchors) + len(q.floats) for q in questions]
    batch: list[Question] = []
    device = next(model.network.parameters()).device
    for at in [*np.argsort(sizes, kind="stable"), -1]:
        full = batch and (at < 0 or sizes[at] * (len(batch) + 1) > BATCH_CELLS)
        if full:
            inputs = collator(batch)
            with torch.inference_mode():
                _, look = model.looks(_on(inputs, device))
            gap, before = look.gap.float().cpu().numpy(), look.before.float().cpu().numpy()
            for b, q in enumerate(batch):
                n, m = len(q.anchors), len(q.floats)
                yield q, precedence_of(gap[b, :m, : n + 1], before[b, :m, :m])
            batch = []
        if at >= 0:
            batch.append(questions[at])


def _on(inputs: ContextBatch, device: torch.device) -> ContextBatch:
    from accelerate.utils import send_to_device

    moved: ContextBatch = send_to_device(inputs, device)
    return moved


def question_inversions(question: Question, order: Sequence[int]) -> int:
    """Inversions of a decoded order (anchors 0..N-1, floats N..) against the author's."""
    m = len(question.floats)
    everything = np.ones(len(question.anchors) + m, dtype=bool)
    everything[question.place] = False
    truth = np.concatenate([np.flatnonzero(everything), question.place])
    return inversions([int(truth[i]) for i in order])


def score(
    model: ContextModel,
    store: CellStore,
    notebooks: Sequence[NotebookRow],
    collator: Collator,
    seed: int,
) -> Scores:
    """Score a network in evaluation mode; its training flag is set back."""
    training = model.training
    model.eval()
    rng = np.random.default_rng(seed)
    rows = [row for row in notebooks if store.markdown[row.cells].any()]
    found = {}
    for ordered, decode in ((False, least_inversions), (True, monotone_alignment)):
        questions = [ask_all(row.cells, store.markdown, rng, ordered) for row in rows]
        wrong, sizes = [], []
        for question, precedence in answers(model, questions, collator):
            wrong.append(question_inversions(question, decode(precedence)))
            sizes.append(len(question.anchors) + len(question.floats))
        found[ordered] = pooled_tau(np.array(wrong), np.array(sizes))
    single = [ask(row.cells, _one(row.cells, store.markdown, rng), False, rng) for row in rows]
    right = [
        p.gap is not None and p.gap[0].argmax() == q.gap[0]
        for q, p in answers(model, single, collator)
    ]
    model.train(training)
    return Scores(found[False], found[True], float(np.mean(right)))


def _one(
    cells: NDArray[np.int32], markdown: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.bool_]:
    floating = np.zeros(len(cells), dtype=bool)
    floating[rng.choice(np.flatnonzero(markdown[cells]))] = True
    return floating
