"""The folder in which a finished run leaves a member, as :mod:`training.export` reads it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from training.parity import ExportError

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
ENCODER = "encoder.json"

# What an encoder's weights may hold beside what is computed with: see `is_unused`.
_UNUSED = ("pooler.", "embeddings.position_ids", "embeddings.token_type_ids")


def is_unused(name: str) -> bool:
    """Whether an encoder's tensor, named without the encoder's prefix, is never computed with.

    Pooling heads, and buffers that older versions of transformers saved.
    """
    return name.startswith(_UNUSED)


def read_json(checkpoint: Path, name: str) -> dict[str, Any]:
    """One of the checkpoint's JSON files.

    Raises:
        ExportError: ``checkpoint-damaged``.
    """
    try:
        record = json.loads((checkpoint / name).read_text(encoding="utf-8"))
        if not isinstance(record, dict):
            raise ValueError("not an object")
    except (OSError, ValueError) as error:
        raise damaged(checkpoint / name, error) from error
    return record


def read_weights(checkpoint: Path) -> dict[str, Tensor]:
    """The checkpoint's weights, without those that are never computed with.

    Raises:
        ExportError: ``checkpoint-damaged``.
    """
    try:
        found = load_file(checkpoint / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise damaged(checkpoint / WEIGHTS, error) from error
    return {
        name: value
        for name, value in found.items()
        if not (name.startswith("encoder.") and is_unused(name.removeprefix("encoder.")))
    }


def copy_file(checkpoint: Path, name: str, folder: Path) -> None:
    """Copy one of the checkpoint's files as it is.

    Raises:
        ExportError: ``checkpoint-damaged``.
    """
    if not (checkpoint / name).is_file():
        raise damaged(checkpoint / name, FileNotFoundError())
    shutil.copy(checkpoint / name, folder / name)


def damaged(what: Path, error: Exception) -> ExportError:
    """The error for a file or folder of a checkpoint that does not hold what it should."""
    return ExportError(
        f"{what} is missing or damaged ({type(error).__name__}). Train or import the member again.",
        "checkpoint-damaged",
    )
