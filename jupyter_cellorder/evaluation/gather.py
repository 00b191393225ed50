"""Asking about notebook after notebook, for the tasks that look at single cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.crew import Crew, Load, crew
from jupyter_cellorder.evaluation.run import Progress
from jupyter_cellorder.evaluation.sample import sample_or_all
from jupyter_cellorder.evaluation.sources import Example, Skipped, SourceError

T = TypeVar("T")


def gather(
    examples: Iterable[Example],
    ensemble: Ensemble | Load,
    ask: Callable[[Example, Ensemble], T | str],
    keep: Callable[[Example, T], None],
    *,
    seed: int,
    limit: int | None,
    progress: Progress | None,
    skipped: Skipped,
    jobs: int,
) -> Crew[T | str]:
    """Ask about every notebook and keep what is found; who asked is returned.

    Args:
        examples: notebooks in their true order; streamed, never all in memory.
        ensemble: who is asked; with several jobs, the function that loads it.
        ask: what was found, or the code of the reason why the ensemble does not take the notebook.
        keep: told what was found.
        seed: of the sample.
        limit: use a seeded sample of this many.
        progress: told after each notebook.
        skipped: notebooks that the ensemble refuses are added to it.
        jobs: processes that ask.

    Raises:
        SourceError: every notebook was refused, or there was none.
        WorkerError: a process was ended from outside.
    """
    chosen, total = sample_or_all(examples, limit, seed)
    kept = 0
    with crew(ensemble, ask, jobs) as asking:
        for done, (example, found, _) in enumerate(asking.answers(chosen), start=1):
            if isinstance(found, str):
                skipped.add(f"refused by the model, {found}", example.id)
            else:
                keep(example, found)
                kept += 1
            if progress is not None:
                progress(done, total)
    if not kept:
        raise SourceError(
            "No notebook could be used: none has both code and markdown that the model takes.",
            code="source-empty",
        )
    return asking
