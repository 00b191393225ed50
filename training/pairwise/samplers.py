"""Which wrong code cells a markdown cell is shown with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sampler: TypeAlias = Callable[[int, int, float, np.random.Generator], NDArray[np.int64]]


def uniform(right: int, choices: int, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Every wrong cell with the same probability, as the public baseline of 2022 draws them.

    Args:
        right: Index of the cell that does come next.
        choices: How many cells there are, the end of the notebook included.
        share: Probability.
        rng: Source of chance.

    Returns:
        Indices without ``right``, ascending; none where chance will have it so.
    """
    drawn = rng.random(choices) < share
    drawn[right] = False
    return np.flatnonzero(drawn)


def near(right: int, choices: int, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """As many as :func:`uniform` draws, half of them (rounded up) the nearest to the right one.

    Neighbours are the cells that are confused with it; arguments and result as there.
    """
    wrong = np.delete(np.arange(choices), right)
    count = int(rng.binomial(len(wrong), share))
    # A tie between both sides is broken by chance.
    order = np.argsort(np.abs(wrong - right) + 0.5 * rng.random(len(wrong)), kind="stable")
    close = order[: (count + 1) // 2]
    far = rng.permutation(order[(count + 1) // 2 :])[: count - len(close)]
    return np.sort(wrong[np.concatenate([close, far])])


SAMPLERS: dict[str, Sampler] = {"uniform": uniform, "near": near}
