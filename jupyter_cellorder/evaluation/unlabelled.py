"""Ordering notebooks whose true order nobody gives, such as Kaggle's ``test``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.crew import Load, crew
from jupyter_cellorder.evaluation.example import Example, Skipped, SourceError
from jupyter_cellorder.evaluation.journal import Journal
from jupyter_cellorder.evaluation.question import Question, ask
from jupyter_cellorder.evaluation.result import counted, kaggle_hours, kaggle_sentence
from jupyter_cellorder.evaluation.run import Listener, Progress, answers


@dataclass(frozen=True)
class OrderedResult:
    """What there is to say where K cannot be known.

    Attributes:
        bundle: Name of the ensemble.
        notebooks: Notebooks that were ordered.
        seconds_per_notebook: Mean time of one suggestion; None where none was ordered.
        jobs: Processes that asked.
        skipped: What the source held that was not ordered, by reason.
    """

    bundle: str
    notebooks: int
    seconds_per_notebook: float | None
    jobs: int
    skipped: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON, and that K is not known."""
        seconds = self.seconds_per_notebook
        hours = None if seconds is None else kaggle_hours(seconds, self.jobs)
        return {"kendall_tau": None, **asdict(self), "kaggle_hours": hours}

    def table(self) -> str:
        """The result for people."""
        lines = [
            f"{counted(self.notebooks, 'notebook')} ordered by {self.bundle}. No true order is "
            "given, so Kendall tau is not known."
        ]
        if self.seconds_per_notebook is not None:
            lines += [
                f"{self.seconds_per_notebook:.3f} s a notebook. "
                + kaggle_sentence(self.seconds_per_notebook, self.jobs)
            ]
        return "\n".join(lines)


def order_unlabelled(
    examples: Iterable[Example],
    ensemble: Ensemble | Load,
    question: Question,
    *,
    progress: Progress | None = None,
    skipped: Skipped | None = None,
    jobs: int = 1,
    journal: Callable[[Question], Journal] | None = None,
    listeners: Sequence[Listener] = (),
) -> OrderedResult:
    """Ask for the order of every notebook; listeners hear of each.

    Args:
        examples: Unlabelled ones, streamed.
        ensemble: As in :func:`~jupyter_cellorder.evaluation.run.evaluate`, and so are the rest.
        question: What is asked.
        progress: Told after each notebook.
        skipped: What the source left out; what the ensemble refuses is added to it.
        jobs: Processes that ask.
        journal: Opens the file of rows.
        listeners: Told every notebook.

    Raises:
        SourceError: No notebook was read.
        JournalError: The file to resume from cannot be used.
        WorkerError: A process was ended from outside.
    """
    left_out = Skipped() if skipped is None else skipped
    ordered, seconds = 0, 0.0
    with crew(ensemble, partial(ask, question=question), jobs) as asking:
        found = answers(examples, asking, question, None, progress, left_out, journal)
        for example, row in found:
            if row.refused is None:
                ordered += 1
                seconds += row.seconds
            for listener in listeners:
                listener(example, row)
    if not ordered and not left_out.counts:
        raise SourceError("There is no notebook to order.", code="source-empty")
    mean = seconds / ordered if ordered else None
    return OrderedResult(asking.name, ordered, mean, jobs, dict(left_out.counts))
