"""What a run was started with: another recipe does not go on in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.recipe import Recipe, RecipeError

RECORD = "recipe.json"
# What may differ when a run goes on: it changes when it ends or what is told, not what is learned.
FREE = {"summary", "scored", "minutes", "save_minutes", "workers", "tensorboard"}


def keep_record(recipe: Recipe, output: Path) -> None:
    """Write the recipe beside a new run; compare it where a run is there.

    Raises:
        RecipeError: the folder holds a run by another recipe; its first difference is named.
    """
    path = output / RECORD
    wanted = json.loads(json.dumps(asdict(recipe)))
    if path.exists():
        different = next(_differences(json.loads(path.read_text(encoding="utf-8")), wanted), None)
        if different is not None:
            name, there, here = different
            raise RecipeError(
                f"{output} holds a run with {name} = {there!r}, not {here!r}. Choose another "
                "--output, or give that run's own settings to go on with it.",
                "run-differs",
            )
        return
    output.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    partial.replace(path)


def _differences(
    there: Mapping[str, Any], here: Mapping[str, Any], where: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for name in [*there, *(key for key in here if key not in there)]:
        first, second = there.get(name), here.get(name)
        if name in FREE or first == second:
            continue
        if isinstance(first, dict) and isinstance(second, dict):
            yield from _differences(first, second, f"{where}{name}.")
        else:
            yield f"{where}{name}", first, second
