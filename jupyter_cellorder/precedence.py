"""Precedence: for every pair of cells, the probability of which comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.notebook import Cell

Array = NDArray[np.float64]

# Probabilities are kept this far from 0 and 1 where logarithms are taken, so that one member's
# certainty can be outvoted.
_EPSILON = 1e-6
# What fp16 weights may cost in exactness before an answer counts as wrong.
_TOLERANCE = 1e-2


@dataclass(frozen=True)
class Placement:
    """The question asked of a member: where do the floats stand among the anchors?

    Attributes:
        anchors: N non-empty cells in their known order.
        floats: M non-empty markdown cells to place; their order here means nothing, unless
        ordered: the floats stand in their known order, and only their places among the anchors
            are asked for.
    """

    anchors: tuple[Cell, ...]
    floats: tuple[Cell, ...]
    ordered: bool = False


@dataclass(frozen=True, eq=False)
class Precedence:
    """What a member says of M floats and N anchors.

    Attributes:
        after: (M, N), probability that float i stands after anchor j.
        before: (M, M), probability that float i stands before float k; before[k, i] is its
            complement and the diagonal 0.5.
        gap: (M, N + 1) or None, probability that float i stands in exactly this gap; gap g is
            the one with g anchors before it.
        rank: (M,) or None, percentile rank of the float in the notebook, 0..1.
        added: whether :func:`mix` adds this to what the others say, in place of averaging it with
            them: it comes of something that they do not weigh, and is mostly silent.

    Raises:
        ValueError: shapes do not agree, or values are no probabilities.
    """

    after: Array
    before: Array
    gap: Array | None = None
    rank: Array | None = None
    added: bool = False

    def __post_init__(self) -> None:
        """Check shapes and values; make `before` antisymmetric and `gap` sum to 1 exactly."""
        after, before = _probabilities(self.after, "after"), _probabilities(self.before, "before")
        if after.ndim != 2 or before.shape != (after.shape[0], after.shape[0]):
            raise ValueError(f"after {after.shape} and before {before.shape} are not (M,N), (M,M)")
        count, anchors = after.shape
        off_diagonal = ~np.eye(count, dtype=bool)
        if np.any(np.abs(before + before.T - 1)[off_diagonal] > _TOLERANCE):
            raise ValueError("before[i,k] and before[k,i] do not sum to 1")
        before = (before + 1 - before.T) / 2
        object.__setattr__(self, "after", after)
        object.__setattr__(self, "before", before)
        if self.gap is not None:
            gap = _probabilities(self.gap, "gap")
            if gap.shape != (count, anchors + 1):
                raise ValueError(f"gap {gap.shape} is not (M,N+1) = {(count, anchors + 1)}")
            total = gap.sum(axis=1, keepdims=True)
            if np.any(np.abs(total - 1) > _TOLERANCE):
                raise ValueError("a row of gap does not sum to 1")
            object.__setattr__(self, "gap", gap / total)
        if self.rank is not None:
            rank = _probabilities(self.rank, "rank")
            if rank.shape != (count,):
                raise ValueError(f"rank {rank.shape} is not (M,) = {(count,)}")
            object.__setattr__(self, "rank", rank)

    @property
    def floats(self) -> int:
        """M, the number of floats."""
        return int(self.after.shape[0])

    @property
    def anchors(self) -> int:
        """N, the number of anchors."""
        return int(self.after.shape[1])

    def log_gap(self) -> Array:
        """(M, N + 1) log-probability of each exact gap.

        Where no member has a gap head it is derived from `after` as if the pairs were
        independent: log P(gap g) = sum of log after[j < g] and log(1 - after[j >= g]), normalised.
        """
        if self.gap is not None:
            logs: Array = np.log(np.clip(self.gap, _EPSILON, None))
            return logs
        odds = _log_odds(self.after)
        likelihood = np.concatenate([np.zeros((self.floats, 1)), np.cumsum(odds, axis=1)], axis=1)
        return _normalised(likelihood)

    def gap_probability(self, temperature: float = 1.0) -> Array:
        """(M, N + 1) probability of each exact gap, sharper or softer than `log_gap` has it.

        Args:
            temperature: above 1 softens; the likeliest gap stays the likeliest.
        """
        return np.exp(_normalised(self.log_gap() / temperature))


def mix(members: Sequence[Precedence], weights: Sequence[float]) -> Precedence:
    """Average several members' answers to the same question.

    `after` and `before` by the weighted mean of log-odds, `gap` by the weighted geometric mean,
    renormalised, `rank` by the weighted mean; the last two over the members that have them.

    A probability of exactly 0.5 in `after` or `before` is an abstention: the mean of that pair
    is over the members that speak about it. Where all abstain it stays 0.5.

    Answers that are `added` are no part of the means: their log-odds (of `gap`: logarithms) are
    added to them, as much as their weight is to the sum of the others'. So rules enter as evidence
    beside a network that knows the text. As one voice in the mean they would do as much for the
    order of a whole notebook (both raise K on 300 notebooks of valid by 0.004), but halve the
    network's certainty of a gap wherever they have an opinion. Where every answer is `added`, they
    are averaged.

    Raises:
        ValueError: no members, weights that do not fit, or shapes that differ.
    """
    if not members or len(members) != len(weights):
        raise ValueError(f"{len(members)} members and {len(weights)} weights cannot be mixed")
    shares = np.asarray(weights, dtype=np.float64)
    if not np.all(np.isfinite(shares)) or np.any(shares < 0) or shares.sum() <= 0:
        raise ValueError("weights must be finite, not negative, and not all zero")
    if len({member.after.shape for member in members}) != 1:
        raise ValueError("the members answered questions of different shapes")
    voices = [not member.added for member in members]
    said = shares[voices].sum()
    if not said:
        voices = [True] * len(members)
        said = shares.sum()
    told = [(m, w) for m, w, voice in zip(members, shares, voices, strict=True) if voice]
    added = [
        (m, w / said) for m, w, voice in zip(members, shares, voices, strict=True) if not voice
    ]
    gap = _weighted([(m.log_gap(), w) for m, w in told if m.gap is not None])
    if gap is not None:
        gap = np.exp(
            _normalised(sum((w * m.log_gap() for m, w in added if m.gap is not None), gap))
        )
    after = _spoken_mean([(m.after, w) for m, w in told])
    before = _spoken_mean([(m.before, w) for m, w in told])
    return Precedence(
        after=_from_log_odds(sum((w * _log_odds(m.after) for m, w in added), after)),
        before=_mirrored(_from_log_odds(sum((w * _log_odds(m.before) for m, w in added), before))),
        gap=gap,
        rank=_weighted([(m.rank, w) for m, w in told if m.rank is not None]),
    )


def _spoken_mean(answers: Sequence[tuple[Array, float]]) -> Array:
    """Mean log-odds, pair by pair, over the weighted answers that do not say exactly 0.5."""
    odds, spoken = np.zeros_like(answers[0][0]), np.zeros_like(answers[0][0])
    for value, weight in answers:
        odds += weight * _log_odds(value)  # exactly 0 at 0.5
        spoken += weight * (value != 0.5)
    mean: Array = np.divide(odds, spoken, out=np.zeros_like(odds), where=spoken > 0)
    return mean


def _mirrored(before: Array) -> Array:
    """`before` by its upper triangle: rounding may part a half from its complement."""
    upper = np.triu(before, 1)
    mirrored: Array = upper + np.tril(1 - upper.T, -1) + 0.5 * np.eye(len(before))
    return mirrored


def _mean(values: Sequence[Array], weights: Array) -> Array:
    mean: Array = np.tensordot(weights / weights.sum(), np.stack(values), axes=1)
    return mean


def _weighted(pairs: Sequence[tuple[Array, float]]) -> Array | None:
    """Weighted mean, or None where nobody with a weight said anything."""
    if sum(weight for _, weight in pairs) <= 0:
        return None
    return _mean([value for value, _ in pairs], np.array([weight for _, weight in pairs]))


def _probabilities(values: Any, name: str) -> Array:
    array = np.asarray(values, dtype=np.float64)
    # Not a number fails both comparisons.
    if not np.all((array >= -1e-6) & (array <= 1 + 1e-6)):
        raise ValueError(f"{name} holds values outside 0..1 or not finite")
    clipped: Array = np.clip(array, 0, 1)
    return clipped


def _log_odds(probability: Array) -> Array:
    clipped = np.clip(probability, _EPSILON, 1 - _EPSILON)
    odds: Array = np.log(clipped) - np.log1p(-clipped)
    return odds


def _from_log_odds(odds: Array) -> Array:
    probability: Array = 1 / (1 + np.exp(-odds))
    return probability


def _normalised(logs: Array) -> Array:
    shifted = logs - logs.max(axis=1, keepdims=True)
    normalised: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised
