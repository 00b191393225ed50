"""``python -m training.run RECIPE --data CORPUS --output RUN``: train a member by its recipe."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from jupyter_cellorder.errors import CellOrderError


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.run", description="Train a member of the ensemble by a recipe."
    )
    made.add_argument("recipe", nargs="?", help="a recipe's name, or a .toml file of your own")
    made.add_argument(
        "--data", type=Path, help="corpus files, a Kaggle folder, or a folder of .ipynb"
    )
    made.add_argument(
        "--output", type=Path, help="folder of the run; a run that was cut off continues"
    )
    return made


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: trained (or listed); 2: something is missing, with a sentence that says what."""
    chosen = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return _train(chosen) if chosen.recipe else _list()
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2


def _list() -> int:
    from training import recipe

    for name in recipe.names():
        print(f"{name:20} {recipe.load(name).summary}")
    print("\nNext: python -m training.run minilm-context --data CORPUS --output RUN")
    return 0


def _train(chosen: argparse.Namespace) -> int:
    from training import recipe
    from training.context.run import ContextRun
    from training.data.splits import Split

    loaded = recipe.load(chosen.recipe)
    if chosen.data is None or chosen.output is None:
        print(
            "Say where the notebooks are and where the run goes: --data CORPUS --output RUN",
            file=sys.stderr,
        )
        return 2
    folder = ContextRun(loaded, Path(chosen.recipe).stem, Split(chosen.data), chosen.output).run()
    print(f"Trained: {folder}\nNext: python -m training.export {chosen.output} --output BUNDLE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
