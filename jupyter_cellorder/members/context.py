"""The ``context`` member: every cell encoded once, then a transformer over a notebook's cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.lexical import similarities
from jupyter_cellorder.members.batching import like_lengths, padded
from jupyter_cellorder.members.context_again import Question, asked_again, halves
from jupyter_cellorder.members.context_batch import Inputs, batches, sizes, stacked
from jupyter_cellorder.members.context_input import CellFacts, cell_facts, placement_arrays
from jupyter_cellorder.members.context_output import precedence_of
from jupyter_cellorder.members.cost import EncoderShape, context_network_gflop
from jupyter_cellorder.members.latest import Latest
from jupyter_cellorder.members.memory import Memory
from jupyter_cellorder.members.needs_torch import needs_torch
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.networks.context_shape import ContextConfig
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement, Precedence

Array: TypeAlias = NDArray[np.float32]

BATCH_TOKENS = 2_048  # padded tokens encoded at once; a request can be withdrawn between batches
LONGEST = 2_000  # cells: the network looks at every pair, about 1 GB here
# Cells from which a notebook is read in short, and asked about once, so that an answer is there
# within seconds. Less of the code costs less of the order than less of the markdown.
MANY = 500
SHORT = {"markdown": 48, "code": 24}  # tokens of a cell
REMEMBERED_CELLS = 20_000  # about 60 MB of vectors and words


class Computer(Protocol):
    """The arithmetic of the member: ONNX Runtime or torch."""

    def encode(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Array:
        """(B, T) tokens and their mask to (B, vector)."""

    def place(self, inputs: Inputs) -> tuple[Array, Array]:
        """The network's inputs of B questions to logits: gap (B, M, N + 1), before (B, M, M)."""


@dataclass(frozen=True)
class _Read:
    """The cells of one question, anchors first: what each is remembered by, and what is known."""

    keys: list[bytes]
    known: list[tuple[Array, CellFacts]]
    ordered: bool


class ContextMember:
    """See the module's text.

    What was encoded is remembered by content: only new cells cost time.

    Args:
        again: weight of a second answer where all markdown floats; see
            :mod:`jupyter_cellorder.members.context_again`. 0 asks once.
    """

    def __init__(
        self,
        name: str,
        tokenizer: CellTokenizer,
        computer: Computer,
        corpus_idf: Array,
        pad: int,
        encoder: EncoderShape,
        network: ContextConfig,
        again: float = 0.0,
    ) -> None:
        self._name = name
        self._tokenizer, self._computer = tokenizer, computer
        self._corpus_idf, self._pad = corpus_idf, pad
        self._encoder, self._network, self._again = encoder, network, again
        self._known: Memory[tuple[Array, CellFacts]] = Memory()
        self._alike: Latest[np.float32] = Latest()

    @property
    def name(self) -> str:
        """Name inside the bundle."""
        return self._name

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        [answer] = self.precedences([placement], cancelled)
        return answer

    def precedences(
        self, placements: Sequence[Placement], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Precedence]:
        """See :class:`jupyter_cellorder.members.base.AnswersSeveral`."""
        for placement in placements:
            _refuse_too_many(len(placement.anchors) + len(placement.floats))
        # The network places floats among anchors; without any it was never trained.
        told = [one for one in placements if one.anchors and one.floats]
        read = [self._read(one, cancelled) for one in told]
        cells_of = iter(read)
        answers = self._place(zip(read, map(_whole, told), strict=True), cancelled)
        for placement in placements:
            if not placement.anchors or not placement.floats:
                yield _nothing_asked(placement)
                continue
            yield self._again_of(placement, next(cells_of), next(answers), cancelled)

    def _again_of(
        self,
        placement: Placement,
        cells: _Read,
        first: Precedence,
        cancelled: Callable[[], bool] | None,
    ) -> Precedence:
        """The first answer, with what is said when parts of it are asked about again."""
        parts = self._parts(placement)
        if not parts:
            return first
        return asked_again(
            first,
            parts,
            self._again,
            lambda questions: self._place(((cells, one) for one in questions), cancelled),
        )

    def _place(
        self,
        questions: Iterable[tuple[_Read, Question]],
        cancelled: Callable[[], bool] | None,
    ) -> Iterator[Precedence]:
        def inputs() -> Iterator[Inputs]:
            for cells, question in questions:
                if cancelled is not None and cancelled():
                    raise Cancelled
                yield self._inputs(cells, question)

        for batch in batches(inputs()):
            yield from self._answered(batch)

    def _answered(self, batch: Sequence[Inputs]) -> list[Precedence]:
        # Nothing of the logits outlives this call: they lie in the room of all that the runtime
        # took for them, which it would keep.
        gaps, befores = self._computer.place(stacked(batch))
        return [
            precedence_of(gap[:m, : n + 1], before[:m, :m])
            for (n, m), gap, before in zip(map(sizes, batch), gaps, befores, strict=True)
        ]

    def _inputs(self, cells: _Read, question: Question) -> Inputs:
        anchors, floats = question
        order = [*anchors, *floats]
        known = [cells.known[at] for at in order]
        facts = [each for _, each in known]
        arrays = placement_arrays(
            facts[: len(anchors)],
            facts[len(anchors) :],
            cells.ordered,
            self._alike.of(
                [cells.keys[at] for at in order],
                lambda ranked: similarities(
                    [facts[at].words for at in ranked], self._corpus_idf
                ).stacked(),
            ),
        )
        inputs: Inputs = {
            "vectors": np.stack([vector for vector, _ in known]),
            "features": arrays.features,
            "states": arrays.states,
            "positions": arrays.positions,
            "similarity": arrays.similarity,
            "numbering": arrays.numbering,
            "anchors": np.ones(len(anchors), dtype=np.float32),
            "floats": np.ones(len(floats), dtype=np.float32),
        }
        return {name: value[None] for name, value in inputs.items()}

    def _parts(self, placement: Placement) -> list[list[int]]:
        """The floats that are asked about again, part by part; none where one answer will do.

        Markdown that is placed already shows the floats their places better than guesses do.
        """
        if (
            not self._again
            or placement.ordered
            or len(placement.floats) < 2
            or len(placement.anchors) + len(placement.floats) > MANY
            or any(cell.kind == "markdown" for cell in placement.anchors)
        ):
            return []
        return list(halves([_key(cell) for cell in placement.floats]))

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        n, m = len(placement.anchors), len(placement.floats)
        _refuse_too_many(n + m)
        if not n or not m:
            return 0.0
        short = n + m > MANY
        cells = {_key(cell, short): cell for cell in (*placement.anchors, *placement.floats)}
        read = [c for key, c in cells.items() if not (remembered and key in self._known)]
        lengths = [len(one) for one in self._tokens(read, short)]
        network = context_network_gflop(self._network, n, m) + sum(
            context_network_gflop(self._network, n + m - len(part), len(part))
            for part in self._parts(placement)
        )
        return self._encoder.gflop(lengths) + network

    def _read(self, placement: Placement, cancelled: Callable[[], bool] | None) -> _Read:
        cells = (*placement.anchors, *placement.floats)
        short = len(cells) > MANY
        keys = [_key(cell, short) for cell in cells]
        new = {key: cell for key, cell in zip(keys, cells, strict=True) if key not in self._known}
        self._encode(list(new), list(new.values()), short, cancelled)
        return _Read(keys, self._known.take(keys, REMEMBERED_CELLS), placement.ordered)

    def _encode(
        self,
        keys: list[bytes],
        cells: list[Cell],
        short: bool,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        """Remember new cells batch by batch: what a withdrawn request had done is not lost."""
        tokens = self._tokens(cells, short)
        for batch in like_lengths([len(one) for one in tokens], BATCH_TOKENS, cancelled):
            ids, mask = padded([tokens[at] for at in batch], self._pad)
            for at, vector in zip(batch, self._computer.encode(ids, mask), strict=True):
                self._known.keep(keys[at], (vector, cell_facts(cells[at])))

    def _tokens(self, cells: Sequence[Cell], short: bool) -> list[list[int]]:
        return self._tokenizer(cells, SHORT if short else None) if cells else []


def _whole(placement: Placement) -> Question:
    n, m = len(placement.anchors), len(placement.floats)
    return range(n), range(n, n + m)


def _nothing_asked(placement: Placement) -> Precedence:
    """Where there is nothing to place, or nothing to place it among."""
    n, m = len(placement.anchors), len(placement.floats)
    return Precedence(np.full((m, n), 0.5), np.full((m, m), 0.5), np.full((m, n + 1), 1 / (n + 1)))


def _refuse_too_many(cells: int) -> None:
    if cells > LONGEST:
        raise RequestError(
            f"The notebook has {cells} cells with text; at most {LONGEST} can be read at once. "
            "Split the notebook, and order its parts one by one.",
            "too-long",
        )


def _key(cell: Cell, short: bool = False) -> bytes:
    """A name for what a cell holds, and how much of it is read."""
    kind = "markdown" if cell.kind == "markdown" else "code"
    return blake2b(f"{kind}\0{short}\0{cell.source}".encode(), digest_size=16).digest()


def load_context(name: str, folder: Path, backend: str, threads: int | None) -> ContextMember:
    """Read the member's folder.

    It holds ``context.json``, ``tokenizer.json``, ``idf.npy``, ``weights.safetensors``,
    ``encoder.json``, ``encoder.onnx`` and ``network.onnx`` (the last two read by ONNX Runtime).

    Raises:
        BundleError: ``backend-missing`` where torch or transformers is wanted and not installed.
    """
    facts = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    computer: Computer
    if backend == "torch":
        try:
            from jupyter_cellorder.members.context_torch import TorchComputer
        except ImportError as error:
            raise needs_torch(error) from error
        computer = TorchComputer(folder, facts, threads)
    else:
        from jupyter_cellorder.members.context_onnx import OnnxComputer

        computer = OnnxComputer(folder, threads)
    return ContextMember(
        name,
        CellTokenizer(folder / "tokenizer.json", facts["tokens"]),
        computer,
        np.load(folder / "idf.npy", allow_pickle=False).astype(np.float32),
        int(facts["pad"]),
        EncoderShape.read(folder),
        ContextConfig(**facts["network"]),
        float(facts.get("again", 0.0)),
    )
