"""Checkpoints on disk: which are whole, which are kept, the mean of the best."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

_LOG = logging.getLogger(__name__)

MARK = "whole.json"
WEIGHTS = "model.safetensors"
BROKEN = "broken-checkpoint"
KEPT_FOR_RESUMING = 2


@dataclass(frozen=True)
class Checkpoint:
    """One that was written to its end.

    Attributes:
        folder: Where it lies.
        step: Optimiser steps.
        score: What it was scored, or None.
        seconds: Training time up to it.
    """

    folder: Path
    step: int
    score: float | None
    seconds: float


def mark_whole(folder: Path, step: int, score: float | None, seconds: float) -> None:
    """Say that all files of a checkpoint are on disk, with their sizes; the last thing written."""
    sizes = {}
    for path in sorted(folder.iterdir()):
        with path.open("r+b") as file:  # Windows flushes no file that is open for reading alone
            os.fsync(file.fileno())
        sizes[path.name] = path.stat().st_size
    record = {"step": step, "score": score, "seconds": seconds, "files": sizes}
    partial = folder / f"{MARK}.part"
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(record, stream)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / MARK)


def read(folder: Path) -> Checkpoint | None:
    """The checkpoint in a folder, or None where it was not written to its end."""
    try:
        record = json.loads((folder / MARK).read_text(encoding="utf-8"))
        sizes = {name: (folder / name).stat().st_size for name in record["files"]}
        found = Checkpoint(folder, record["step"], record["score"], record["seconds"])
    except (OSError, ValueError, KeyError):
        return None
    return found if sizes == record["files"] else None


def whole(output: Path) -> list[Checkpoint]:
    """The checkpoints of a stage that were written to their end, the newest last."""
    folders = output.glob(f"{PREFIX_CHECKPOINT_DIR}-*")
    found = [one for one in map(read, folders) if one is not None]
    return sorted(found, key=lambda checkpoint: checkpoint.step)


def newest(output: Path) -> Checkpoint | None:
    """Where to resume; what a kill left half-written is set aside with a warning.

    One that is set aside takes the place of the last that was: they cannot fill a disk.
    """
    there = whole(output)
    kept = {checkpoint.folder for checkpoint in there}
    folders = output.glob(f"{PREFIX_CHECKPOINT_DIR}-*")
    for folder in sorted(folders, key=lambda at: (len(at.name), at.name)):  # the newest last
        if folder not in kept:
            _LOG.warning("%s was not written to its end and is set aside as %s.", folder, BROKEN)
            shutil.rmtree(output / BROKEN, ignore_errors=True)
            folder.rename(output / BROKEN)
    return there[-1] if there else None


def best(output: Path, count: int) -> list[Checkpoint]:
    """At most ``count`` scored checkpoints, the best first."""
    scored = [one for one in whole(output) if one.score is not None and isfinite(one.score)]
    return sorted(scored, key=lambda one: (-(one.score or 0.0), one.step))[:count]


def prune(output: Path, scored: int) -> None:
    """Keep the ``scored`` best and the newest ones."""
    there = whole(output)
    kept = {one.folder for one in (*there[-KEPT_FOR_RESUMING:], *best(output, scored))}
    for one in there:
        if one.folder not in kept:
            shutil.rmtree(one.folder)


def mean_weights(checkpoints: Sequence[Checkpoint]) -> dict[str, torch.Tensor]:
    """Mean of the weights of several checkpoints; whole numbers are the first one's."""
    mean: dict[str, torch.Tensor] = {}
    for number, one in enumerate(checkpoints, start=1):
        for name, value in load_file(one.folder / WEIGHTS).items():
            if name not in mean:
                mean[name] = value
            elif value.is_floating_point():
                mean[name] += (value - mean[name]) / number
    return mean
