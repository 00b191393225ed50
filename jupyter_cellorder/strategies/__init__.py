"""Strategies: several members' answers in, one order of all cells out; one file a strategy.

Orders are lists of indices as in :mod:`jupyter_cellorder.decode`: anchors are 0..N-1, floats
N..N+M-1. Where two floats are tied, the one that was presented first comes first: whoever asks must
present them in an order that tells nothing of the true one, as `evaluate` and `suggest` do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from jupyter_cellorder.precedence import Precedence
from jupyter_cellorder.strategies.precedence import mixed_precedence
from jupyter_cellorder.strategies.rank_mean import rank_mean
from jupyter_cellorder.strategies.submission_mean import submission_mean
from jupyter_cellorder.strategies.weights import parse_weights

Strategy = Callable[[Sequence[Precedence], Sequence[float]], list[int] | None]
"""Answers to one question and their weights (finite, not negative, not all zero) to an order."""

REGISTRY: Mapping[str, Strategy] = MappingProxyType(
    {
        "precedence": mixed_precedence,
        "rank-mean": rank_mean,
        "submission-mean": submission_mean,
    }
)
STRATEGIES: tuple[str, ...] = tuple(REGISTRY)
DEFAULT = "precedence"

__all__ = ["DEFAULT", "REGISTRY", "STRATEGIES", "Strategy", "arrange", "parse_weights"]


def arrange(
    strategy: str, answers: Sequence[Precedence], weights: Sequence[float]
) -> list[int] | None:
    """The order that a strategy makes of the members' answers to one question.

    Args:
        strategy: one of :data:`STRATEGIES`.
        answers: at least one, all of the same N and M.
        weights: one for each answer.

    Returns:
        N + M indices; None where the strategy cannot be followed: `rank-mean` without a member
        that has ranks.

    Raises:
        ValueError: no such strategy, no answers, answers of different shapes, or weights that do
            not fit, are negative, not finite or all zero.
    """
    if strategy not in REGISTRY:
        raise ValueError(f"there is no strategy {strategy!r}; use one of {', '.join(STRATEGIES)}")
    if not answers or len(answers) != len(weights):
        raise ValueError(f"{len(answers)} answers and {len(weights)} weights cannot be arranged")
    if len({answer.after.shape for answer in answers}) != 1:
        raise ValueError("the answers are to questions of different shapes")
    if not all(0 <= weight < float("inf") for weight in weights) or sum(weights) <= 0:
        raise ValueError("weights must be finite, not negative, and not all zero")
    return REGISTRY[strategy](answers, weights)
