"""What the ``pointwise`` and ``pairwise`` members share: sequences in, one score each out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.members.batching import Ids, like_lengths, padded
from jupyter_cellorder.members.cost import EncoderShape
from jupyter_cellorder.members.needs_torch import needs_torch
from jupyter_cellorder.members.sequence_rows import TokenRow
from jupyter_cellorder.members.tokens import CellTokenizer

LONGEST = 5_000  # cells: every markdown cell is compared with every other, about 1 GB here


class SequenceComputer(Protocol):
    """The arithmetic of both members: ONNX Runtime or torch.

    ``batch_tokens``: padded tokens scored at once; a request can be withdrawn between batches.
    """

    batch_tokens: int

    def score(
        self, ids: Ids, mask: Ids, types: Ids, extras: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(B,) scores of ``ids``, ``mask``, ``types`` (B, T) and plain numbers (B, E)."""


class SequenceScores:
    """Scores of many sequences, batch by batch.

    Args:
        computer: What computes them.
        pad: The token that fills short rows.
        types: How many types of tokens the encoder knows; with one, all are of it.
        encoder: The encoder's shape, from which the cost follows.
    """

    def __init__(
        self, computer: SequenceComputer, pad: int, types: int, encoder: EncoderShape
    ) -> None:
        self._computer, self._pad, self._types = computer, pad, types
        self._encoder = encoder

    def gflop(self, lengths: ArrayLike) -> float:
        """1e9 operations for rows of these lengths; the one linear layer at the end is nothing."""
        return self._encoder.gflop(lengths)

    def of(
        self,
        lengths: Sequence[int],
        row: Callable[[int], TokenRow],
        extras: Sequence[float],
        cancelled: Callable[[], bool] | None,
    ) -> Iterator[tuple[int, float]]:
        """Index and score of every row, in the order of the batches.

        Args:
            lengths: Of the rows.
            row: Makes the row of an index when its turn comes, so that few are held at once.
            extras: The plain numbers beside each row, the same for all.
            cancelled: Asked before each batch.

        Raises:
            Cancelled: ``cancelled`` returned true; what was yielded before holds.
        """
        for batch in like_lengths(lengths, self._computer.batch_tokens, cancelled):
            rows = [row(at) for at in batch]
            ids, mask = padded([one.ids for one in rows], self._pad)
            types = np.zeros_like(ids)
            if self._types > 1:
                types = padded([one.types for one in rows], 0)[0]
            beside = np.tile(np.array(extras, dtype=np.float32), (len(batch), 1))
            scores = self._computer.score(ids, mask, types, beside)
            yield from zip(batch, scores.tolist(), strict=True)


class SequenceMemberFolder(NamedTuple):
    """A member's folder, read: what its kind's JSON file says, and what computes."""

    facts: dict[str, Any]
    tokenizer: CellTokenizer
    scores: SequenceScores


def read_folder(kind: str, folder: Path, backend: str, threads: int | None) -> SequenceMemberFolder:
    """Read the member's folder.

    It holds ``<kind>.json``, ``tokenizer.json``, ``encoder.json`` and ``network.onnx``, and, unless
    its weights are quantised, ``weights.safetensors``.

    Raises:
        BundleError: ``backend-missing`` where torch or transformers is wanted and not installed.
    """
    facts = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
    computer: SequenceComputer
    if backend == "torch":
        try:
            from jupyter_cellorder.members.sequence_torch import TorchSequences
        except ImportError as error:
            raise needs_torch(error) from error
        computer = TorchSequences(folder, threads)
    else:
        from jupyter_cellorder.members.sequence_onnx import OnnxSequences

        computer = OnnxSequences(folder, threads)
    return SequenceMemberFolder(
        facts,
        CellTokenizer(folder / "tokenizer.json", facts["tokens"]),
        SequenceScores(computer, int(facts["pad"]), int(facts["types"]), EncoderShape.read(folder)),
    )


def refuse_above(limit: int, count: int, what: str) -> None:
    """Refuse a notebook that would ask for more than anybody would wait for.

    Raises:
        RequestError: ``too-long``.
    """
    if count > limit:
        raise RequestError(
            f"The notebook has {count} {what}; at most {limit} can be read at once. "
            "Split the notebook, and order its parts one by one.",
            "too-long",
        )
