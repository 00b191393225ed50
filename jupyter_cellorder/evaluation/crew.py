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
from typing import Generic, TypeVar

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.processes import end_with_parent
from jupyter_cellorder.review.settings import ReviewSettings

T = TypeVar("T")

Load = Callable[[], Ensemble]
"""Loads the ensemble; with several processes it must be picklable (a `functools.partial` of
`load_bundle` is)."""

WAITING = 4  # notebooks in memory for each worker

_LOAD: list[Load] = []  # a worker's own
_LOADED: list[Ensemble] = []


class WorkerError(CellOrderError):
    """A worker process was ended from outside."""


@dataclass(frozen=True)
class Crew(Generic[T]):
    """Asks an ensemble about notebooks.

    Attributes:
        name: Of the ensemble.
        review: Its settings of review mode.
        jobs: Processes that ask.
    """

    name: str
    review: ReviewSettings
    jobs: int
    _submit: Callable[[Example], T | Future[T]]

    def answers(
        self,
        examples: Iterable[Example],
        known: Callable[[Example], T | None] = lambda example: None,
    ) -> Iterator[tuple[Example, T, bool]]:
        """Each example with its answer, in their order, and whether it had to be asked for.

        No more than a few examples for each process are in memory at a time.

        Args:
            examples: Streamed.
            known: The answer to an example where there is one already.

        Raises:
            WorkerError: `worker-ended`.
            CellOrderError: The ensemble cannot be loaded, or its answer is no order.
        """
        waiting: deque[tuple[Example, T | Future[T], bool]] = deque()
        room = WAITING * self.jobs if self.jobs > 1 else 1
        for example in examples:
            old = known(example)
            waiting.append((example, self._submit(example) if old is None else old, old is None))
            if len(waiting) >= room:
                yield _finished(*waiting.popleft())
        while waiting:
            yield _finished(*waiting.popleft())


@contextmanager
def crew(
    ensemble: Ensemble | Load, ask: Callable[[Example, Ensemble], T], jobs: int = 1
) -> Iterator[Crew[T]]:
    """Make ready to ask; several processes end with the block.

    Args:
        ensemble: With several processes, the function that loads it.
        ask: What is asked about every notebook; with several processes it must be picklable, as a
            `functools.partial` is, and so must its result.
        jobs: Number of processes.

    Raises:
        ValueError: Several processes, and an ensemble that is loaded already.
        BundleError: It cannot be loaded.
        WorkerError: `worker-ended`.
    """
    if jobs == 1:
        loaded = ensemble if isinstance(ensemble, Ensemble) else ensemble()
        yield Crew(loaded.name, loaded.review, 1, lambda example: ask(example, loaded))
        return
    if isinstance(ensemble, Ensemble):
        raise ValueError("several processes need the function that loads the ensemble")
    # Spawned, not forked: the threads of a model's runtime do not survive a fork.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start, (ensemble,))
    try:
        name, review = pool.submit(_about).result()
        yield Crew(name, review, jobs, lambda example: pool.submit(_ask, ask, example))
    except BrokenProcessPool as error:
        raise WorkerError(
            "A process that asks the model was ended from outside, perhaps for want of memory; "
            "run again with fewer --jobs (with --resume it goes on where it was).",
            "worker-ended",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _finished(example: Example, answer: T | Future[T], new: bool) -> tuple[Example, T, bool]:
    return example, answer.result() if isinstance(answer, Future) else answer, new


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


def _about() -> tuple[str, ReviewSettings]:
    return _loaded().name, _loaded().review


def _ask(ask: Callable[[Example, Ensemble], T], example: Example) -> T:
    return ask(example, _loaded())
