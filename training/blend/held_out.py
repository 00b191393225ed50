"""What members say of held-out notebooks, asked once and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.hide import hide
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.metric import inversions
from jupyter_cellorder.precedence import Placement, Precedence
from jupyter_cellorder.strategies import arrange


@dataclass(frozen=True, eq=False)
class Asked:
    """One notebook and every member's answer, its markdown presented in shuffled order.

    Attributes:
        answers: By member, in the ensemble's order.
        truth: (N + M,) place of each anchor, then of each float, in the author's order.
        cluster: Its repository or family.
        seconds: By member, what the answer took.
    """

    answers: tuple[Precedence, ...]
    truth: NDArray[np.intp]
    cluster: str
    seconds: tuple[float, ...]

    @property
    def cells(self) -> int:
        """N + M."""
        return len(self.truth)

    def inversions(self, strategy: str, weights: Sequence[float]) -> int:
        """Of the order that a strategy makes; members without a weight are left out.

        Raises:
            ValueError: The strategy cannot be followed by those members.
        """
        said = [(a, w) for a, w in zip(self.answers, weights, strict=True) if w > 0]
        order = arrange(strategy, [answer for answer, _ in said], [weight for _, weight in said])
        if order is None:
            raise ValueError(f"{strategy} has no member to follow")
        return inversions(self.truth[order].tolist())

    def with_answer(self, at: int, answer: Precedence) -> Asked:
        """The same with another answer of one member."""
        answers = (*self.answers[:at], answer, *self.answers[at + 1 :])
        return replace(self, answers=answers)


def ask(examples: Iterable[Example], ensemble: Ensemble, seed: int) -> list[Asked]:
    """Every member's answer to every notebook that none of them refuses."""
    found = []
    for example in tqdm(examples, desc="asking", unit=" notebooks", mininterval=5):
        hidden = hide(example, seed)
        place = {name: at for at, name in enumerate(hidden.truth)}
        anchors = tuple(cell for cell in hidden.notebook.cells if cell.kind == "code")
        floats = tuple(cell for cell in hidden.notebook.cells if cell.kind == "markdown")
        try:
            said = ensemble.answers(Placement(anchors, floats))
        except RequestError:
            continue
        found.append(
            Asked(
                tuple(one.precedence for one in said),
                np.array([place[cell.id] for cell in (*anchors, *floats)]),
                example.cluster,
                tuple(one.seconds for one in said),
            )
        )
    return found
