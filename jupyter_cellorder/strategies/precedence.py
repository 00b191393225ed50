"""`precedence`: members' probabilities are mixed, and the order of least expected inversions taken.

Ours. Every kind of member joins in, and what is minimised is what Kendall tau counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.precedence import Precedence, mix


def mixed_precedence(answers: Sequence[Precedence], weights: Sequence[float]) -> list[int]:
    """See :data:`jupyter_cellorder.strategies.Strategy`."""
    return least_inversions(answers[0] if len(answers) == 1 else mix(answers, weights))
