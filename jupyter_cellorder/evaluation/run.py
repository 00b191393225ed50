"""Scoring an ensemble on notebooks whose order is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.crew import Crew, Load, crew
from jupyter_cellorder.evaluation.example import Example, Skipped, SourceError
from jupyter_cellorder.evaluation.journal import Journal
from jupyter_cellorder.evaluation.question import Beside, Question, ask, nobody
from jupyter_cellorder.evaluation.result import EvaluationResult, Setting
from jupyter_cellorder.evaluation.sample import sample_or_all
from jupyter_cellorder.evaluation.score import Row
from jupyter_cellorder.evaluation.tally import Tally
from jupyter_cellorder.suggest import Mode

Progress = Callable[[int, int | None], None]
"""Called with the notebooks done and their number, None where the source does not know it."""

Listener = Callable[[Example, Row], None]
"""Told every notebook and what was found, refused ones included, in the order of the source."""


def evaluate(
    examples: Iterable[Example],
    ensemble: Ensemble | Load,
    mode: str = "all",
    *,
    keep_markdown_order: bool = False,
    seed: int = 0,
    limit: int | None = None,
    progress: Progress | None = None,
    skipped: Skipped | None = None,
    jobs: int = 1,
    journal: Callable[[Question], Journal] | None = None,
    kept: Contender = OWN,
    budget: float | None = None,
    listeners: Sequence[Listener] = (),
    beside: Beside = nobody,
) -> EvaluationResult:
    """Hide each example's order, ask every member once, and pool Kendall tau over the answers.

    Args:
        examples: Notebooks in their true order; streamed, never all in memory.
        ensemble: What is scored; with several jobs, the function that loads it.
        mode: Only ``all``: the other modes lean on the present order, and here it is hidden.
        keep_markdown_order: Give the markdown's own order away and hide only its place.
        seed: Shuffles, sample and bootstrap follow from it and from the notebooks' ids alone.
        limit: Score a seeded sample of this many.
        progress: Told after each notebook.
        skipped: What the source left out; notebooks that the ensemble refuses are added to it.
        jobs: Processes that ask; each loads the ensemble once. The figures are the same for any
            number, but for the seconds.
        journal: Opens the file that rows are kept in, to go on after a run that was cut off.
        kept: Whose order listeners find in `Row.order`.
        budget: Seconds that members may take for a notebook; see
            :class:`jupyter_cellorder.evaluation.question.Question`.
        listeners: See :data:`Listener`.
        beside: Loads other ensembles that are asked about the same notebooks, their orders scored
            beside those of `ensemble`. A notebook that one of them refuses is left out.

    Raises:
        RequestError: The mode cannot be evaluated.
        SourceError: No notebook is left to score.
        JournalError: The file to resume from cannot be used.
        WorkerError: A process was ended from outside.
    """
    if mode != Mode.ALL.value:
        raise RequestError(
            f"Mode '{mode}' cannot be evaluated: it leans on the present order of the markdown, "
            "which is hidden here. Use mode 'all'.",
            code="unknown-mode",
        )
    left_out = Skipped() if skipped is None else skipped
    question = Question(mode, keep_markdown_order, seed, kept, budget)
    tally = Tally()
    with crew(ensemble, partial(ask, question=question, beside=beside), jobs) as asking:
        for example, row in answers(examples, asking, question, limit, progress, left_out, journal):
            if row.refused is None:
                tally.add(example, row)
            for listener in listeners:
                listener(example, row)
    if not len(tally):
        raise SourceError(
            "No notebook could be scored: none has both code and markdown that the model takes.",
            code="source-empty",
        )
    setting = Setting(asking.name, mode, keep_markdown_order, seed, limit, jobs, budget)
    return tally.result(setting, left_out.counts)


def answers(
    examples: Iterable[Example],
    asking: Crew[Row],
    question: Question,
    limit: int | None,
    progress: Progress | None,
    skipped: Skipped,
    journal: Callable[[Question], Journal] | None,
) -> Iterator[tuple[Example, Row]]:
    """Each notebook and what was found, from the journal or by asking; refused ones are counted.

    Args:
        examples: As in :func:`evaluate`, and the rest.
        asking: Who asks.
        question: What is asked.
        limit: A seeded sample of this many.
        progress: Told after each notebook.
        skipped: Told of those that the ensemble refuses.
        journal: Opens the file of rows.
    """
    with ExitStack() as open_files:
        kept = None if journal is None else open_files.enter_context(journal(question))
        chosen, total = sample_or_all(examples, limit, question.seed)
        rows = asking.answers(chosen) if kept is None else asking.answers(chosen, kept.find)
        for done, (example, row, new) in enumerate(rows, start=1):
            if kept is not None and new:
                kept.add(example, row)
            if row.refused is not None:
                skipped.add(f"refused by the model, {row.refused}", example.id)
            yield example, row
            if progress is not None:
                progress(done, total)
