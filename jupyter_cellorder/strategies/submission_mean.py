"""`submission-mean`: every cell at the weighted mean of its positions in the members' submissions.

What HCMUS-Atlantis found best in 2022 (6:5:2:3 of three pointwise and one pairwise model).

A member's submission is the order that it would hand in alone. With ranks it is the order by rank,
as in 2022. Otherwise it is the order of least expected inversions, also for `pairwise`: in 2022 a
markdown cell went to the mean of the code indices, weighted by softmax; the least inversions of the
same distribution are at its median, which the metric rewards more. So the strategy that ours is
compared with gets the better of the two.

Rules, whose answers are `added` to those of others, have no order of their own to hand in and are
left out.

In 2022 a mean of positions was feared to move code cells. It cannot where every submission keeps
them in order: a code cell stands before the next one in each of them, so at a lesser position on
average.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.precedence import Precedence
from jupyter_cellorder.strategies.rank_mean import by_rank


def submission_mean(answers: Sequence[Precedence], weights: Sequence[float]) -> list[int]:
    """See :data:`jupyter_cellorder.strategies.Strategy`.

    Where cells are tied, floats come before anchors, and otherwise the lower index first. Answers
    that are `added` hand in nothing: they are silent about most cells.
    """
    voices = [0.0 if a.added else w for a, w in zip(answers, weights, strict=True)]
    weights = voices if any(voices) else weights
    told = [
        (answer, weight)
        for answer, weight in zip(answers, weights, strict=True)
        if weight > 0 and not answer.added
    ] or list(zip(answers, weights, strict=True))
    positions = np.array([np.argsort(submission(answer)) for answer, _ in told], dtype=np.float64)
    shares = np.array([weight for _, weight in told], dtype=np.float64)
    mean = np.round(shares @ positions / shares.sum(), 9)  # so that rounding breaks no tie
    is_anchor = np.arange(len(mean)) < answers[0].anchors
    return [int(index) for index in np.lexsort((is_anchor, mean))]


def submission(answer: Precedence) -> list[int]:
    """The order that a member would hand in alone."""
    if answer.rank is not None:
        return by_rank(answer.rank, answer.anchors)
    return least_inversions(answer)
