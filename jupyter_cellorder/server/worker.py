"""The one thread that loads the bundle and scores, and the short queue in front of it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import anyio
import anyio.to_thread

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import BundleError, Cancelled, CellOrderError
from jupyter_cellorder.server.faults import Busy, ScoringFailed, TimedOut
from jupyter_cellorder.server.quiet_log import log_frames
from jupyter_cellorder.server.request import Question
from jupyter_cellorder.suggest import Suggestion, suggest

State = Literal["cold", "loading", "ready", "failed"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Health:
    """Where the model stands; `message` says what to do after a failed load."""

    state: State
    bundle: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A suggestion, the bundle it came from and the seconds of scoring (no waiting, no loading)."""

    suggestion: Suggestion
    bundle: str
    seconds: float


class Ticket:
    """One request on its way through the worker. Made and stopped in the event loop's thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self.waiting = anyio.CancelScope()

    def stop(self) -> None:
        """Leave the queue at once, or ask the running work to end at its next check."""
        self._stopped.set()
        self.waiting.cancel()

    def stopped(self) -> bool:
        """Whether nobody wants the answer any more. The worker thread asks this."""
        return self._stopped.is_set()


class Suggester:
    """Answers questions one after the other, off the event loop.

    The bundle is loaded by the first question, in the worker thread; questions that come meanwhile
    wait for that same load. A load that failed is tried again by the next question.

    Args:
        load: makes the ensemble; runs in the worker thread.
        queue_size: how many questions may wait beside the one in work.
        timeout: seconds until an answer must stand, waiting and loading included.
        budget: seconds that members may take for one suggestion; None for all they need.
        log: never receives cell text.
    """

    def __init__(
        self,
        load: Callable[[], Ensemble],
        *,
        queue_size: int,
        timeout: float,
        budget: float | None = None,
        log: logging.Logger | logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self.load = load
        self._queue_size = queue_size
        self._timeout = timeout
        self._budget = budget
        self._log = log
        self._ensemble: Ensemble | None = None
        self._health = Health("cold")
        self._tickets: dict[asyncio.Task[object], Ticket] = {}
        self._one_at_a_time = anyio.CapacityLimiter(1)

    @property
    def pending(self) -> int:
        """How many questions are in work or wait."""
        return len(self._tickets)

    @property
    def health(self) -> Health:
        """Where the model stands now."""
        return self._health

    async def suggest(self, question: Question, ticket: Ticket) -> Answer:
        """Answer `question`, or raise.

        Raises `Busy`, `TimedOut`, `ScoringFailed`, `BundleError`, `RequestError`, and `Cancelled`
        after `ticket.stop()`.
        """
        if self.pending > self._queue_size:
            raise Busy
        return await self._in_time(self._start(lambda: self._score(question, ticket), ticket))

    async def preload(self) -> None:
        """Load the bundle ahead of the first question; a failure shows in `health` and the log."""
        ticket = Ticket()
        try:
            await self._start(self._loaded, ticket)
        except BundleError as error:
            self._log.warning("The bundle could not be loaded ahead: %s", error)
        except Cancelled:
            pass  # the server stopped first

    def stop(self) -> None:
        """Ask all work to end: the server is shutting down."""
        for ticket in self._tickets.values():
            ticket.stop()

    def _start(self, work: Callable[[], _T], ticket: Ticket) -> asyncio.Task[_T]:
        task = asyncio.create_task(self._in_turn(work, ticket))
        # The task may outlive the request that began it (the work ends at its next check), so it
        # is held here, and its outcome looked at even if nobody else does.
        self._tickets[task] = ticket
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        del self._tickets[task]
        if not task.cancelled():
            task.exception()

    async def _in_turn(self, work: Callable[[], _T], ticket: Ticket) -> _T:
        # The scope reaches only the wait for a turn: anyio shields the thread itself.
        with ticket.waiting:
            return await anyio.to_thread.run_sync(work, limiter=self._one_at_a_time)
        raise Cancelled

    async def _in_time(self, task: asyncio.Task[_T]) -> _T:
        ticket = self._tickets[task]
        try:
            done, _ = await asyncio.wait({task}, timeout=self._timeout)
        finally:
            if not task.done():
                ticket.stop()
        if not done:
            raise TimedOut(self._timeout)
        return task.result()

    def _loaded(self) -> Ensemble:
        """The ensemble, loaded if need be. Runs in the worker thread, one call at a time."""
        if self._ensemble is not None:
            return self._ensemble
        self._health = Health("loading")
        try:
            ensemble = self.load()
        except BundleError as error:
            self._health = Health("failed", message=str(error))
            raise
        except Exception as error:
            self._log.error("Loading the bundle failed", exc_info=error)  # no cell is in sight
            unforeseen = BundleError(
                f"The model could not be loaded ({type(error).__name__}): the server's log has "
                "the details. Installing jupyter-cellorder again often helps.",
                code="bundle-failed",
            )
            self._health = Health("failed", message=str(unforeseen))
            raise unforeseen from None
        self._ensemble = ensemble
        self._health = Health("ready", bundle=ensemble.name)
        return ensemble

    def _score(self, question: Question, ticket: Ticket) -> Answer:
        """Runs in the worker thread."""
        ensemble = self._loaded()
        if ticket.stopped():
            raise Cancelled
        begin = time.perf_counter()
        try:
            suggestion = suggest(
                question.notebook,
                ensemble,
                question.mode,
                selected=question.selected,
                keep_markdown_order=question.keep_markdown_order,
                eagerness=question.eagerness,
                budget=self._budget,
                cancelled=ticket.stopped,
            )
        except (CellOrderError, Cancelled):
            raise
        except Exception as error:
            log_frames(self._log, "Scoring failed", error)
            raise ScoringFailed(error) from None
        return Answer(suggestion, ensemble.name, time.perf_counter() - begin)
