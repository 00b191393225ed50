"""Builds a cache in a process of its own, which a test can end: `build_a_cache.py CORPUS KILL_AT`.

KILL_AT is the number of a file or folder that gets its name: the process is killed right before.
-1 is never; -2: right after workers have begun. Prints the folder of the store, or as the command
lines do a sentence.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.evaluation.splits import Split
from training.data import cache, shards

LIMITS = {"markdown": 8, "code": 8}


def build(corpus: Path, kill_at: int) -> None:
    replace, named = os.replace, 0

    def replace_or_die(source: Any, target: Any) -> None:
        nonlocal named
        if named == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        named += 1
        replace(source, target)

    def begin_and_die(examples: Iterable[Example]) -> Iterator[Sequence[Example]]:
        for at, chunk in enumerate(shards.chunks(examples)):
            if at == 3:  # the first two are with the workers
                print(*(worker.pid for worker in multiprocessing.active_children()), flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            yield chunk

    shards.CHUNK = 8
    workers = 1
    if kill_at == -2:
        workers = 2
        setattr(cache, "chunks", begin_and_die)  # noqa: B010
    else:
        setattr(os, "replace", replace_or_die)  # noqa: B010
    here = corpus.parent
    store = cache.open_store(
        Split(corpus), "train", here / "cache", here / "tokenizer.json", LIMITS, workers
    )
    print(store.folder)


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]), int(sys.argv[2]))
    except CellOrderError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
