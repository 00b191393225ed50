"""A ``context`` checkpoint to a bundle's member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.members.context import Computer
from jupyter_cellorder.members.context_batch import stacked
from jupyter_cellorder.members.context_onnx import OnnxComputer
from jupyter_cellorder.members.context_torch import TorchComputer
from jupyter_cellorder.networks.context import STATES, ContextInput, ContextNetwork
from jupyter_cellorder.networks.pooling import mean_pool
from training.checkpoint import ENCODER, TOKENIZER, copy_file, damaged, read_json, read_weights
from training.onnx_files import export, save_half


class EncoderWithPooling(nn.Module):
    """Tokens to one vector a cell; names its parameters as the safetensors file does."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Tokens (B, T) and their mask to (B, vector)."""
        return mean_pool(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state, mask)


class SecondLook(nn.Module):
    """The network's last word; its inputs one by one, as ONNX wants them."""

    def __init__(self, network: ContextNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """The fields of :class:`ContextInput` to gap and before logits."""
        _, look = self.network(ContextInput(*inputs))
        return look.gap, look.before


def export_context(checkpoint: Path, folder: Path, quantise: bool) -> float:
    """Write the member's folder from a checkpoint; see :class:`training.export.Export`."""
    folder.mkdir(parents=True)
    facts = read_json(checkpoint, "context.json")
    encoder = read_json(checkpoint, ENCODER)
    facts["pad"] = int(encoder.get("pad_token_id") or 0)
    (folder / "context.json").write_text(json.dumps(facts, indent=1) + "\n")
    for name in (TOKENIZER, ENCODER, "idf.npy"):
        copy_file(checkpoint, name, folder)
    weights = folder / "weights.safetensors"
    save_half(read_weights(checkpoint), weights)
    # Both backends start from the very weights that ship.
    try:
        reference = TorchComputer(folder, facts, None)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise damaged(checkpoint, error) from error
    ids, mask = _tokens(3, 7, int(encoder["vocab_size"])), torch.ones(3, 7, dtype=torch.int64)
    axes = {0: "cells", 1: "tokens"}
    export(
        EncoderWithPooling(reference.encoder).cpu(),
        (ids, mask),
        ["ids", "mask"],
        ["vectors"],
        {"ids": axes, "mask": axes, "vectors": {0: "cells"}},
        None if quantise else weights,
        folder / "encoder.onnx",
    )
    # Two, so that nothing is taken for a constant that is one of each question.
    example = stacked([_notebook(5, 3, int(encoder["hidden_size"]), seed) for seed in (0, 1)])
    export(
        SecondLook(reference.network).cpu(),
        tuple(torch.from_numpy(value) for value in example.values()),
        list(example),
        ["gap", "before"],
        {
            name: {0: "questions", **axes}
            for name, axes in {
                "vectors": {1: "all"},
                "features": {1: "all"},
                "states": {1: "all"},
                "positions": {1: "all"},
                "similarity": {2: "all", 3: "all"},
                "numbering": {1: "floats", 2: "floats"},
                "anchors": {1: "anchors"},
                "floats": {1: "floats"},
                "gap": {1: "floats", 2: "gaps"},
                "before": {1: "floats", 2: "floats"},
            }.items()
        },
        None if quantise else weights,
        folder / "network.onnx",
    )
    return parity(folder, facts, encoder)


def parity(folder: Path, facts: dict[str, Any], encoder: dict[str, Any]) -> float:
    """Largest difference of a probability between the backends, over random notebooks."""
    computers: tuple[Computer, Computer] = (
        TorchComputer(folder, facts, None),
        OnnxComputer(folder, None),
    )
    differences = []
    sizes = [
        [(1, 1)],
        [(2, 5), (3, 4)],
        [(30, 20)],
        [(9, 1), (9, 1), (8, 2)],
        [(120, 80)],
        [(300, 160)],
    ]
    for seed, batch in enumerate(sizes):
        asked = [
            _notebook(n, m, int(encoder["hidden_size"]), 10 * seed + number)
            for number, (n, m) in enumerate(batch)
        ]
        answers = []
        for computer in computers:
            for inputs, (n, m) in zip(asked, batch, strict=True):
                ids = _tokens(n + m, 5 + 4 * seed, int(encoder["vocab_size"])).numpy()
                mask = np.ones_like(ids)
                mask[:n, 4:] = 0
                ids[mask == 0] = facts["pad"]  # some encoders count their positions by it
                inputs["vectors"] = computer.encode(ids, mask)[None]
            answers.append(computer.place(stacked(asked)))
        for first, second, turn in zip(*answers, (_softmax, _sigmoid), strict=True):
            differences.append(np.abs(turn(first) - turn(second)).max())
    return float(np.max(differences))


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _tokens(rows: int, length: int, vocabulary: int) -> Tensor:
    return torch.arange(rows * length).reshape(rows, length) * 37 % vocabulary


def _notebook(n: int, m: int, width: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    states = np.concatenate([rng.integers(0, 2, n), rng.integers(2, STATES, m)])
    numbering = rng.integers(-1, 2, (m, m)).astype(np.float32)
    values: dict[str, Any] = {
        "vectors": rng.normal(size=(n + m, width)).astype(np.float32),
        "features": rng.random((n + m, WIDTH), dtype=np.float32),
        "states": states.astype(np.int64),
        "positions": np.concatenate([np.arange(n), np.zeros(m)]).astype(np.float32),
        "similarity": rng.random((3, n + m, n + m), dtype=np.float32),
        "numbering": numbering - numbering.T,
        "anchors": np.ones(n, dtype=np.float32),
        "floats": np.ones(m, dtype=np.float32),
    }
    return {name: value[None] for name, value in values.items()}
