"""What review mode meets, with the truth beside it: the examples that its weights are fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.displace import Displaced, displace
from jupyter_cellorder.evaluation.hide import random_for
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.review.features import PlaceFeatures
from jupyter_cellorder.review.questions import Answers, ask

# How often each notebook is displaced: other cells, other places.
DISPLACEMENTS = 2


@dataclass(frozen=True)
class Doubt:
    """One doubtful cell and all its places.

    Attributes:
        present: its present place.
        features: (L, F) as `review.features` has them, float32.
        right: (L) whether it would be in its own gap; the present place of a cell that was never
            moved.
        displaced: whether it was displaced.
    """

    present: int
    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    displaced: bool


@dataclass(frozen=True)
class Trial:
    """One notebook asked about once.

    Attributes:
        notebook: its id.
        cluster: what notebooks are alike by.
        intact: nothing was displaced.
        markdown: cells that may move.
        displaced: how many of them were displaced.
        doubts: its doubtful cells.
        seen: the ensemble was trained on it.
    """

    notebook: str
    cluster: str
    intact: bool
    markdown: int
    displaced: int
    doubts: tuple[Doubt, ...]
    seen: bool = False


def trials(example: Example, ensemble: Ensemble, seed: int) -> Iterator[Trial]:
    """The notebook as it is, then displaced; the first time as `evaluate_repair` displaces it."""
    yield _trial(example, Displaced(example.notebook, {}), ensemble, intact=True)
    for number in range(DISPLACEMENTS):
        draw = random_for(seed + number, "displace", example.id)
        yield _trial(example, displace(example.notebook, draw), ensemble, intact=False)


def _trial(example: Example, shown: Displaced, ensemble: Ensemble, *, intact: bool) -> Trial:
    answers = ask(shown.notebook, ensemble)
    return Trial(
        example.id,
        example.cluster,
        intact,
        sum(cell.kind == "markdown" for cell in example.notebook.cells),
        len(shown.own_gap),
        () if answers is None else tuple(_doubts(answers, shown)),
    )


def _doubts(answers: Answers, shown: Displaced) -> Iterator[Doubt]:
    features = PlaceFeatures(answers)
    ids = [cell.id for cell in answers.cells]
    for index in answers.alone:
        others = [*ids[:index], *ids[index + 1 :]]
        displaced = ids[index] in shown.own_gap
        if displaced:
            right = [shown.is_back(ids[index], others[:place]) for place in range(len(ids))]
        else:
            right = [place == index for place in range(len(ids))]
        yield Doubt(index, features.of(index).astype(np.float32), np.array(right), displaced)
