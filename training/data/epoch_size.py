"""Epochs of one size, however many rows chance draws in each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def same_size(found: int, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which of an epoch's rows are shown, so that every epoch has the same number of them.

    A run that continues in mid-epoch would otherwise land elsewhere.

    Args:
        found: Rows that were drawn, at least one.
        size: Rows that are wanted.
        rng: Decides which are left out, or shown once more; untouched where none has to be.

    Returns:
        (size,) indices, ascending.
    """
    if found >= size:
        everything = np.arange(found)
        return everything if found == size else np.sort(rng.choice(found, size, replace=False))
    more = rng.choice(found, size - found, replace=size > 2 * found)
    return np.sort(np.concatenate([np.arange(found), more]))
