"""Torch modules to ONNX files whose weights lie, in half precision, in one safetensors file.

ONNX may keep a tensor outside its file, as bytes at an offset of another; a safetensors file is
such bytes behind a header. So both backends share one copy of the weights. They are cast to fp32
when the session is made (the runtime folds the casts), so that only storage is halved.

Quantised, a file holds its own weights: matrices in int8, the rest in half precision.
"""

from __future__ import annotations

import json
import struct
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import save_file
from torch import nn
from transformers import PreTrainedModel

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
    weights: Path | None,
    path: Path,
) -> None:
    """Export ``module`` in evaluation mode; its parameters are found in ``weights`` by their names.

    Args:
        module: Its state dict's names must be those of the safetensors file.
        inputs: An example.
        names: Names of the inputs.
        outputs: Names of the outputs.
        free: Input or output to its axes of free size.
        weights: The safetensors file, in the folder of ``path``; None quantises.
        path: The ONNX file to write.

    Raises:
        ValueError: a parameter of the module is not in ``weights``.
    """
    module.eval()
    for part in module.modules():
        # The fused attention guards against texts without a token, for a tenth of all the time.
        if isinstance(part, PreTrainedModel):
            part.set_attn_implementation("eager")
    # Beside the file: it may be larger than where temporary files lie.
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        written = Path(scratch) / "fp32.onnx"
        with torch.inference_mode(), warnings.catch_warnings():
            # Of the older exporter and of traced shapes; parity is measured afterwards.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                inputs,
                str(written),
                input_names=list(names),
                output_names=list(outputs),
                dynamic_axes={name: dict(axes) for name, axes in free.items()},
                opset_version=OPSET,
                # A matrix is quantised only where the file holds it as it is multiplied.
                do_constant_folding=weights is None,
                dynamo=False,
            )
        module.eval()
        if weights is None:
            written = _quantised(written)
        model = onnx.load(str(written))
    parameters = {name for name, _ in module.named_parameters()}
    if weights is None:
        _store(model, parameters, _inside)
    else:
        places = _places(weights)
        missing = [t.name for t in model.graph.initializer if t.name in parameters - places.keys()]
        if missing:
            raise ValueError(f"{missing[0]} is not in {weights.name}")
        _store(model, parameters, lambda t: _outside(t, weights.name, *places[t.name]))
    path.write_bytes(model.SerializeToString())


def _store(
    model: ModelProto, parameters: set[str], stored: Callable[[TensorProto], TensorProto]
) -> None:
    """Put what ``stored`` makes of each parameter in its place, and cast it to fp32 again."""
    graph = model.graph
    casts, kept = [], []
    for tensor in graph.initializer:
        if tensor.name not in parameters:
            kept.append(tensor)
            continue
        half = stored(tensor)
        kept.append(half)
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _quantised(path: Path) -> Path:
    """A file beside, its unchanging matrices in int8 with a scale for each column."""
    quantised = path.with_name("int8.onnx")
    quantize_dynamic(
        path,
        quantised,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        # Seven bits: without them sums of two products overflow on processors that have AVX2 and
        # no VNNI, and what comes out is noise.
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    return quantised


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


def _outside(tensor: TensorProto, location: str, start: int, length: int) -> TensorProto:
    half = TensorProto(name=f"{tensor.name}.half", data_type=TensorProto.FLOAT16, dims=tensor.dims)
    half.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", start), ("length", length)):
        entry = half.external_data.add()
        entry.key, entry.value = key, str(value)
    return half


def _inside(tensor: TensorProto) -> TensorProto:
    values = numpy_helper.to_array(tensor).astype(np.float16)
    return numpy_helper.from_array(values, f"{tensor.name}.half")
