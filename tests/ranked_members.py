"""An ensemble like that of 2022: members with ranks, one without, all reading `#7` in the text."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scripted_members import ByHash, ByNumber, Scripted, ensemble

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.members.adapters import from_rank
from jupyter_cellorder.precedence import Placement, Precedence


class Ranked(Scripted):
    """Says the true percentile rank, but for noise that depends on the text and its name alone."""

    def __init__(self, name: str, noise: float, gflop: float) -> None:
        self.name = name
        self.noise = noise
        self.cost = gflop
        self.asked = 0

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        self.asked += 1
        cells = (*placement.anchors, *placement.floats)
        count = len(cells)
        ranks = []
        for cell in placement.floats:
            digest = hashlib.sha256(f"{self.name} {cell.source}".encode()).digest()
            drawn = int.from_bytes(digest[:8], "big") / 2**64 - 0.5
            place = (int(cell.source.split("#")[-1]) + 0.5) / count
            ranks.append(place + self.noise * drawn)
        return from_rank(np.array(ranks), len(placement.anchors), 0.05)

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return self.cost


def trio() -> Ensemble:
    """Two members with ranks and one without; picklable by its name."""
    members = (Ranked("near", 0.2, 3.0), Ranked("far", 0.8, 2.0), ByHash())
    return Ensemble(members, (3.0, 1.0, 0.5), "trio")


def by_number() -> Ensemble:
    return ensemble(ByNumber())


class Slow(ByNumber):
    """Knows everything, and takes its time over it."""

    name = "slow"

    def precedence(self, placement: Placement, cancelled: Any = None) -> Precedence:
        time.sleep(0.05)
        return super().precedence(placement, cancelled)


def slow() -> Ensemble:
    return ensemble(Slow())


def loaded(path: str | None, backend: str, threads: int) -> Ensemble:
    """In place of `load_bundle`, in a process of its own."""
    assert (path, backend) == (None, "onnx")
    assert threads >= 1
    return trio()


def broken() -> Ensemble:
    raise BundleError("The bundle is damaged. Copy it again.", "bundle-corrupt")


class Ending(ByNumber):
    """Ends its process, as the kernel does for want of memory."""

    name = "ending"

    def precedence(self, placement: Placement, cancelled: Any = None) -> Precedence:
        import os

        os._exit(9)


def ending() -> Ensemble:
    return ensemble(Ending())
