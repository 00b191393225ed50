"""``python -m training.export RUN --output BUNDLE``: a trained run to a bundle."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.members.context import Computer
from jupyter_cellorder.members.context_onnx import OnnxComputer
from jupyter_cellorder.members.context_torch import TorchComputer
from jupyter_cellorder.networks.context import STATES, ContextInput, ContextNetwork
from jupyter_cellorder.networks.pooling import mean_pool
from training.manifest import write_manifest
from training.onnx_files import export, save_half

PARITY = 1e-3  # largest difference of a probability between torch and ONNX Runtime


class ExportError(CellOrderError):
    """The run cannot be exported; the message says why."""


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


def export_context(checkpoint: Path, folder: Path) -> float:
    """Write the member's folder from a checkpoint; the largest difference of a probability.

    Raises:
        ExportError: ONNX Runtime and torch differ by more than :data:`PARITY`.
    """
    folder.mkdir(parents=True)
    facts = json.loads((checkpoint / "context.json").read_text())
    encoder = json.loads((checkpoint / "encoder.json").read_text())
    facts["pad"] = int(encoder.get("pad_token_id") or 0)
    (folder / "context.json").write_text(json.dumps(facts, indent=1) + "\n")
    for name in ("tokenizer.json", "encoder.json", "idf.npy"):
        shutil.copy(checkpoint / name, folder / name)
    save_half(load_file(checkpoint / "model.safetensors"), folder / "weights.safetensors")
    # Both backends start from the very weights that ship.
    reference = TorchComputer(folder, facts, None)
    weights = folder / "weights.safetensors"
    ids, mask = _tokens(3, 7, int(encoder["vocab_size"])), torch.ones(3, 7, dtype=torch.int64)
    axes = {0: "cells", 1: "tokens"}
    export(
        EncoderWithPooling(reference.encoder).cpu(),
        (ids, mask),
        ["ids", "mask"],
        ["vectors"],
        {"ids": axes, "mask": axes, "vectors": {0: "cells"}},
        weights,
        folder / "encoder.onnx",
    )
    example = _notebook(5, 3, int(encoder["hidden_size"]), 0)
    export(
        SecondLook(reference.network).cpu(),
        tuple(torch.from_numpy(value) for value in example.values()),
        list(example),
        ["gap", "before"],
        {
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
        },
        weights,
        folder / "network.onnx",
    )
    difference = parity(folder, facts, encoder)
    if difference > PARITY:
        raise ExportError(
            f"ONNX Runtime and torch differ by {difference:.1e} in a probability; at most "
            f"{PARITY:.0e} is allowed. Export again with other versions of torch or onnxruntime.",
            "parity",
        )
    return difference


def parity(folder: Path, facts: dict[str, Any], encoder: dict[str, Any]) -> float:
    """Largest difference of a probability between the backends, over random notebooks."""
    computers: tuple[Computer, Computer] = (
        TorchComputer(folder, facts, None),
        OnnxComputer(folder, None),
    )
    differences = []
    for seed, (n, m) in enumerate([(1, 1), (2, 5), (30, 20), (9, 1), (120, 80)]):
        ids = _tokens(n + m, 5 + 4 * seed, int(encoder["vocab_size"])).numpy()
        mask = np.ones_like(ids)
        mask[:n, 4:] = 0
        inputs = _notebook(n, m, int(encoder["hidden_size"]), seed)
        answers = [
            computer.place({**inputs, "vectors": computer.encode(ids, mask)[None]})
            for computer in computers
        ]
        for first, second, turn in zip(*answers, (_softmax, _sigmoid), strict=True):
            differences.append(float(np.abs(turn(first) - turn(second)).max()))
    return max(differences)


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


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: exported; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    made.add_argument("run", type=Path, help="folder of a run, as training.run wrote it")
    made.add_argument(
        "--output", type=Path, required=True, help="folder of the bundle; must not exist"
    )
    made.add_argument("--name", help="the bundle's name; the recipe's where it is left out")
    made.add_argument("--corpus", default="", help="what it was trained on, for the manifest")
    chosen = made.parse_args(arguments)
    checkpoint = chosen.run / "checkpoint"
    try:
        if not (checkpoint / "context.json").exists():
            raise ExportError(
                f"{chosen.run} holds no finished run (no checkpoint/context.json). "
                "Finish it: python -m training.run RECIPE --data CORPUS --output RUN.",
                "run-missing",
            )
        if chosen.output.exists():
            raise ExportError(
                f"{chosen.output} exists. Remove it or choose another folder.", "output-exists"
            )
        difference = _bundle(checkpoint, chosen.output, chosen.name, chosen.corpus)
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Exported: {chosen.output}\nLargest difference of a probability: {difference:.1e}")
    print(f"Next: python -m training.calibrate {chosen.output} --data VALIDATION")
    return 0


def _bundle(checkpoint: Path, output: Path, name: str | None, corpus: str) -> float:
    output.parent.mkdir(parents=True, exist_ok=True)
    recipe = json.loads((checkpoint / "context.json").read_text())["recipe"]
    # Beside the output, so that the finished bundle appears whole or not at all.
    with tempfile.TemporaryDirectory(dir=output.parent) as scratch:
        folder = Path(scratch) / "bundle"
        folder.mkdir()
        difference = export_context(checkpoint, folder / "context")
        write_manifest(folder, name or recipe, recipe, corpus, {"parity": difference})
        for path in folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        folder.rename(output)
    return difference


if __name__ == "__main__":
    sys.exit(main())
