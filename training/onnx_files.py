"""Torch modules to ONNX files whose weights lie, in half precision, in one safetensors file.

ONNX may keep a tensor outside its file, as bytes at an offset of another; a safetensors file is
such bytes behind a header. So both backends share one copy of the weights. They are cast to fp32
when the session is made (the runtime folds the casts), so that only storage is halved.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file
from torch import nn

OPSET = 18


def save_half(weights: Mapping[str, torch.Tensor], path: Path) -> None:
    """Write fp32 weights in fp16."""
    save_file({name: value.half().contiguous() for name, value in weights.items()}, path)


def export(
    module: nn.Module,
    inputs: tuple[torch.Tensor, ...],
    names: Sequence[str],
    outputs: Sequence[str],
    free: Mapping[str, Mapping[int, str]],
    weights: Path,
    path: Path,
) -> None:
    """Export ``module`` in evaluation mode; its parameters are found in ``weights`` by their names.

    Args:
        module: Its state dict's names must be those of the safetensors file.
        inputs: An example.
        names: Names of the inputs.
        outputs: Names of the outputs.
        free: Input or output to its axes of free size.
        weights: The safetensors file, in the folder of ``path``.
        path: The ONNX file to write.

    Raises:
        ValueError: a parameter of the module is not in ``weights``.
    """
    module.eval()
    with torch.inference_mode():
        torch.onnx.export(
            module,
            inputs,
            str(path),
            input_names=list(names),
            output_names=list(outputs),
            dynamic_axes={name: dict(axes) for name, axes in free.items()},
            opset_version=OPSET,
            do_constant_folding=False,
            dynamo=False,
        )
    module.eval()
    model = onnx.load(str(path))
    graph = model.graph
    places = _places(weights)
    parameters = {name for name, _ in module.named_parameters()}
    casts, kept, found = [], [], set()
    for tensor in graph.initializer:
        if tensor.name not in parameters:
            kept.append(tensor)
            continue
        if tensor.name not in places:
            raise ValueError(f"{tensor.name} is not in {weights.name}")
        found.add(tensor.name)
        start, length = places[tensor.name]
        kept.append(_outside(f"{tensor.name}.half", tensor.dims, weights.name, start, length))
        casts.append(
            helper.make_node("Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT)
        )
    del graph.initializer[:]
    graph.initializer.extend(kept)
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    path.write_bytes(model.SerializeToString())


def _places(path: Path) -> dict[str, tuple[int, int]]:
    """Tensor of a safetensors file to its offset from the file's start and length, in bytes."""
    with path.open("rb") as stream:
        (size,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(size))
    return {
        name: (
            8 + size + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _outside(name: str, dims: Sequence[int], location: str, start: int, length: int) -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=list(dims))
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", start), ("length", length)):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, str(value)
    return tensor
