"""One process or many: who writes, who waits. ``torchrun`` sets the stage.

    torchrun --nproc_per_node 4 -m training.run RECIPE --data CORPUS --output RUN
    torchrun --nnodes 2 --node_rank 0 --nproc_per_node 4 --master_addr HOST -m training.run ...

On several nodes the folder of the run must be one that all of them see.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list

T = TypeVar("T")

# That processes wait for the one that reads, encodes or scores: torch's own limit is 10 minutes.
PATIENCE = timedelta(days=1)


def state() -> PartialState:
    """This process among its kin."""
    return PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)


def is_main() -> bool:
    """Whether this process writes files and talks."""
    return bool(state().is_main_process)


@contextmanager
def main_first() -> Iterator[None]:
    """The first process does it; the others then find it done."""
    with state().main_process_first():
        yield


def wait() -> None:
    """Until every process is here."""
    state().wait_for_everyone()


def agreed(value: T) -> T:
    """The first process's value, in all of them."""
    if state().num_processes == 1:
        return value
    shared = [value]
    broadcast_object_list(shared)
    return shared[0]
