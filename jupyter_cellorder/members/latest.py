"""What was found of every two cells of one notebook, computed once for all questions about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


class Latest(Generic[T]):
    """Remembers the latest notebook.

    Review asks many questions about the same cells, every time in another order. What two cells
    have to do with each other does not depend on it, only on which cells the notebook has. They
    are always compared in the order of their keys, so that an answer never hangs on what was asked
    before.
    """

    def __init__(self) -> None:
        self._latest: tuple[list[bytes], NDArray[T]] | None = None

    def of(
        self, keys: Sequence[bytes], compute: Callable[[Sequence[int]], NDArray[T]]
    ) -> NDArray[T]:
        """(..., L, L) what is known of the pairs.

        Args:
            keys: (L) what each cell holds; cells of one key are alike.
            compute: makes (..., L, L) for the cells of these indices, in this order; must depend
                on nothing but what the keys stand for.
        """
        ranked = sorted(range(len(keys)), key=lambda at: keys[at])
        names = [keys[at] for at in ranked]
        latest = self._latest
        if latest is None or latest[0] != names:
            latest = self._latest = names, compute(ranked)
        place = np.empty(len(keys), dtype=np.intp)
        place[ranked] = np.arange(len(keys))
        found: NDArray[Any] = latest[1]
        return found[..., place[:, None], place[None, :]]
