"""``jupyter cellorder evaluate``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from importlib.resources import as_file, files
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from traitlets import Bool, Integer, List, Unicode

from jupyter_cellorder.budget import parse_budget
from jupyter_cellorder.bundle import Backend, load_bundle, read_manifest
from jupyter_cellorder.cli.command import ModelCommand
from jupyter_cellorder.cli.progress import Progress, while_reading
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.crew import Load
from jupyter_cellorder.evaluation.journal import Journal
from jupyter_cellorder.evaluation.kaggle import is_unlabelled, read_unlabelled
from jupyter_cellorder.evaluation.question import Beside, Question
from jupyter_cellorder.evaluation.result import EvaluationResult, counted
from jupyter_cellorder.evaluation.run import Listener, evaluate
from jupyter_cellorder.evaluation.sources import Example, Skipped, read_examples
from jupyter_cellorder.evaluation.splits import held_out
from jupyter_cellorder.evaluation.submission import submission
from jupyter_cellorder.evaluation.unlabelled import order_unlabelled
from jupyter_cellorder.processes import cores
from jupyter_cellorder.strategies import DEFAULT, STRATEGIES, parse_weights
from jupyter_cellorder.suggest import Mode

TASKS = ("order", "repair", "selected")
WORST = 12  # notebooks shown in a report


class Result(Protocol):
    """What every task ends with."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""

    def table(self) -> str:
        """For people."""


Measured = TypeVar("Measured", bound=Result)


class EvaluateApp(ModelCommand):
    """Score the model on notebooks whose order is known."""

    usage = "jupyter cellorder evaluate [PATH] [options]; --help lists them"
    description = """Measure how well the model finds known orders again (pooled Kendall tau).

    jupyter cellorder evaluate [PATH] [options]

    PATH is a folder of .ipynb files, a Kaggle AI4Code folder (train/*.json, train_orders.csv), or
    corpus files (*.jsonl.zst). Without PATH the example notebooks of this package are scored.
    Before the model sees a notebook its order is hidden: code in order, then the markdown shuffled,
    ids replaced. Raw and empty cells are left out, and so are notebooks without code or markdown.
    Every member of the ensemble is asked once; scored are each member alone, each strategy of
    joining them, and trivial orders. docs/evaluation.md explains every figure.

    With --submission, PATH may also be a folder of notebooks without orders, such as AI4Code's
    test; their Kendall tau is then not known.
    """
    examples = """
    jupyter cellorder evaluate
    jupyter cellorder evaluate notebooks/ --keep-markdown-order
    jupyter cellorder evaluate ai4code/ --limit 500 --seed 1 --json
    jupyter cellorder evaluate ai4code/ --jobs 8 --resume rows.jsonl --report report/
    jupyter cellorder evaluate ai4code/ --held-out --bundle trained-on-ai4code/
    jupyter cellorder evaluate ai4code/test --submission submission.csv
    jupyter cellorder evaluate notebooks/ --bundle atlantis/ --weights 6:5:2:3
    jupyter cellorder evaluate notebooks/ --beside atlantis/
    jupyter cellorder evaluate notebooks/ --task repair
    jupyter cellorder evaluate notebooks/ --task selected
    """

    task = Unicode(
        "order",
        help="""What is measured: 'order', how well a hidden order is found again; 'repair', how
        well review mode brings displaced cells back; or 'selected', how well a single selected
        cell is placed.""",
    ).tag(config=True)
    mode = Unicode(Mode.ALL.value, help="Mode of the suggestions; 'all'.").tag(config=True)
    keep_markdown_order = Bool(
        False, help="Give the markdown's own order away; hide only its place among the code."
    ).tag(config=True)
    held_out = Bool(
        False,
        help="""Only the notebooks that training on this source held out: valid* of a corpus that
        comes split, else 5 % of the families.""",
    ).tag(config=True)
    limit = Integer(0, help="Score a seeded sample of this many notebooks; 0 for all.").tag(
        config=True
    )
    seed = Integer(0, help="Seed of the shuffles, the sample and the interval.").tag(config=True)
    jobs = Integer(1, help="Processes that ask; each loads the model once.").tag(config=True)
    resume = Unicode(
        "",
        help="""File that keeps what was found for each notebook: cut off and run again, the
        evaluation goes on where it was.""",
    ).tag(config=True)
    submission = Unicode("", help="Write the orders to this file, as Kaggle's id,cell_order.").tag(
        config=True
    )
    strategy = Unicode(
        "",
        help=f"""Whose orders a submission and a report hold: {", ".join(STRATEGIES)}; without it
        those of the suggestion.""",
    ).tag(config=True)
    weights = Unicode(
        "",
        help="""How members are weighed, in the bundle's order, such as 6:5:2:3; without it as the
        bundle says.""",
    ).tag(config=True)
    budget = Unicode(
        "",
        help="""Time that the model may take for a notebook, such as 2s or 800ms; none if left out.
        Only the ensemble itself is then scored: its members are not asked about everything.""",
    ).tag(config=True)
    report = Unicode("", help="Write an HTML page with plots into this folder.").tag(config=True)
    beside = List(
        Unicode(),
        help="""Other bundles that are asked about the same notebooks, for a paired comparison; can
        be given several times.""",
    ).tag(config=True)
    as_json = Bool(False, help="Print the result as one JSON object.").tag(config=True)

    aliases = {  # noqa: RUF012
        **ModelCommand.model_aliases,
        "task": "EvaluateApp.task",
        "mode": "EvaluateApp.mode",
        "limit": "EvaluateApp.limit",
        "seed": "EvaluateApp.seed",
        "jobs": "EvaluateApp.jobs",
        "resume": "EvaluateApp.resume",
        "submission": "EvaluateApp.submission",
        "strategy": "EvaluateApp.strategy",
        "report": "EvaluateApp.report",
        "budget": "EvaluateApp.budget",
        "weights": "EvaluateApp.weights",
        "beside": "EvaluateApp.beside",
    }
    flags = {  # noqa: RUF012
        **ModelCommand.model_flags,
        "keep-markdown-order": (
            {"EvaluateApp": {"keep_markdown_order": True}},
            "Give the markdown's own order away; hide only its place among the code.",
        ),
        "held-out": (
            {"EvaluateApp": {"held_out": True}},
            "Only the notebooks that training on this source held out.",
        ),
        "json": ({"EvaluateApp": {"as_json": True}}, "Print the result as one JSON object."),
    }

    def run(self) -> None:
        """Measure, then print a table or JSON; what was left out goes to stderr."""
        self._check_options()
        skipped = Skipped()
        measure = self._order if self.task == "order" else self._cells
        try:
            with self._paths() as paths:
                result = measure(paths, skipped)
        finally:
            for sentence in skipped.sentences():
                self.remark(sentence)
        self._show(result)

    def _show(self, result: Result) -> None:
        print(json.dumps(result.as_dict(), indent=2) if self.as_json else result.table())

    def _check_options(self) -> None:
        """Refuse what makes no sense or contradicts itself, before anything is read."""
        if self.task not in TASKS:
            self.fail(f"There is no task '{self.task}'; use one of: {', '.join(TASKS)}.")
        if self.mode != Mode.ALL.value:
            self.fail(
                f"Mode '{self.mode}' cannot be evaluated; use --mode all, which hides the present "
                "order of the markdown."
            )
        if self.limit < 0:
            self.fail(
                f"--limit {self.limit} makes no sense; give a number of notebooks, 0 for all."
            )
        if self.jobs < 1:
            self.fail(f"--jobs {self.jobs} makes no sense; give a number of processes, 1 or more.")
        if self.strategy and self.strategy not in STRATEGIES:
            self.fail(
                f"There is no strategy '{self.strategy}'; use one of: {', '.join(STRATEGIES)}."
            )
        self._seconds()  # refuses what is no time
        if self.budget and self.strategy not in ("", DEFAULT):
            self.fail(
                f"--strategy {self.strategy} needs every member's whole answer; leave --budget out."
            )
        for option, given in self._of_orders_alone().items():
            if given and self.task != "order":
                self.fail(f"{option} goes with --task order; leave it out.")
        if self.strategy and self.keep_markdown_order:
            self.fail("--strategy goes with shuffled markdown; leave --keep-markdown-order out.")
        if self.submission and self.limit:
            self.fail("A submission holds every notebook; leave --limit out, or --submission.")
        if self.submission and self.held_out:
            self.fail("A submission holds every notebook; leave --held-out out, or --submission.")

    def _of_orders_alone(self) -> dict[str, bool]:
        return {
            "--keep-markdown-order": self.keep_markdown_order,
            "--resume": bool(self.resume),
            "--submission": bool(self.submission),
            "--strategy": bool(self.strategy),
            "--report": bool(self.report),
            "--budget": bool(self.budget),
            "--beside": bool(self.beside),
        }

    def _examples(self, paths: list[Path], skipped: Skipped) -> Iterable[Example]:
        examples = (
            chain.from_iterable([held_out(path, skipped) for path in paths])
            if self.held_out
            else read_examples(paths, skipped)
        )
        return while_reading(examples) if self.limit else examples

    @contextmanager
    def _paths(self) -> Iterator[list[Path]]:
        if self.extra_args:
            yield [Path(path) for path in self.extra_args]
            return
        with as_file(files("jupyter_cellorder").joinpath("examples")) as folder:
            yield sorted(folder.glob("*.ipynb"))

    def _order(self, paths: list[Path], skipped: Skipped) -> Result:
        kept = Contender("strategy", self.strategy) if self.strategy else OWN
        if len(paths) == 1 and is_unlabelled(paths[0]):
            self._check_unlabelled(paths[0])
            return self._with_submission(partial(self._ordered, paths[0], kept), skipped)
        if not self.report:
            return self._with_submission(partial(self._scored, paths, kept), skipped)
        from jupyter_cellorder.evaluation.report.page import ReportError, check_report, write_report
        from jupyter_cellorder.evaluation.worst import Worst

        folder, worst = Path(self.report), Worst(WORST, kept)
        check_report(folder)  # now, not when hours of asking are over
        result = self._with_submission(partial(self._scored, paths, kept), skipped, worst.add)
        try:
            self.remark(f"Wrote {write_report(result, worst.cases(), folder, kept)}.")
        except ReportError:
            self._show(result)
            raise
        return result

    def _with_submission(
        self, measure: Callable[..., Measured], skipped: Skipped, *listeners: Listener
    ) -> Measured:
        """Measure, and write the orders found to the file that `--submission` names."""
        with closing(Progress()) as progress:
            if not self.submission:
                return measure(skipped, progress, listeners)
            with submission(Path(self.submission)) as rows:
                skipped.undecided = rows.add_undecided
                result = measure(skipped, progress, [*listeners, rows.add])
        as_they_are = f", and {rows.as_in_file:,} as they are in their files"
        self.remark(
            f"Wrote {self.submission}: {counted(rows.ordered, 'notebook')}"
            f"{as_they_are if rows.as_in_file else ''}."
        )
        return result

    def _ordered(
        self,
        folder: Path,
        kept: Contender,
        skipped: Skipped,
        progress: Progress,
        listeners: Sequence[Listener],
    ) -> Result:
        """Orders of notebooks whose true order nobody knows."""
        return order_unlabelled(
            read_unlabelled(folder, skipped),
            self._ensemble(),
            Question(self.mode, False, self.seed, kept, self._seconds()),
            progress=progress,
            skipped=skipped,
            jobs=self.jobs,
            journal=self._journal(),
            listeners=listeners,
        )

    def _scored(
        self,
        paths: list[Path],
        kept: Contender,
        skipped: Skipped,
        progress: Progress,
        listeners: Sequence[Listener],
    ) -> EvaluationResult:
        return evaluate(
            self._examples(paths, skipped),
            self._ensemble(),
            self.mode,
            keep_markdown_order=self.keep_markdown_order,
            seed=self.seed,
            limit=self.limit or None,
            progress=progress,
            skipped=skipped,
            jobs=self.jobs,
            journal=self._journal(),
            kept=kept,
            budget=self._seconds(),
            beside=self._beside(),
            listeners=listeners,
        )

    def _check_unlabelled(self, folder: Path) -> None:
        """Refuse what needs true orders."""
        if not self.submission:
            self.fail(
                f"The true orders of {folder} are not given, so there is nothing to score; write "
                "the model's with --submission FILE."
            )
        asked = {
            "--report": self.report,
            "--keep-markdown-order": self.keep_markdown_order,
            "--beside": self.beside,
            "--held-out": self.held_out,
        }
        for option in (name for name, given in asked.items() if given):
            self.fail(f"{option} needs true orders, and those of {folder} are not given.")

    def _cells(self, paths: list[Path], skipped: Skipped) -> Result:
        """The tasks that look at single cells."""
        from jupyter_cellorder.evaluation.repair import evaluate_repair
        from jupyter_cellorder.evaluation.selected import evaluate_selected

        with closing(Progress()) as progress:
            ask: Callable[..., Result] = (
                evaluate_repair if self.task == "repair" else evaluate_selected
            )
            return ask(
                self._examples(paths, skipped),
                self._ensemble(),
                seed=self.seed,
                limit=self.limit or None,
                progress=progress,
                skipped=skipped,
                jobs=self.jobs,
            )

    def _seconds(self) -> float | None:
        return parse_budget(self.budget) if self.budget else None

    def _ensemble(self) -> Ensemble | Load:
        """The ensemble, or what loads it in each of several processes, which share the cores."""
        if self.jobs == 1:
            return self.load()
        backend = cast(Backend, self.backend)
        load = partial(load_bundle, self.bundle or None, backend, self._threads())
        return partial(_load_weighed, load, self.weights) if self.weights else load

    def _threads(self) -> int | None:
        """Of each process; None leaves their number to the runtime."""
        return None if self.jobs == 1 else max(1, cores() // self.jobs)

    def _beside(self) -> Beside:
        """What loads the other bundles; that they are there is seen at once."""
        for path in self.beside:
            read_manifest(path)
        return partial(
            _load_beside, tuple(self.beside), cast(Backend, self.backend), self._threads()
        )

    def load(self) -> Ensemble:
        """Load the bundle that the options name, weighed as they say.

        Raises:
            BundleError: As in the class above.
            RequestError: The weights do not fit.
        """
        return _weighed(super().load(), self.weights)

    def _journal(self) -> Callable[[Question], Journal] | None:
        if not self.resume:
            return None
        bundles = [read_manifest(path).sha256 for path in (self.bundle or None, *self.beside)]
        bundle = " ".join([*bundles, self.backend, *([self.weights] if self.weights else [])])
        return lambda question: Journal(Path(self.resume), question, bundle)


@lru_cache
def _load_beside(
    paths: tuple[str, ...], backend: Backend, threads: int | None
) -> Mapping[str, Ensemble]:
    """Bundles by the last part of their paths, or the whole where that is not unique."""
    last = Counter(Path(path).name for path in paths)
    return {
        path if last[Path(path).name] > 1 else Path(path).name: load_bundle(path, backend, threads)
        for path in paths
    }


def _load_weighed(load: Load, weights: str) -> Ensemble:
    return _weighed(load(), weights)


def _weighed(ensemble: Ensemble, weights: str) -> Ensemble:
    """With other weights, which are then part of its name in the result."""
    if not weights:
        return ensemble
    names = [member.name for member in ensemble.members]
    weighed = ensemble.with_weights(parse_weights(weights, names))
    return replace(weighed, name=f"{ensemble.name} {weights}")
