"""Placements to learn from: which notebook, which window of it, which markdown floats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from jupyter_cellorder.lexical import similarities
from jupyter_cellorder.members.context_input import placement_arrays
from jupyter_cellorder.networks.context import ContextInput
from training.context.recipe import Mixture
from training.data.cells import CellStore
from training.data.chunks import chunking, token_chunks

Index: TypeAlias = NDArray[np.int64]

MOST_ASTRAY = 3  # as review mode is measured


@dataclass(frozen=True)
class Question:
    """One placement with its answer.

    ``anchors`` and ``floats``: cell numbers in the author's order, except that floats are shuffled
    unless ``ordered``; ``gap`` (M,): anchors before each float; ``place`` (M,): its index in the
    truth; ``weight``: how many questions it stands for.
    """

    anchors: Index
    floats: Index
    gap: Index
    place: Index
    ordered: bool
    weight: float = 1.0


def ask(
    cells: NDArray[np.int32], floating: NDArray[np.bool_], ordered: bool, rng: np.random.Generator
) -> Question:
    """Turn a notebook in the author's order into a question; ``floating`` marks the floats."""
    at = np.flatnonzero(floating)
    if not ordered:
        rng.shuffle(at)
    before = np.cumsum(~floating, dtype=np.int64)
    return Question(
        cells[~floating].astype(np.int64), cells[at].astype(np.int64), before[at], at, ordered
    )


def astray(question: Question, markdown: NDArray[np.bool_], rng: np.random.Generator) -> Question:
    """The same question with one to three of the placed markdown cells elsewhere.

    So review mode meets a cell: others may be out of place too. A float's gap is the one behind the
    anchor that it stood behind, of those that stayed.
    """
    placed = np.flatnonzero(markdown[question.anchors])
    count = min(int(rng.integers(1, MOST_ASTRAY + 1)), len(placed))
    moved = rng.choice(placed, count, replace=False)
    stays = np.ones(len(question.anchors), dtype=bool)
    stays[moved] = False
    # Staying anchors keep their order; each moved one comes before a random one of them, or last.
    keys = np.empty(len(stays))
    keys[stays] = np.arange(stays.sum())
    keys[moved] = rng.integers(0, int(stays.sum()) + 1, count) - 0.5
    order = np.argsort(keys, kind="stable")
    before = np.concatenate([[0], np.cumsum(stays)])[question.gap]
    behind = np.concatenate([[0], np.flatnonzero(stays[order]) + 1])
    return replace(question, anchors=question.anchors[order], gap=behind[before])


def ask_all(
    cells: NDArray[np.int32],
    markdown: NDArray[np.bool_],
    rng: np.random.Generator,
    ordered: bool = False,
) -> Question:
    """The AI4Code question: all markdown floats."""
    return ask(cells, markdown[cells], ordered, rng)


def draw_questions(
    cells: NDArray[np.int32],
    markdown: NDArray[np.bool_],
    mixture: Mixture,
    longest: int,
    count: int,
    rng: np.random.Generator,
    displaced: float = 0.0,
    dropped: float = 0.0,
) -> list[Question]:
    """A random window of at most ``longest`` cells, and ``count`` random questions about it.

    Without a random share of its cells, up to ``dropped``: a notebook that is read again is another
    one then.

    Their kinds are spread evenly over the mixture. Those in which all markdown floats differ in
    nothing that the network sees: they are asked once, with the weight of all of them. In a share
    ``displaced`` of the others some of the placed markdown is :func:`astray`.
    """
    cells = _window(cells, markdown, longest, rng)
    if dropped:
        cells = _thinned(cells, markdown, dropped * rng.random(), rng)
    kinds = (rng.random() + np.arange(count)) / count
    ends = np.cumsum([mixture.all, mixture.ordered, mixture.few, mixture.one])
    found = []
    free, known = (kinds < ends[0]).sum(), ((ends[0] <= kinds) & (kinds < ends[1])).sum()
    for ordered, alike in ((False, free), (True, known)):
        if alike:
            question = ask_all(cells, markdown, rng, ordered)
            found.append(replace(question, weight=float(alike)))
    for kind in kinds[kinds >= ends[1]]:
        floating = markdown[cells].copy()
        share = 1 / 6 if kind < ends[2] else 0.0 if kind < ends[3] else rng.random()
        kept = rng.random(len(cells)) < share
        kept[rng.choice(np.flatnonzero(floating))] = True
        question = ask(cells, floating & kept, False, rng)
        wrong = rng.random() < displaced and markdown[question.anchors].any()
        found.append(astray(question, markdown, rng) if wrong else question)
    return found


def _window(
    cells: NDArray[np.int32],
    markdown: NDArray[np.bool_],
    longest: int,
    rng: np.random.Generator,
) -> NDArray[np.int32]:
    if len(cells) <= longest:
        return cells
    start = int(rng.integers(0, len(cells) - longest + 1))
    window = cells[start : start + longest]
    if markdown[window].any() and not markdown[window].all():
        return window
    return _with_both_kinds(cells, markdown, longest)


def _thinned(
    cells: NDArray[np.int32],
    markdown: NDArray[np.bool_],
    share: float,
    rng: np.random.Generator,
) -> NDArray[np.int32]:
    """Without a ``share`` of the cells; all of them where one kind only would be left."""
    left = cells[rng.random(len(cells)) >= share]
    return left if markdown[left].any() and not markdown[left].all() else cells


def _with_both_kinds(
    cells: NDArray[np.int32], markdown: NDArray[np.bool_], longest: int
) -> NDArray[np.int32]:
    """A window around a change of kind: some windows of a long notebook hold one kind only."""
    change = int(np.flatnonzero(np.diff(markdown[cells].astype(np.int8)))[0])
    start = max(0, min(change - longest // 2, len(cells) - longest))
    return cells[start : start + longest]


class ContextQuestions(Dataset[list[Question]]):
    """Questions by index ``(draw, notebook)``: the same index always asks the same ones.

    A notebook that is drawn again is asked about otherwise, in another window if it is long.
    ``count``: how many about each notebook; ``displaced``, ``dropped``: see
    :func:`draw_questions`.
    """

    def __init__(
        self,
        store: CellStore,
        mixture: Mixture,
        longest: int,
        seed: int,
        count: int = 1,
        displaced: float = 0.0,
        dropped: float = 0.0,
    ) -> None:
        self.store, self.mixture, self.longest = store, mixture, longest
        self.seed, self.count = seed, count
        self.displaced, self.dropped = displaced, dropped

    def __len__(self) -> int:
        return len(self.store.notebooks)

    def __getitem__(self, index: tuple[int, int]) -> list[Question]:
        draw, number = index
        rng = np.random.default_rng((self.seed, draw, number))
        row = self.store.notebooks[number]
        return draw_questions(
            row.cells,
            self.store.markdown,
            self.mixture,
            self.longest,
            self.count,
            rng,
            self.displaced,
            self.dropped,
        )


class LengthBatches(Sampler[list[tuple[int, int]]]):
    """Batches of notebooks of like length, at most ``cells`` padded cells each.

    They name a notebook by ``(draw, notebook)``; draws are counted through all epochs.

    A notebook is drawn with a weight of its cells + 16 (K is pooled over n (n - 1), so that long
    notebooks dominate it), divided by the root of its family's size: some repositories hold
    hundreds of look-alikes. ``passes`` sets the number of draws, as a share of the notebooks.
    """

    def __init__(
        self, store: CellStore, longest: int, cells: int, seed: int, passes: float = 1.0
    ) -> None:
        lengths, families = store.notebooks.lengths(), store.notebooks.families()
        sizes = np.bincount(families)[families]
        weight = (np.minimum(lengths, 4 * longest) + 16) / np.sqrt(sizes)
        self._share = weight / weight.sum()
        self._lengths = np.minimum(lengths, longest)
        self._cells, self._seed = cells, seed
        self._draws = max(1, round(passes * len(lengths)))
        self._epoch = 0
        self._count = len(self._batches(0))

    def set_epoch(self, epoch: int) -> None:
        """Another draw for another epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        # Every epoch has the same number of batches, or resuming in one would land elsewhere.
        batches = self._batches(self._epoch)
        while len(batches) < self._count:
            batches.append(batches[len(batches) // 2])
        yield from batches[: self._count]

    def _batches(self, epoch: int) -> list[list[tuple[int, int]]]:
        rng = np.random.default_rng((self._seed, epoch))
        drawn = rng.choice(len(self._share), self._draws, p=self._share)
        # Nearly sorted: like lengths together, yet other neighbours every epoch.
        order = np.argsort(self._lengths[drawn] * rng.uniform(0.9, 1.1, len(drawn)))
        batches: list[list[tuple[int, int]]] = []
        longest = 0
        batch: list[tuple[int, int]] = []
        for at in order:
            number = int(drawn[at])
            longest = max(longest, int(self._lengths[number]))
            if batch and longest * (len(batch) + 1) > self._cells:
                batches.append(batch)
                batch, longest = [], int(self._lengths[number])
            batch.append((epoch * self._draws + int(at), number))
        batches.append(batch)
        return [batches[i] for i in rng.permutation(len(batches))]


class ContextBatch(NamedTuple):
    """B padded questions: the network's input without vectors, and the answers.

    ``cells`` (B, L): row in the batch's distinct cells; ``gap`` (B, M); ``place`` (B, M);
    ``ordered`` (B,); ``weight`` (B,). ``vectors`` (distinct, vector) where the encoder is frozen;
    else ``tokens``: the distinct cells in chunks of like length, (ids, attention mask) each (rows,
    length), and ``back`` (distinct,): where each stands in the joined chunks.
    """

    inputs: ContextInput
    cells: Tensor
    gap: Tensor
    place: Tensor
    ordered: Tensor
    weight: Tensor
    vectors: Tensor | None
    tokens: list[tuple[Tensor, Tensor]]
    back: Tensor | None

    def text_tokens(self) -> int:
        """Tokens that are encoded, none where the vectors are there."""
        return sum(int(mask.sum()) for _, mask in self.tokens)


class Collator:
    """Pads questions to one shape: anchors to the most anchors, floats to the most floats.

    With ``vectors`` (cells of the store, vector) the encoder is frozen; without, the distinct
    cells' tokens come along, every cell once.
    """

    def __init__(
        self,
        store: CellStore,
        corpus_idf: NDArray[np.float32],
        vectors: NDArray[np.float16] | None,
        pad: int = 0,
    ) -> None:
        self._store, self._idf, self._vectors = store, corpus_idf, vectors
        self._pad, self._cut = pad, chunking()

    def __call__(self, questions: Sequence[Question]) -> ContextBatch:
        """A batch of questions."""
        batch, distinct = _padded(questions, self._store, self._idf)
        if self._vectors is not None:
            rows = np.asarray(self._vectors[distinct], dtype=np.float32)
            return batch._replace(vectors=torch.from_numpy(rows))
        tokens, back = token_chunks(
            [self._store.tokens[int(cell)] for cell in distinct], self._pad, self._cut
        )
        return batch._replace(tokens=tokens, back=back)

    def __getstate__(self) -> dict[str, Any]:
        """For another process: a file of vectors goes as its path, not as its content."""
        state = dict(vars(self))
        if isinstance(self._vectors, np.memmap):
            state["_vectors"] = Path(str(self._vectors.filename))
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The file is opened again."""
        vars(self).update(state)
        if isinstance(state["_vectors"], Path):
            self._vectors = np.load(state["_vectors"], mmap_mode="r")

    def together(self, asked: Sequence[Sequence[Question]]) -> ContextBatch:
        """A batch of several questions about each of some notebooks."""
        return self([question for about_one in asked for question in about_one])


def _padded(
    questions: Sequence[Question], store: CellStore, corpus_idf: NDArray[np.float32]
) -> tuple[ContextBatch, Index]:
    count = max(len(q.anchors) for q in questions)
    markdown = max(len(q.floats) for q in questions)
    size, length = len(questions), count + markdown
    distinct, inverse = np.unique(
        np.concatenate([np.concatenate([q.anchors, q.floats]) for q in questions]),
        return_inverse=True,
    )
    cells = np.zeros((size, length), np.int64)
    features = np.zeros((size, length, store.features.shape[1]), np.float32)
    states = np.zeros((size, length), np.int64)
    positions = np.zeros((size, length), np.float32)
    similarity = np.zeros((size, 3, length, length), np.float32)
    numbering = np.zeros((size, markdown, markdown), np.float32)
    present = np.zeros((size, length), np.float32)
    gap = np.zeros((size, markdown), np.int64)
    place = np.zeros((size, markdown), np.int64)
    known: dict[bytes, NDArray[np.float32]] = {}
    taken = 0
    for b, q in enumerate(questions):
        n, m = len(q.anchors), len(q.floats)
        at = np.concatenate([np.arange(n), count + np.arange(m)])
        anchors = [store.facts(int(c)) for c in q.anchors]
        floats = [store.facts(int(c)) for c in q.floats]
        # The same for all questions about the same cells, but for their order.
        own = inverse[taken : taken + n + m]
        order = np.argsort(own, kind="stable")
        if own[order].tobytes() not in known:
            words = [(*anchors, *floats)[i].words for i in order]
            known[own[order].tobytes()] = similarities(words, corpus_idf).stacked()
        rank = np.argsort(order)
        alike = known[own[order].tobytes()][:, rank[:, None], rank]
        arrays = placement_arrays(anchors, floats, q.ordered, alike)
        cells[b, at] = own
        taken += n + m
        features[b, at] = arrays.features
        states[b, at] = arrays.states
        positions[b, at] = arrays.positions
        similarity[b][:, at[:, None], at[None, :]] = arrays.similarity
        numbering[b, :m, :m] = arrays.numbering
        present[b, at] = 1
        gap[b, :m], place[b, :m] = q.gap, q.place
    tensor = torch.from_numpy
    inputs = ContextInput(
        torch.empty(0),
        tensor(features),
        tensor(states),
        tensor(positions),
        tensor(similarity),
        tensor(numbering),
        tensor(present[:, :count]),
        tensor(present[:, count:]),
    )
    ordered = torch.tensor([q.ordered for q in questions])
    weight = torch.tensor([q.weight for q in questions], dtype=torch.float32)
    answer = (tensor(gap), tensor(place), ordered, weight)
    return ContextBatch(inputs, tensor(cells), *answer, None, [], None), distinct
