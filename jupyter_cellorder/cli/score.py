"""``jupyter cellorder score``."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_core.application import base_aliases, base_flags
from traitlets import Bool, Integer, Unicode

from jupyter_cellorder.cli.command import Command
from jupyter_cellorder.evaluation.submission import score_submission


class ScoreApp(Command):
    """Score a submission in Kaggle's form against the true orders."""

    usage = "jupyter cellorder score SUBMISSION ORDERS [options]; --help lists them"
    description = """Score a submission in Kaggle's form (pooled Kendall tau).

    jupyter cellorder score SUBMISSION ORDERS [options]

    Both are tables with the columns id and cell_order, the latter parted by spaces. A submission
    that lacks a notebook or a cell, or has one twice, or one that ORDERS has not, is refused.
    """
    examples = """
    jupyter cellorder score submission.csv train_orders.csv
    jupyter cellorder score submission.csv train_orders.csv --ancestors train_ancestors.csv --json
    """

    ancestors = Unicode(
        "",
        help="""Table with the columns id and ancestor_id: notebooks of one ancestor are drawn
        together for the interval.""",
    ).tag(config=True)
    seed = Integer(0, help="Seed of the interval.").tag(config=True)
    as_json = Bool(False, help="Print the result as one JSON object.").tag(config=True)

    aliases = {  # noqa: RUF012
        **base_aliases,
        "ancestors": "ScoreApp.ancestors",
        "seed": "ScoreApp.seed",
    }
    flags = {  # noqa: RUF012
        **base_flags,
        "json": ({"ScoreApp": {"as_json": True}}, "Print the result as one JSON object."),
    }

    def run(self) -> None:
        """Score, then print a sentence or JSON."""
        if len(self.extra_args) != 2:
            self.fail(
                f"Give two files, a submission and the true orders, not {len(self.extra_args)}: "
                "jupyter cellorder score SUBMISSION ORDERS [options]."
            )
        submitted, orders = (Path(path) for path in self.extra_args)
        ancestors = Path(self.ancestors) if self.ancestors else None
        found = score_submission(submitted, orders, ancestors, self.seed)
        print(json.dumps(found.as_dict(), indent=2) if self.as_json else found.sentence())
