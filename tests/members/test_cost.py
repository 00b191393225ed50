"""What members say they cost, against what torch counts while their networks run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from notebook_arrays import SMALL, network, notebook
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from jupyter_cellorder.members.cost import EncoderShape, context_network_gflop
from jupyter_cellorder.networks.context import ContextInput
from jupyter_cellorder.networks.context_shape import ContextConfig


def counted(module: nn.Module, *given: Any, **named: Any) -> float:
    # The fused attention of a processor is not among what torch counts.
    with (
        FlopCounterMode(display=False) as counter,
        torch.inference_mode(),
        sdpa_kernel(SDPBackend.MATH),
    ):
        module(*given, **named)
    return counter.get_total_flops() / 1e9


@pytest.mark.parametrize(
    ("config", "model"), [(BertConfig, BertModel), (RobertaConfig, RobertaModel)]
)
@pytest.mark.parametrize("length", [3, 50, 200])
def test_an_encoder_costs_what_torch_counts(config: Any, model: Any, length: int) -> None:
    shape = EncoderShape(layers=3, width=32, feed_forward=80)
    made = config(
        vocab_size=90,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=4,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=210,
    )
    encoder = model(made, add_pooling_layer=False).eval()
    found = counted(encoder, torch.full((5, length), 9), torch.ones(5, length, dtype=torch.long))
    assert shape.gflop([length] * 5) == pytest.approx(found, rel=0.02)


def test_every_sequence_pays_for_its_own_length_alone() -> None:
    shape = EncoderShape(layers=2, width=16, feed_forward=64)
    assert shape.gflop([7, 30]) == pytest.approx(shape.gflop([7]) + shape.gflop([30]))
    assert shape.gflop([60]) > 2 * shape.gflop([30])  # attention grows with the square
    assert shape.gflop([]) == 0.0


SHIPPED = ContextConfig(vector=48, width=64, heads=4, feed_forward=96)


@pytest.mark.parametrize("config", [SMALL, SHIPPED], ids=["small", "of five layers"])
@pytest.mark.parametrize(("n", "m"), [(4, 3), (30, 17), (5, 60)])
def test_the_context_network_costs_what_torch_counts(config: ContextConfig, n: int, m: int) -> None:
    arrays = notebook(n, m, seed=1)
    arrays["vectors"] = np.ones((n + m, config.vector), dtype=np.float32)
    given = ContextInput(**{name: torch.from_numpy(value)[None] for name, value in arrays.items()})
    assert context_network_gflop(config, n, m) == pytest.approx(
        counted(network(config), given), rel=0.02
    )
