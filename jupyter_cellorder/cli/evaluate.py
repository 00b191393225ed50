"""``jupyter cellorder evaluate``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tqdm import tqdm
from traitlets import Bool, Integer, Unicode

from jupyter_cellorder.cli.command import ModelCommand
from jupyter_cellorder.evaluation.result import EvaluationResult
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.sources import Example, Skipped, read_examples
from jupyter_cellorder.suggest import Mode

# Gone at the end; disable=None: no bar where stderr is not a terminal.
_BAR: dict[str, Any] = {"unit": " notebooks", "leave": False, "disable": None}


class EvaluateApp(ModelCommand):
    """Score the model on notebooks whose order is known."""

    usage = "jupyter cellorder evaluate [PATH] [options]; --help lists them"
    description = """Measure how well the model finds known orders again (pooled Kendall tau).

    jupyter cellorder evaluate [PATH] [options]

    PATH is a folder of .ipynb files, a Kaggle AI4Code folder (train/*.json, train_orders.csv), or
    corpus files (*.jsonl.zst). Without PATH the example notebooks of this package are scored.
    Before the model sees a notebook its order is hidden: code in order, then the markdown shuffled,
    ids replaced. Raw and empty cells are left out, and so are notebooks without code or markdown.
    """
    examples = """
    jupyter cellorder evaluate
    jupyter cellorder evaluate notebooks/ --keep-markdown-order
    jupyter cellorder evaluate ai4code/ --limit 500 --seed 1 --json
    """

    mode = Unicode(Mode.ALL.value, help="Mode of the suggestions; 'all'.").tag(config=True)
    keep_markdown_order = Bool(
        False, help="Give the markdown's own order away; hide only its place among the code."
    ).tag(config=True)
    limit = Integer(0, help="Score a seeded sample of this many notebooks; 0 for all.").tag(
        config=True
    )
    seed = Integer(0, help="Seed of the shuffles, the sample and the interval.").tag(config=True)
    as_json = Bool(False, help="Print the result as one JSON object.").tag(config=True)

    aliases = {  # noqa: RUF012
        **ModelCommand.model_aliases,
        "mode": "EvaluateApp.mode",
        "limit": "EvaluateApp.limit",
        "seed": "EvaluateApp.seed",
    }
    flags = {  # noqa: RUF012
        **ModelCommand.model_flags,
        "keep-markdown-order": (
            {"EvaluateApp": {"keep_markdown_order": True}},
            "Give the markdown's own order away; hide only its place among the code.",
        ),
        "json": ({"EvaluateApp": {"as_json": True}}, "Print the result as one JSON object."),
    }

    def run(self) -> None:
        """Score, then print a table or JSON; what was left out goes to stderr."""
        if self.mode != Mode.ALL.value:
            self.fail(
                f"Mode '{self.mode}' cannot be evaluated; use --mode all, which hides the present "
                "order of the markdown."
            )
        if self.limit < 0:
            self.fail(
                f"--limit {self.limit} makes no sense; give a number of notebooks, 0 for all."
            )
        skipped = Skipped()
        try:
            if self.extra_args:
                result = self._score([Path(path) for path in self.extra_args], skipped)
            else:
                with as_file(files("jupyter_cellorder").joinpath("examples")) as folder:
                    result = self._score(sorted(folder.glob("*.ipynb")), skipped)
        finally:
            for sentence in skipped.sentences():
                self.remark(sentence)
        print(json.dumps(result.as_dict(), indent=2) if self.as_json else result.table())

    def _score(self, paths: list[Path], skipped: Skipped) -> EvaluationResult:
        examples: Iterable[Example] = read_examples(paths, skipped)
        ensemble = self.load()
        if self.limit:
            # A sample is drawn from the whole source, and a large source takes a while to read.
            examples = tqdm(examples, "Reading", **_BAR)
        with closing(_Progress()) as progress:
            return evaluate(
                examples,
                ensemble,
                self.mode,
                keep_markdown_order=self.keep_markdown_order,
                seed=self.seed,
                limit=self.limit or None,
                progress=progress,
                skipped=skipped,
            )


class _Progress:
    """A bar that appears with the first notebook scored, after all reading of a sample."""

    def __init__(self) -> None:
        self._shown: tqdm[Example] | None = None

    def __call__(self, done: int, total: int | None) -> None:
        if self._shown is None:
            self._shown = tqdm(desc="Scoring", total=total, **_BAR)
        self._shown.update(done - self._shown.n)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.close()
