"""A ``pointwise`` or ``pairwise`` checkpoint to a bundle's member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

from jupyter_cellorder.members.sequence import SequenceComputer
from jupyter_cellorder.members.sequence_onnx import OnnxSequences
from jupyter_cellorder.members.sequence_torch import TorchSequences
from training.checkpoint import ENCODER, TOKENIZER, copy_file, damaged, read_json, read_weights
from training.onnx_files import export, save_half

Arrays: TypeAlias = tuple[Any, ...]  # ids, mask, types, extras


def export_pointwise(checkpoint: Path, folder: Path, quantise: bool) -> float:
    """See :class:`training.export.Export`."""
    return _export("pointwise", checkpoint, folder, quantise)


def export_pairwise(checkpoint: Path, folder: Path, quantise: bool) -> float:
    """See :class:`training.export.Export`."""
    return _export("pairwise", checkpoint, folder, quantise)


def _export(kind: str, checkpoint: Path, folder: Path, quantise: bool) -> float:
    folder.mkdir(parents=True)
    facts = read_json(checkpoint, f"{kind}.json")
    encoder = read_json(checkpoint, ENCODER)
    facts["types"] = int(encoder.get("type_vocab_size") or 1)
    (folder / f"{kind}.json").write_text(json.dumps(facts, indent=1) + "\n")
    for name in (TOKENIZER, ENCODER):
        copy_file(checkpoint, name, folder)
    weights = folder / "weights.safetensors"
    save_half(read_weights(checkpoint), weights)
    # Both backends start from the very weights that ship.
    try:
        network = TorchSequences(folder, None).network.cpu()
        extras = network.head.in_features - int(encoder["hidden_size"])
        examples = _sequences(facts, extras, int(encoder["vocab_size"]))
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise damaged(checkpoint, error) from error
    both = {0: "sequences", 1: "tokens"}
    one = {0: "sequences"}
    export(
        network,
        tuple(torch.from_numpy(value) for value in examples[1]),
        ["ids", "mask", "types", "extras"],
        ["scores"],
        {"ids": both, "mask": both, "types": both, "extras": one, "scores": one},
        None if quantise else weights,
        folder / "network.onnx",
    )
    return _parity(folder, examples, float(facts["temperature"]))


def _parity(folder: Path, examples: list[Arrays], temperature: float) -> float:
    """The most that a probability can change by the largest difference of a score.

    A score becomes a probability as logistic(score / temperature + constant), whose largest change
    by a difference d is tanh(d / 4 temperature).
    """
    computers: tuple[SequenceComputer, SequenceComputer] = (
        TorchSequences(folder, None),
        OnnxSequences(folder, None),
    )
    differences = []
    for given in examples:
        first, second = (computer.score(*given) for computer in computers)
        differences.append(np.abs(first - second).max())
    return float(np.tanh(np.max(differences) / (4 * temperature)))


def _sequences(facts: dict[str, Any], extras: int, vocabulary: int) -> list[Arrays]:
    """Random ids, mask, types and extras of several shapes, padded as the members pad."""
    rng = np.random.default_rng(0)
    longest = int(facts["layout"]["length"])
    made: list[Arrays] = []
    for rows, length in ((1, min(5, longest)), (5, min(40, longest)), (3, longest)):
        ids = rng.integers(0, vocabulary, (rows, length))
        ids[ids == facts["pad"]] += 1 if facts["pad"] + 1 < vocabulary else -1
        sizes = rng.integers(max(1, length // 3), length + 1, rows)
        sizes[0] = length
        mask = (np.arange(length) < sizes[:, None]).astype(np.int64)
        ids[mask == 0] = facts["pad"]
        types = mask * (np.arange(length) > length // 2) * (facts["types"] > 1)
        made.append((ids, mask, types, rng.random((rows, extras), dtype=np.float32)))
    return made
