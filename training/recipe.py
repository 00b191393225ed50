"""Recipes: what to train, from what, how; a few lines of TOML each. Unknown keys are refused."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from jupyter_cellorder.errors import CellOrderError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RECIPES = Path(__file__).parent / "recipes"
T = TypeVar("T")


class RecipeError(CellOrderError):
    """A recipe that cannot be followed; the message says which key and what it may be."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe says.

    Attributes:
        summary: One line for the list of recipes.
        task: What is trained; see :mod:`training.tasks`.
    """

    summary: str
    task: str


@dataclass(frozen=True, kw_only=True)
class TokenLimits:
    """Tokens read of a cell, special tokens included.

    Attributes:
        markdown: Of a markdown cell at most.
        code: Of a code cell at most.
        tail: Share that is read from the end of a longer cell; the rest is its head.
    """

    markdown: int = 64
    code: int = 64
    tail: float = 1 / 3

    def __post_init__(self) -> None:
        """Refuse limits that leave no room beside the two special tokens."""
        for name in ("markdown", "code"):
            if getattr(self, name) < 3:
                raise ValueError(f"{name} is {getattr(self, name)} and must be at least 3")
        if not 0 <= self.tail <= 1:
            raise ValueError(f"tail is {self.tail} and must be between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class EncoderRecipe(Recipe):
    """A recipe that starts from an encoder and a corpus.

    Attributes:
        encoder: A name on the hub, or a folder.
        seed: Of everything that is drawn.
        notebooks: A seeded subset of so many notebooks is trained on; 0: all of them.
        scored: Held-out notebooks, seeded, that each score while training is taken on.
        dropout: Of the encoder's layers and attention; left out, its own. On a processor attention
            without dropout is several times faster.
        tokens: See :class:`TokenLimits`.
    """

    encoder: str
    seed: int = 1
    notebooks: int = 0
    scored: int = 200
    dropout: float | None = None
    tokens: TokenLimits = field(default_factory=TokenLimits)

    def __post_init__(self) -> None:
        """Refuse what cannot be trained or scored."""
        for name, least in (("seed", 0), ("notebooks", 0), ("scored", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)} and must be at least {least}")
        if self.dropout is not None and not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout} and must be at least 0 and below 1")


def names() -> list[str]:
    """Recipes that ship with the package."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def read(name: str) -> dict[str, Any]:
    """The values of a recipe, by its name or the path of a .toml file.

    Raises:
        RecipeError: no such recipe, or not TOML.
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
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}.", "recipe-missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}.", "recipe-invalid") from None
    return values


def apply(values: dict[str, Any], change: str) -> None:
    """Change one value: ``key=value``, ``table.key=value``, or ``list.0.key=value`` in a list.

    Raises:
        RecipeError: nothing is assigned, or a table is wanted where there is none.
    """
    key, equals, text = change.partition("=")
    *tables, last = key.strip().split(".")
    if not equals or not last:
        raise RecipeError(
            f"{change!r} changes nothing; write key=value or table.key=value.", "recipe-invalid"
        )
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    found: Any = values
    for table in tables:
        if isinstance(found, list):
            found = found[int(table)] if table.isdecimal() and int(table) < len(found) else None
        else:
            found = found.setdefault(table, {})
        if not isinstance(found, dict | list):
            raise RecipeError(f"{change!r}: {table!r} is no table.", "recipe-invalid")
    if isinstance(found, list):
        raise RecipeError(
            f"{change!r}: there are {len(found)} of these; say which, as in "
            f"{'.'.join(tables)}.0.{last}.",
            "recipe-invalid",
        )
    found[last] = value


def fill(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """A dataclass from a table; every key and type is checked.

    Raises:
        RecipeError: a key that it does not have, one that is missing, or a value of another type.
    """
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
    try:
        return kind(**filled)
    except ValueError as error:
        raise RecipeError(f"{where}: {error}.", "recipe-invalid") from None


def _value(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, UnionType):  # X | None: TOML has no null, so a value is always an X
        hint = get_args(hint)[0]
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise RecipeError(f"{where} is {value!r}; a list is wanted.", "recipe-invalid")
        entry = get_args(hint)[0]
        return tuple(_value(entry, one, f"{where}[{at}]") for at, one in enumerate(value))
    wanted = getattr(hint, "__name__", str(hint))
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise RecipeError(f"{where} is {value!r}; a table is wanted.", "recipe-invalid")
        return fill(hint, value, where)  # type: ignore[arg-type]
    if isinstance(value, dict):
        raise RecipeError(f"{where} is a table; {wanted} is wanted.", "recipe-invalid")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise RecipeError(f"{where} is {value!r}; {wanted} is wanted.", "recipe-invalid")
    return value
