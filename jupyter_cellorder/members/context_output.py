"""From the ``context`` network's logits to Precedence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.precedence import Precedence


def precedence_of(gap: NDArray[np.floating], before: NDArray[np.floating]) -> Precedence:
    """Precedence of logits ``gap`` (M, N + 1) and ``before`` (M, M).

    ``after`` follows from the gaps: a float stands after anchor j when its gap lies beyond it.
    """
    logits = np.asarray(gap, dtype=np.float64)
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    # Summed from the far end, so that small probabilities there keep their digits.
    after = np.cumsum(share[:, ::-1], axis=1)[:, ::-1][:, 1:]
    precede = 1.0 / (1.0 + np.exp(-np.clip(np.asarray(before, dtype=np.float64), -30, 30)))
    np.fill_diagonal(precede, 0.5)
    return Precedence(after=np.clip(after, 0, 1), before=precede, gap=share)
