"""The ``context`` member: every cell encoded once, then a transformer over a notebook's cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.members.batching import like_lengths, padded
from jupyter_cellorder.members.context_again import asked_again, halves
from jupyter_cellorder.members.context_input import CellFacts, cell_facts, placement_arrays
from jupyter_cellorder.members.context_output import precedence_of
from jupyter_cellorder.members.cost import EncoderShape, context_network_gflop
from jupyter_cellorder.members.likeness import Likeness
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

    def place(self, inputs: dict[str, NDArray[Any]]) -> tuple[Array, Array]:
        """The network's inputs of one notebook to logits: gap (M, N + 1) and before (M, M)."""


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
        self._likeness, self._pad = Likeness(corpus_idf), pad
        self._encoder, self._network, self._again = encoder, network, again
        self._known: Memory[tuple[Array, CellFacts]] = Memory()

    @property
    def name(self) -> str:
        """Name inside the bundle."""
        return self._name

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        n, m = len(placement.anchors), len(placement.floats)
        _refuse_too_many(n + m)
        if not m:
            return Precedence(np.zeros((0, n)), np.zeros((0, 0)), np.zeros((0, n + 1)))
        if not n:  # the network places floats among anchors; without any it was never trained
            return Precedence(np.zeros((m, 0)), np.full((m, m), 0.5), np.ones((m, 1)))
        cells = (*placement.anchors, *placement.floats)
        short = n + m > MANY
        keys = [_key(cell, short) for cell in cells]
        known = self._read(keys, cells, short, cancelled)
        similarity = self._likeness.of(keys, [facts.words for _, facts in known])

        def ask(anchors: Sequence[int], floats: Sequence[int]) -> Precedence:
            if cancelled is not None and cancelled():
                raise Cancelled
            order = np.array([*anchors, *floats], dtype=np.intp)
            return self._place(
                [known[i] for i in anchors],
                [known[i] for i in floats],
                placement.ordered,
                similarity[:, order[:, None], order[None, :]],
            )

        first = ask(range(n), range(n, n + m))
        parts = self._parts(placement)
        return asked_again(first, parts, self._again, ask) if parts else first

    def _place(
        self,
        anchors: Sequence[tuple[Array, CellFacts]],
        floats: Sequence[tuple[Array, CellFacts]],
        ordered: bool,
        similarity: Array,
    ) -> Precedence:
        arrays = placement_arrays(
            [facts for _, facts in anchors],
            [facts for _, facts in floats],
            ordered,
            similarity,
        )
        inputs: dict[str, NDArray[Any]] = {
            "vectors": np.stack([vector for vector, _ in (*anchors, *floats)]),
            "features": arrays.features,
            "states": arrays.states,
            "positions": arrays.positions,
            "similarity": arrays.similarity,
            "numbering": arrays.numbering,
            "anchors": np.ones(len(anchors), dtype=np.float32),
            "floats": np.ones(len(floats), dtype=np.float32),
        }
        gap, before = self._computer.place({key: value[None] for key, value in inputs.items()})
        return precedence_of(gap, before)

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

    def _read(
        self,
        keys: Sequence[bytes],
        cells: Sequence[Cell],
        short: bool,
        cancelled: Callable[[], bool] | None,
    ) -> list[tuple[Array, CellFacts]]:
        new = {key: cell for key, cell in zip(keys, cells, strict=True) if key not in self._known}
        self._encode(list(new), list(new.values()), short, cancelled)
        return self._known.take(keys, REMEMBERED_CELLS)

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
