"""Who does the asking: this process, or several that each load the ensemble once."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.evaluation.question import Question, ask
from jupyter_cellorder.evaluation.score import Row
from jupyter_cellorder.processes import end_with_parent

Load = Callable[[], Ensemble]
"""Loads the ensemble; with several processes it must be picklable (a `functools.partial` of
`load_bundle` is)."""

WAITING = 4  # notebooks in memory for each worker

_LOAD: list[Load] = []  # a worker's own
_LOADED: list[Ensemble] = []


class WorkerError(CellOrderError):
    """A worker process was ended from outside."""


@dataclass(frozen=True)
class Crew:
    """Asks an ensemble about notebooks.

    Attributes:
        name: Of the ensemble.
        jobs: Processes that ask.
    """

    name: str
    jobs: int
    _submit: Callable[[Example], Row | Future[Row]]

    def rows(
        self, examples: Iterable[Example], known: Callable[[Example], Row | None]
    ) -> Iterator[tuple[Example, Row, bool]]:
        """Each example with its row, in their order, and whether it had to be asked for.

        No more than a few examples for each process are in memory at a time.

        Args:
            examples: Streamed.
            known: The row of an example where there is one already.

        Raises:
            WorkerError: `worker-ended`.
            CellOrderError: The ensemble cannot be loaded, or its answer is no order.
        """
        waiting: deque[tuple[Example, Row | Future[Row], bool]] = deque()
        room = WAITING * self.jobs if self.jobs > 1 else 1
        for example in examples:
            row = known(example)
            waiting.append((example, self._submit(example) if row is None else row, row is None))
            if len(waiting) >= room:
                yield _finished(*waiting.popleft())
        while waiting:
            yield _finished(*waiting.popleft())


@contextmanager
def crew(ensemble: Ensemble | Load, question: Question, jobs: int = 1) -> Iterator[Crew]:
    """Make ready to ask; several processes end with the block.

    Args:
        ensemble: With several processes, the function that loads it.
        question: What is asked about every notebook.
        jobs: Number of processes.

    Raises:
        ValueError: Several processes, and an ensemble that is loaded already.
        BundleError: It cannot be loaded.
        WorkerError: `worker-ended`.
    """
    if jobs == 1:
        loaded = ensemble if isinstance(ensemble, Ensemble) else ensemble()
        yield Crew(loaded.name, 1, lambda example: ask(example, loaded, question))
        return
    if isinstance(ensemble, Ensemble):
        raise ValueError("several processes need the function that loads the ensemble")
    # Spawned, not forked: the threads of a model's runtime do not survive a fork.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start, (ensemble,))
    try:
        name = pool.submit(_name).result()
        yield Crew(name, jobs, lambda example: pool.submit(_ask, example, question))
    except BrokenProcessPool as error:
        raise WorkerError(
            "A process that asks the model was ended from outside, perhaps for want of memory; "
            "run again with fewer --jobs (with --resume it goes on where it was).",
            "worker-ended",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _finished(example: Example, row: Row | Future[Row], new: bool) -> tuple[Example, Row, bool]:
    return example, row.result() if isinstance(row, Future) else row, new


def _start(load: Load) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends its workers
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # a core for each worker is enough
    _LOAD.append(load)
    end_with_parent()


def _loaded() -> Ensemble:
    # Not in _start: what fails there ends the pool without a word of why.
    if not _LOADED:
        _LOADED.append(_LOAD[0]())
    return _LOADED[0]


def _name() -> str:
    return _loaded().name


def _ask(example: Example, question: Question) -> Row:
    return ask(example, _loaded(), question)
