"""`rank-mean`: the weighted mean of the pointwise members' ranks; the code keeps its order.

How pointwise models were averaged in AI4Code (2022), by the public baselines and those who trained
several of them: a mean of predicted ranks, each between 0 and 1, by which all cells of a notebook
are sorted. A pairwise model has no rank and cannot join.

A predicted rank is a share of all cells of the notebook, so code cell j stands at the share of
cells before it where the markdown is spread evenly, as our members compare them
(:func:`jupyter_cellorder.members.adapters.anchor_ranks`). The public baseline put it at its
percentile among the code alone, (j + 1) / N, which draws markdown from the end of a notebook to
before its last code cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jupyter_cellorder.members.adapters import anchor_ranks
from jupyter_cellorder.precedence import Array, Precedence


def rank_mean(answers: Sequence[Precedence], weights: Sequence[float]) -> list[int] | None:
    """See :data:`jupyter_cellorder.strategies.Strategy`; None where nobody weighed has ranks."""
    told = [
        (answer.rank, weight)
        for answer, weight in zip(answers, weights, strict=True)
        if answer.rank is not None and weight > 0
    ]
    if not told:
        return None
    ranks, shares = (np.array(column, dtype=np.float64) for column in zip(*told, strict=True))
    return by_rank(shares @ ranks / shares.sum(), answers[0].anchors)


def by_rank(rank: Array, anchors: int) -> list[int]:
    """All cells sorted by rank: floats at `rank` (M,), N anchors spread among them.

    Where a float and an anchor are tied, the float comes first: text stands before its code.
    """
    places = np.concatenate([anchor_ranks(anchors, len(rank)), rank])
    is_anchor = np.arange(len(places)) < anchors
    return [int(index) for index in np.lexsort((is_anchor, places))]
