"""``python -m training.run RECIPE --data CORPUS --output RUN``: train by a recipe."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.splits import Split
from training import recipe, tasks


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.run",
        description="Train by a recipe; without one, list them.",
    )
    made.add_argument("recipe", nargs="?", help="a recipe's name, or a .toml file of your own")
    made.add_argument(
        "--data", type=Path, help="corpus files, a Kaggle folder, or a folder of .ipynb"
    )
    made.add_argument(
        "--output", type=Path, help="folder of the run; a run that was cut off continues"
    )
    made.add_argument(
        "--cache",
        type=Path,
        help="folder of tokenised corpora, shared by runs; RUN/cache where it is left out",
    )
    made.add_argument(
        "--encoders",
        type=Path,
        help="folder with encoders by their names, as FOLDER/microsoft/codebert-base, for a "
        "machine without the hub",
    )
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a value of the recipe, as in --set stage.steps=100",
    )
    return made


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: trained (or listed); 2: something is missing, with a sentence that says what."""
    chosen = parser().parse_args(arguments)
    first = os.environ.get("RANK", "0") == "0"  # torchrun's other processes keep quiet
    logging.basicConfig(level=logging.INFO if first else logging.ERROR, format="%(message)s")
    try:
        said = _train(chosen) if chosen.recipe else _list()
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    if first:
        print(said)
    return 0


def _list() -> str:
    names = recipe.names()
    width = max(map(len, names))
    lines = [f"{name:{width}}  {tasks.load(name).summary}" for name in names]
    return "\n".join(
        [*lines, "", "Next: python -m training.run minilm-context --data CORPUS --output RUN"]
    )


def _train(chosen: argparse.Namespace) -> str:
    loaded = tasks.load(chosen.recipe, chosen.set)
    if chosen.data is None or chosen.output is None:
        raise CellOrderError(
            "Say where the notebooks are and where the run goes: --data CORPUS --output RUN",
            "arguments",
        )
    folder = tasks.train(
        loaded,
        tasks.Order(
            Path(chosen.recipe).stem,
            Split(chosen.data),
            chosen.output,
            chosen.cache or chosen.output / "cache",
            chosen.encoders,
        ),
    )
    return f"Trained: {folder}\n{tasks.next_step(loaded, chosen.output)}"


if __name__ == "__main__":
    sys.exit(main())
