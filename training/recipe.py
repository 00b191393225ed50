"""Recipes: what to train, from what, how; a few lines of TOML each. Unknown keys are refused."""

from __future__ import annotations

import sys
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from jupyter_cellorder.errors import CellOrderError
from training.context.data import Mixture
from training.context.loss import LossWeights
from training.loop.stage import Stage

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TASKS = ("context",)
RECIPES = Path(__file__).parent / "recipes"
T = TypeVar("T")


class RecipeError(CellOrderError):
    """A recipe that cannot be followed; the message says which key and what it may be."""


@dataclass(frozen=True)
class TokenLimits:
    """Tokens read of a cell, special tokens included: head and tail of longer ones."""

    markdown: int = 64
    code: int = 64


@dataclass(frozen=True)
class Shape:
    """Shape of the cross-cell network; the rest follows from the encoder and the channels."""

    width: int = 256
    heads: int = 4
    feed_forward: int = 768
    first_layers: int = 3
    second_layers: int = 2
    dropout: float = 0.1


@dataclass(frozen=True)
class ContextRecipe:
    """How a ``context`` member is trained."""

    summary: str
    task: str
    encoder: str
    seed: int = 1
    tokens: TokenLimits = field(default_factory=TokenLimits)
    network: Shape = field(default_factory=Shape)
    mixture: Mixture = field(default_factory=Mixture)
    loss: LossWeights = field(default_factory=LossWeights)
    frozen: Stage = field(default_factory=Stage)
    unfrozen: Stage | None = None


def names() -> list[str]:
    """Recipes that ship with the package."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def load(name: str) -> ContextRecipe:
    """A recipe by name, or by the path of a .toml file.

    Raises:
        RecipeError: no such recipe, not TOML, a key that no recipe has, or a value of another type.
    """
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(
            f"There is no recipe {name!r}; choose one of {', '.join(names())}, "
            "or give a .toml file.",
            "recipe-missing",
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is not TOML: {error}.", "recipe-invalid") from None
    filled = _filled(ContextRecipe, values, str(path))
    if filled.task not in TASKS:
        raise RecipeError(
            f"{path}: there is no task {filled.task!r}; choose {' or '.join(TASKS)}.",
            "recipe-invalid",
        )
    return filled


def _filled(kind: type[T], values: dict[str, Any], where: str) -> T:
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(values.keys() - known.keys())
    if unknown:
        raise RecipeError(
            f"{where}: unknown key {unknown[0]!r}; known are {', '.join(known)}.", "recipe-invalid"
        )
    missing = [
        name
        for name, f in known.items()
        if name not in values and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise RecipeError(f"{where}: the key {missing[0]!r} is missing.", "recipe-invalid")
    filled = {
        name: _value(hints[name], value, f"{where}: {name}") for name, value in values.items()
    }
    return kind(**filled)


def _value(hint: Any, value: Any, where: str) -> Any:
    kind = Stage if hint == (Stage | None) else hint
    if isinstance(value, dict):
        if kind in (str, int, float, bool):
            raise RecipeError(f"{where} is a table; {kind.__name__} is wanted.", "recipe-invalid")
        return _filled(kind, value, where)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise RecipeError(
            f"{where} is {value!r}; {getattr(kind, '__name__', kind)} is wanted.", "recipe-invalid"
        )
    return value
