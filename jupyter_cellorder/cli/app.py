"""``jupyter cellorder``: the application that holds the subcommands."""

from __future__ import annotations

from typing import Any

from jupyter_cellorder.cli.command import Command
from jupyter_cellorder.cli.evaluate import EvaluateApp
from jupyter_cellorder.cli.score import ScoreApp
from jupyter_cellorder.cli.suggest import SuggestApp


class CellOrderApp(Command):
    """``jupyter cellorder SUBCOMMAND``."""

    description = "Suggest where the markdown of a notebook belongs among its code."
    examples = """
    jupyter cellorder suggest notebook.ipynb             # list the moves; nothing is written
    jupyter cellorder suggest notebook.ipynb --in-place  # carry them out
    jupyter cellorder evaluate notebooks/                # how well are known orders found again?
    jupyter cellorder score submission.csv orders.csv    # Kendall tau of a submission to Kaggle
    """
    subcommands = {  # noqa: RUF012 - traitlets looks for a plain dict
        "suggest": (SuggestApp, SuggestApp.description.splitlines()[0]),
        "evaluate": (EvaluateApp, EvaluateApp.description.splitlines()[0]),
        "score": (ScoreApp, ScoreApp.description.splitlines()[0]),
    }
    classes = [SuggestApp, EvaluateApp, ScoreApp]  # noqa: RUF012

    def run(self) -> None:
        """Without a subcommand there is nothing to do but to say which there are."""
        named = ", ".join(self.subcommands)
        if self.extra_args:
            self.fail(f"There is no subcommand '{self.extra_args[0]}'; use one of: {named}.")
        self.fail(f"Give a subcommand: {named}. `jupyter cellorder --help` explains them.")


def main(argv: list[str] | None = None) -> Any:
    """Run ``jupyter cellorder``; the entry point of the script ``jupyter-cellorder``."""
    try:
        return CellOrderApp.launch_instance(argv)
    finally:
        # Applications are singletons: a second call in one process must not meet the options of
        # the first one, and a Jupyter server can start after it.
        for app in (CellOrderApp, SuggestApp, EvaluateApp, ScoreApp):
            app.clear_instance()
