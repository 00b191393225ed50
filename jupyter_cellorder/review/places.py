"""The places that one cell could have among the other cells with text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.precedence import Array

Indices: TypeAlias = NDArray[np.intp]
Values: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Places:
    """Places of one cell among the others; as many as the notebook has cells.

    Place p has the first p of the others before it. What is known of cells comes as arrays over all
    L cells of the notebook.

    Attributes:
        count: L.
        index: of the cell itself, which is its present place too.
    """

    count: int
    index: int

    @cached_property
    def others(self) -> Indices:
        """(L - 1) indices of the other cells."""
        others: Indices = np.delete(np.arange(self.count), self.index)
        return others

    @cached_property
    def numbers(self) -> Indices:
        """(L) the places, 0..L-1."""
        return np.arange(self.count)

    def passed(self, values: Values) -> Array:
        """(L) sum over the others before each place."""
        return np.concatenate([[0], np.cumsum(values[self.others])])

    def behind(self, values: Values, steps: int = 1) -> Array:
        """(L) the value of the cell so many steps before each place; 0 where there is none."""
        return np.concatenate([np.zeros(steps), values[self.others]])[: self.count]

    def before(self, values: Values, steps: int = 1) -> Array:
        """(L) the value of the cell so many steps after each place; 0 where there is none."""
        return np.concatenate([values[self.others], np.zeros(steps)])[steps - 1 :][: self.count]

    def nearest(self, chosen: Values) -> tuple[Indices, Indices]:
        """(L) indices of the nearest chosen cells before and behind each place, -1 for none."""
        others = self.others
        marked = np.where(chosen[others], np.arange(len(others)), -1)
        last = np.concatenate([[-1], np.maximum.accumulate(marked)]).astype(int)
        marked = np.where(marked >= 0, marked, len(others))
        first = np.append(np.minimum.accumulate(marked[::-1])[::-1], len(others)).astype(int)
        known = np.append(others, -1)
        return known[np.where(last >= 0, last, -1)], known[first]
