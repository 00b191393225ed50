"""What a stage or a run leaves: there whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import nn

from training.loop import processes
from training.loop.errors import LoopError

PARTIAL = ".part"
ASIDE = ".before"


def weights_of(module: nn.Module) -> dict[str, torch.Tensor]:
    """The state of a module, on the processor."""
    state = module.state_dict()
    return {name: value.detach().cpu().contiguous() for name, value in state.items()}


def save_weights(module: nn.Module, path: Path) -> None:
    """Write a module's weights, in the first process.

    Raises:
        LoopError: as :func:`whole_folder`.
    """
    if processes.is_main():
        part = path.with_name(path.name + PARTIAL)
        try:
            with _told(path):
                save_file(weights_of(module), part)
                with part.open("r+b") as file:  # as Windows wants it
                    os.fsync(file.fileno())
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    processes.wait()


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Fill a folder that takes the name ``folder`` when the block has ended well.

    A folder of that name stands aside until then; where a kill came between, the next call puts
    it back first.

    Raises:
        LoopError: it cannot be written, as on a full disk; what was there before stays.
    """
    folder = folder.resolve()
    part = folder.with_name(folder.name + PARTIAL)
    aside = folder.with_name(folder.name + ASIDE)
    try:
        with _told(folder):
            _put_back(aside, folder)
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            yield part
            shutil.rmtree(aside, ignore_errors=True)
            if folder.exists():
                folder.rename(aside)
            try:
                part.rename(folder)
            except OSError:
                _put_back(aside, folder)
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    # In use elsewhere, or not ours to delete: left, under a name that says what it is.
    shutil.rmtree(aside, ignore_errors=True)


def _put_back(aside: Path, folder: Path) -> None:
    if aside.exists() and not folder.exists():
        aside.rename(folder)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise LoopError(
            f"{path} could not be written ({error}). Free some space and give the same command "
            "again: what is finished is found again.",
            "result-write",
        ) from error
