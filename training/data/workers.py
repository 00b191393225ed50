"""Shards written by several processes at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.processes import end_with_parent
from training.data.shards import Tokenizing, write_shard
from training.data.writing import CacheError

WAITING = 2  # chunks in memory for each worker

_TOKENIZER: list[CellTokenizer] = []  # the worker's own, made once


def write_shards(
    chunks: Iterable[tuple[Sequence[Example], Path]], tokenizing: Tokenizing, workers: int
) -> None:
    """Write every chunk to its path; in this process where one worker or one chunk is all.

    Raises:
        CacheError: `cache-write`: a shard cannot be written. `cache-worker`: a worker was ended.
    """
    stream = iter(chunks)
    first = list(islice(stream, 2))
    if workers == 1 or len(first) < 2:
        tokenizer = tokenizing.tokenizer() if first else None
        for chunk, path in chain(first, stream):
            assert tokenizer is not None
            write_shard(chunk, tokenizer, path)
        return
    # Spawned, not forked: the tokenizer's threads and torch do not survive a fork.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start, (tokenizing,))
    running: set[Future[None]] = set()
    try:
        for chunk, path in chain(first, stream):
            running.add(pool.submit(_write, chunk, path))
            if len(running) == WAITING * workers:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                _check(done)
        _check(wait(running).done)
    except BrokenProcessPool as error:
        raise CacheError(
            "A process that tokenises was ended from outside, perhaps for want of memory; run "
            "again, with fewer workers: what is finished is found again.",
            "cache-worker",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _check(done: Iterable[Future[None]]) -> None:
    for one in done:
        one.result()


def _start(tokenizing: Tokenizing) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # a core for each worker is enough
    _TOKENIZER.append(tokenizing.tokenizer())
    end_with_parent()


def _write(chunk: Sequence[Example], path: Path) -> None:
    write_shard(chunk, _TOKENIZER[0], path)
