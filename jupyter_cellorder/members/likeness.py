"""Word similarities of one notebook's cells, computed once for all questions about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.lexical import WordCounts, similarities

Array: TypeAlias = NDArray[np.float32]


class Likeness:
    """Remembers the latest notebook.

    Review asks many questions about the same cells, every time in another order. How alike two
    cells are does not depend on it, only on which cells the notebook has. They are always compared
    in the order of their keys, so that an answer never hangs on what was asked before.
    """

    def __init__(self, corpus_idf: Array) -> None:
        self._idf = corpus_idf
        # Replaced as a whole: requests may run at the same time.
        self._latest: tuple[list[bytes], Array] = ([], np.zeros((3, 0, 0), dtype=np.float32))

    def of(self, keys: Sequence[bytes], words: Sequence[WordCounts]) -> Array:
        """(3, L, L) channels of :class:`jupyter_cellorder.lexical.Similarities`.

        Args:
            keys: (L) what each cell holds; cells of one key are alike.
            words: (L) theirs.
        """
        ranked = sorted(keys)
        seen, found = self._latest
        if seen != ranked:
            words_of = dict(zip(keys, words, strict=True))
            found = similarities([words_of[key] for key in ranked], self._idf).stacked()
            self._latest = ranked, found
        place = {key: number for number, key in enumerate(ranked)}
        order = np.array([place[key] for key in keys], dtype=np.intp)
        return found[:, order[:, None], order[None, :]]
