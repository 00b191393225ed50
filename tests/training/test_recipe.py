"""Recipes: those that ship, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.context.data import Mixture
from training.loop.stage import Stage
from training.recipe import ContextRecipe, RecipeError, TokenLimits, load, names

MINIMAL = 'summary = "s"\ntask = "context"\nencoder = "e"\n'


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def refusal(name: str) -> str:
    with pytest.raises(RecipeError) as caught:
        load(name)
    message = str(caught.value)
    assert message.endswith(".")
    return message


def test_the_recipe_of_the_issue_ships() -> None:
    assert "minilm-context" in names()


@pytest.mark.parametrize("name", names())
def test_every_shipped_recipe_loads(name: str) -> None:
    found = load(name)
    assert found.summary
    assert found.task == "context"
    assert 0 < found.mixture.all + found.mixture.ordered + found.mixture.few <= 1
    assert found.network.width % found.network.heads == 0


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    assert load(written(tmp_path, MINIMAL)) == ContextRecipe("s", "context", "e")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    text = MINIMAL + (
        "seed = 7\n[tokens]\nmarkdown = 5\n[mixture]\nall = 1\nfew = 0.5\n"
        "[frozen]\nepochs = 2\nbf16 = false\n[unfrozen]\nsteps = 9\n"
    )
    found = load(written(tmp_path, text))
    assert found.seed == 7
    assert found.tokens == TokenLimits(markdown=5)
    assert found.mixture == Mixture(all=1.0, few=0.5)
    assert isinstance(found.mixture.all, float)
    assert found.frozen == Stage(epochs=2.0, bf16=False)
    assert found.unfrozen == Stage(steps=9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINIMAL.replace('"context"', '"rank"'), "there is no task 'rank'; choose context"),
        (MINIMAL + "sed = 1\n", "unknown key 'sed'; known are summary, task, encoder, seed"),
        (MINIMAL + "[frozen]\nsteep = 1\n", "frozen: unknown key 'steep'"),
        (MINIMAL + "[unfrozen]\nsteep = 1\n", "unfrozen: unknown key 'steep'"),
        (MINIMAL + 'seed = "one"\n', "seed is 'one'; int is wanted"),
        (MINIMAL + "seed = true\n", "seed is True; int is wanted"),
        (MINIMAL + "[frozen]\nrate = true\n", "rate is True; float is wanted"),
        (MINIMAL + "[frozen]\nsteps = 1.5\n", "steps is 1.5; int is wanted"),
        (MINIMAL + "[seed]\na = 1\n", "seed is a table; int is wanted"),
        (MINIMAL + "frozen = 3\n", "frozen is 3; Stage is wanted"),
        ('summary = "s"\ntask = "context"\n', "the key 'encoder' is missing"),
        ("summary = \n", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(written(tmp_path, text))


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    assert "choose one of" in refusal("no-such-recipe")
    assert "minilm-context" in refusal(str(tmp_path / "none.toml"))
