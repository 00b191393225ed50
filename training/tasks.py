"""The tasks a recipe may name: what its keys are, and what trains it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from jupyter_cellorder.evaluation.splits import Split
from training.adapt.recipe import AdaptRecipe
from training.context.recipe import ContextRecipe
from training.ensemble.recipe import EnsembleRecipe
from training.pairwise.recipe import PairwiseRecipe
from training.pointwise.recipe import PointwiseRecipe
from training.recipe import Recipe, RecipeError, apply, fill, read
from training.record import keep_record

# A task's package holds `recipe.py`, free of torch, and `run.py` with the function `train`.
TASKS: dict[str, type[Recipe]] = {
    "adapt": AdaptRecipe,
    "context": ContextRecipe,
    "ensemble": EnsembleRecipe,
    "pairwise": PairwiseRecipe,
    "pointwise": PointwiseRecipe,
}


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line.

    Attributes:
        name: The recipe's name.
        split: Notebooks to train on and to hold out.
        output: Folder of the run.
        cache: Folder of tokenised corpora, shared by runs.
        encoders: Folder in which encoders are looked for by their names, before the hub is asked.
    """

    name: str
    split: Split
    output: Path
    cache: Path
    encoders: Path | None = None

    def encoder(self, name: str) -> str:
        """The encoder's folder where it is in :attr:`encoders`, else its name."""
        return found_encoder(name, self.encoders)


def found_encoder(name: str, encoders: Path | None) -> str:
    """The encoder's folder where ``encoders`` holds it, else its name."""
    folder = encoders / name if encoders is not None else None
    return str(folder) if folder is not None and folder.is_dir() else name


class Train(Protocol):
    """Trains by a recipe, or continues; the folder of the result."""

    def __call__(self, recipe: Any, order: Order) -> Path:
        """``recipe`` is of the task's own kind."""


def load(name: str, changes: Iterable[str] = ()) -> Recipe:
    """A recipe by its name, or by the path of a .toml file.

    Args:
        name: As it ships, or a file of one's own.
        changes: ``key=value`` or ``table.key=value``, the value as in TOML or a bare word. What an
            ensemble does not know itself is changed in each of its members.

    Raises:
        RecipeError: no such recipe or task, not TOML, an unknown key or a value of another type.
    """
    values = read(name)
    task = values.get("task")
    if not isinstance(task, str) or task not in TASKS:
        raise RecipeError(
            f"{name}: there is no task {task!r}; choose one of {', '.join(TASKS)}.",
            "recipe-invalid",
        )
    own = {known.name for known in fields(TASKS[task])}
    for change in changes:
        if task == "ensemble" and re.split(r"[.=]", change)[0].strip() not in own:
            values["changes"] = [*values.get("changes", []), change]
        else:
            apply(values, change)
    if values["task"] != task:
        raise RecipeError(f"{name}: its task is {task!r} and cannot be changed.", "recipe-invalid")
    return fill(TASKS[task], values, name)


def train(recipe: Recipe, order: Order) -> Path:
    """Train by a recipe; the folder of the result.

    Raises:
        RecipeError: the folder holds a run by another recipe.
    """
    first = os.environ.get("RANK", "0") == "0"  # of torchrun's processes one writes
    if first and recipe.task != "ensemble":  # its members keep their own
        keep_record(recipe, order.output)
    run: Train = import_module(f"training.{recipe.task}.run").train
    return run(recipe, order)


def next_step(recipe: Recipe, output: Path) -> str:
    """The command to try after training."""
    if recipe.task == "adapt":
        return (
            "Next: python -m training.run minilm-pointwise "
            f"--set encoder={output / 'checkpoint'} --data CORPUS --output RUN"
        )
    return f"Next: python -m training.export {output} --output BUNDLE"
