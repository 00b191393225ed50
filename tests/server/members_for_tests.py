"""Members that need no model: one answers at once, one answers when it is let."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.precedence import Placement, Precedence


class FirstOfAll:
    """Places every float before all anchors, floats in alphabetical order of their sources."""

    name = "first-of-all"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        sources = [cell.source for cell in placement.floats]
        before = [[0.5 + 0.4 * ((b > a) - (b < a)) for b in sources] for a in sources]
        return Precedence(
            after=np.full((len(sources), len(placement.anchors)), 0.02),
            before=np.array(before).reshape(len(sources), len(sources)),
        )

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return 0.0


class Gated(FirstOfAll):
    """Answers only when `gate` is open; ends early, and says so, when it is cancelled."""

    name = "gated"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.saw_cancel = threading.Event()
        self.at_work = 0
        self.most_at_work = 0
        self.calls = 0

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        self.calls += 1
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        self.entered.set()
        try:
            while not self.gate.wait(0.005):
                if cancelled is not None and cancelled():
                    self.saw_cancel.set()
                    raise Cancelled
        finally:
            self.at_work -= 1
        return super().precedence(placement, cancelled)


class Broken(FirstOfAll):
    """Fails in a way that nobody foresaw, with a cell's text in the message."""

    name = "broken"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        raise KeyError(placement.floats[0].source)


def ensemble_of(member: FirstOfAll) -> Ensemble:
    return Ensemble((member,), (1.0,), "test-bundle")
