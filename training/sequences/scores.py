"""K of a task over sequences on held-out notebooks, and its temperature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.metric import cluster_bootstrap, inversions, pooled_tau
from jupyter_cellorder.precedence import Precedence
from training.data.cells import CellStore
from training.loop.precision import half
from training.sequences.data import Questions, Row, collate
from training.sequences.model import SequenceModel

CHUNK_TOKENS = 8_192
ROWS = 4_000  # collected before they are sorted by length and scored
TEMPERATURES = np.geomspace(0.01, 10, 40)


@dataclass(frozen=True)
class Answer:
    """Scores of all that was asked of one notebook.

    ``floating`` (cells,): which of its cells are markdown; ``cluster``: its repository or family.
    """

    scores: NDArray[np.float64]
    floating: NDArray[np.bool_]
    cluster: str = ""


def answers(
    model: SequenceModel,
    questions: Questions,
    store: CellStore,
    notebooks: Sequence[int],
    pad: int,
    types: int,
) -> Iterator[Answer]:
    """The model's scores of each notebook, in their order."""
    waiting: list[Row] = []
    sizes: list[tuple[int, int]] = []
    for number in tqdm(notebooks, desc="scores", unit=" notebooks", leave=False, mininterval=5.0):
        rows = questions.ask_all(store, number)
        waiting += rows
        sizes.append((number, len(rows)))
        if len(waiting) >= ROWS:
            yield from _flush(model, store, waiting, sizes, pad, types)
            waiting, sizes = [], []
    yield from _flush(model, store, waiting, sizes, pad, types)


def _flush(
    model: SequenceModel,
    store: CellStore,
    rows: list[Row],
    sizes: list[tuple[int, int]],
    pad: int,
    types: int,
) -> Iterator[Answer]:
    device = next(model.parameters()).device
    scores = np.zeros(len(rows))
    order = sorted(range(len(rows)), key=lambda at: -len(rows[at].ids))
    model.eval()
    while order:
        count = max(1, CHUNK_TOKENS // max(1, len(rows[order[0]].ids)))
        chunk, order = order[:count], order[count:]
        batch = collate([rows[at] for at in chunk], pad, types)
        with torch.inference_mode(), half(device):
            found = model.scores(type(batch)(*(tensor.to(device) for tensor in batch)))
        scores[chunk] = found.float().cpu().numpy()
    start = 0
    for number, count in sizes:
        notebook = store.notebooks[number]
        floating = store.markdown[notebook.cells]
        yield Answer(scores[start : start + count], floating, notebook.cluster)
        start += count


@dataclass(frozen=True)
class Judgement:
    """Pooled Kendall tau of the orders with the fewest expected inversions.

    ``interval``: 95 %, a bootstrap over repositories; ``inversions`` and ``cells``: (notebooks,).
    """

    tau: float
    interval: tuple[float, float]
    inversions: NDArray[np.int64]
    cells: NDArray[np.int64]


def judged(questions: Questions, found: Sequence[Answer], temperature: float) -> Judgement:
    """Decode and count."""
    wrong, sizes = [], []
    rng = np.random.default_rng(0)
    for answer in found:
        said = questions.precedence(answer.scores, int((~answer.floating).sum()), temperature)
        # Shuffled: how a tie is decoded must not hang on the author's order, in which was asked.
        shown = rng.permutation(said.floats)
        precedence = Precedence(said.after[shown], said.before[np.ix_(shown, shown)])
        floats = np.flatnonzero(answer.floating)[shown]
        truth = np.concatenate([np.flatnonzero(~answer.floating), floats])
        order = least_inversions(precedence)
        wrong.append(inversions([int(truth[at]) for at in order]))
        sizes.append(len(truth))
    s, n = np.array(wrong), np.array(sizes)
    tau = float(pooled_tau(s, n))
    interval = cluster_bootstrap(s, n, [answer.cluster for answer in found])
    return Judgement(tau, interval, s, n)


def fitted_temperature(questions: Questions, found: Sequence[Answer]) -> float:
    """The temperature under which the truth of all float-anchor pairs is likeliest."""

    def loss(temperature: float) -> float:
        total, pairs = 0.0, 0
        for answer in found:
            before = np.cumsum(~answer.floating)[answer.floating]  # anchors before each float
            count = int((~answer.floating).sum())
            after = questions.precedence(answer.scores, count, temperature).after
            truth = before[:, None] > np.arange(count)[None]
            likely = np.where(truth, after, 1 - after)
            total -= float(np.log(np.clip(likely, 1e-4, 1)).sum())
            pairs += likely.size
        return total / max(1, pairs)

    return float(min(TEMPERATURES, key=loss))
