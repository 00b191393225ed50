"""ONNX files whose weights lie in a safetensors file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from training.onnx_files import export, save_half


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(4, 6)
        self.noise = nn.Dropout(0.5)
        self.last = nn.Linear(6, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.noise(torch.relu(self.first(x)))
        out: Tensor = self.last(hidden) + 0.25
        return out


class Matrices(nn.Module):
    """A matrix for int8, and a bias for half precision."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layer(x)
        return out


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    return written(Small(), tmp_path)


def written(module: nn.Module, folder: Path) -> Path:
    weights = folder / "weights.safetensors"
    save_half(module.state_dict(), weights)
    path = folder / "small.onnx"
    free = {"x": {0: "rows"}, "y": {0: "rows"}}
    export(module.train(), (torch.ones(3, 4),), ["x"], ["y"], free, weights, path)
    return path


def answer(path: Path, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [found] = session.run(None, {"x": x})
    return np.asarray(found)


def test_it_answers_as_torch_does_with_the_weights_that_ship(exported: Path) -> None:
    halved = Small().eval()
    weights = load_file(exported.parent / "weights.safetensors")
    assert {value.dtype for value in weights.values()} == {torch.float16}
    halved.load_state_dict({name: value.float() for name, value in weights.items()})
    for rows in (1, 8):
        x = np.random.default_rng(rows).normal(size=(rows, 4)).astype(np.float32)
        with torch.inference_mode():
            truth = halved(torch.from_numpy(x)).numpy()
        assert answer(exported, x) == pytest.approx(truth, abs=1e-5)


def test_the_parameters_are_read_from_the_safetensors_file(exported: Path) -> None:
    x = np.ones((2, 4), dtype=np.float32)
    before = answer(exported, x)
    path = exported.parent / "weights.safetensors"
    weights = {name: value.float() for name, value in load_file(path).items()}
    save_half({name: 2 * value for name, value in weights.items()}, path)
    # Twice both layers; the constant 0.25 is the graph's own.
    assert answer(exported, x) - 0.25 == pytest.approx(4 * (before - 0.25), rel=1e-3)


def test_no_parameter_is_kept_in_the_onnx_file(exported: Path) -> None:
    model = onnx.load(str(exported), load_external_data=False)
    outside = {
        tensor.name: {entry.key: entry.value for entry in tensor.external_data}
        for tensor in model.graph.initializer
        if tensor.data_location == onnx.TensorProto.EXTERNAL
    }
    assert set(outside) == {f"{name}.half" for name, _ in Small().named_parameters()}
    assert {entry["location"] for entry in outside.values()} == {"weights.safetensors"}
    inside = [t for t in model.graph.initializer if t.name not in outside]
    assert all(np.prod(tensor.dims) <= 2 for tensor in inside)


def test_a_parameter_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    module = Small()
    weights = tmp_path / "weights.safetensors"
    state = module.state_dict()
    del state["first.bias"]
    save_half(state, weights)
    with pytest.raises(ValueError, match=r"first\.bias is not in weights\.safetensors"):
        export(module, (torch.ones(3, 4),), ["x"], ["y"], {}, weights, tmp_path / "small.onnx")


def test_without_a_file_for_them_the_matrices_are_kept_in_int8(tmp_path: Path) -> None:
    module, path = Matrices(), tmp_path / "small.onnx"
    free = {"x": {0: "rows"}, "y": {0: "rows"}}
    export(module, (torch.ones(3, 2, 64),), ["x"], ["y"], free, None, path)
    assert [file.name for file in tmp_path.iterdir()] == ["small.onnx"]
    kinds = {tensor.data_type for tensor in onnx.load(str(path)).graph.initializer}
    assert {onnx.TensorProto.INT8, onnx.TensorProto.FLOAT16} <= kinds
    assert path.stat().st_size < 1.6 * 64 * 64  # a byte for a weight, and the graph
    x = np.random.default_rng(0).normal(size=(5, 2, 64)).astype(np.float32)
    with torch.inference_mode():
        truth = module(torch.from_numpy(x)).numpy()
    difference = np.abs(answer(path, x) - truth)
    assert 1e-4 < difference.max() < 0.1
