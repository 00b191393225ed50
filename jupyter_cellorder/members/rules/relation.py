"""What a rule says: a relation between the cells of a notebook."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.members.rules.reading import Reading

Relation = NDArray[np.bool_]
"""(L, L): whether the row's cell stands before the column's; false where the rule is silent."""


def nothing(cells: Sequence[Reading]) -> Relation:
    """A rule that is silent."""
    return np.zeros((len(cells), len(cells)), dtype=np.bool_)


def ahead(first: Sequence[bool], second: Sequence[bool]) -> Relation:
    """Every cell of the first kind before every cell of the second that is not of the first.

    Args:
        first: (L,) cells of the first kind.
        second: (L,) cells of the second kind.
    """
    left, right = np.asarray(first, dtype=np.bool_), np.asarray(second, dtype=np.bool_)
    relation: Relation = left[:, None] & (right & ~left)[None, :]
    return relation
