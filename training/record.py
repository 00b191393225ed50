"""What a run was started with: another recipe does not go on in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
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
        kept = _completed(json.loads(path.read_text(encoding="utf-8")), recipe)
        different = next(_differences(kept, wanted), None)
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


def _completed(there: Any, here: Any) -> Any:
    """A record with the defaults of settings that are younger than it: it was trained with them."""
    if isinstance(here, tuple) and isinstance(there, list):
        return [_completed(*pair) for pair in zip(there, here, strict=False)] + there[len(here) :]
    if not is_dataclass(here) or not isinstance(there, dict):
        return there
    known = dict(there)
    for setting in fields(here):
        if setting.name in there:
            known[setting.name] = _completed(there[setting.name], getattr(here, setting.name))
        elif setting.default is not MISSING:
            known[setting.name] = setting.default
    return known


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
