"""A member's folder as torch modules: ``encoder.json`` and ``weights.safetensors``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel


def device(threads: int | None) -> torch.device:
    """The GPU where there is one; ``threads`` None leaves their number to torch."""
    if threads is not None:
        torch.set_num_threads(threads)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def weights(folder: Path) -> dict[str, Tensor]:
    """The member's weights in fp32."""
    return {
        name: value.float() for name, value in load_file(folder / "weights.safetensors").items()
    }


def bare_encoder(folder: Path) -> nn.Module:
    """The encoder's shape without a pooling head, not yet with its weights."""
    config = AutoConfig.from_pretrained(folder / "encoder.json")
    encoder: Any = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
    encoder.pooler = None
    bare: nn.Module = encoder
    return bare
