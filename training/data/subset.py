"""A seeded subset of a source of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import compress

import numpy as np

from jupyter_cellorder.evaluation.sample import rank
from jupyter_cellorder.evaluation.sources import Example


def subset(read: Callable[[], Iterator[Example]], limit: int, seed: int) -> Iterator[Example]:
    """The notebooks that :func:`jupyter_cellorder.evaluation.sample.sample` keeps.

    They come in the order of the source, which is read twice: for their names, then for them. None
    is kept in memory.
    """
    ranks = np.array([rank(example.id, seed) for example in read()], dtype=np.uint64)
    chosen = np.zeros(len(ranks), dtype=np.bool_)
    chosen[np.argsort(ranks, kind="stable")[:limit]] = True
    return compress(read(), chosen)
