"""The weighted sum that review mode's judge starts from: a conditional logit over places.

P(place) is in proportion to exp(features of the place . weights). The weights maximise the
likelihood of the right places, with a ridge on the standardised weights, by Newton's method: the
same weights on every machine, in seconds, with numpy alone. Source: McFadden, "Conditional logit
analysis of qualitative choice behavior", 1974.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RIDGE = 3.0
ROUNDS = 40
_ROWS_AT_ONCE = 50_000
_LEAST_SPREAD = 1e-3  # of a feature that hardly varies
_LEAST_GAIN = 1e-4  # of the log-likelihood, in nats


@dataclass(frozen=True)
class Choice:
    """``features`` (L, F) of the places to choose from; ``right`` (L), at least one of them.

    ``seen``: those who are asked were trained on the notebook.
    """

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    seen: bool = False


def fit_choice(choices: Sequence[Choice], ridge: float = RIDGE, rounds: int = ROUNDS) -> Array:
    """(F) weights of the raw features.

    Args:
        choices: at least one, all with the same features.
        ridge: penalty on half the squared weights of the standardised features, in nats.
        rounds: of Newton's method at most.
    """
    spread = np.maximum(_spread(choices), _LEAST_SPREAD)
    parts = list(_parts(choices, spread))
    weights = np.zeros(len(spread))
    likelihood, slope, curvature = _likelihood(parts, weights)
    for _ in range(rounds):
        objective = likelihood - ridge / 2 * float(weights @ weights)
        curvature[np.diag_indices_from(curvature)] += ridge
        step = np.linalg.solve(curvature, slope - ridge * weights)
        # Half the step, again and again, until it helps: with several right places the likelihood
        # need not be concave.
        for _ in range(20):
            tried = weights + step
            likelihood, slope, curvature = _likelihood(parts, tried)
            gain = likelihood - ridge / 2 * float(tried @ tried) - objective
            if gain >= 0:
                break
            step = step / 2
        else:
            break
        weights = tried
        if gain < _LEAST_GAIN:
            break
    return weights / spread


@dataclass(frozen=True)
class _Part:
    """Some choices stacked: ``starts`` are their first rows, ``owner`` the choice of each row."""

    features: Array
    right: NDArray[np.bool_]
    starts: NDArray[np.intp]
    owner: NDArray[np.intp]


def _spread(choices: Sequence[Choice]) -> Array:
    rows = sum(len(choice.right) for choice in choices)
    mean = sum(choice.features.sum(axis=0, dtype=np.float64) for choice in choices) / rows
    square = sum(
        np.square(choice.features - mean, dtype=np.float64).sum(axis=0) for choice in choices
    )
    return np.asarray(np.sqrt(square / rows), dtype=np.float64)


def _parts(choices: Sequence[Choice], spread: Array) -> Iterator[_Part]:
    """Standardised, in pieces that bound the memory of one step."""
    part: list[Choice] = []
    for number, choice in enumerate(choices, start=1):
        part.append(choice)
        if number == len(choices) or sum(len(one.right) for one in part) >= _ROWS_AT_ONCE:
            counts = [len(one.right) for one in part]
            yield _Part(
                np.concatenate([one.features for one in part]) / spread,
                np.concatenate([one.right for one in part]),
                np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp),
                np.repeat(np.arange(len(part)), counts),
            )
            part = []


def _likelihood(parts: Sequence[_Part], weights: Array) -> tuple[float, Array, Array]:
    """Log-likelihood, its gradient, and the negated curvature of the choices' model."""
    total, slope = 0.0, np.zeros(len(weights))
    curvature = np.zeros((len(weights), len(weights)))
    for part in parts:
        scores = part.features @ weights
        scores -= np.maximum.reduceat(scores, part.starts)[part.owner]
        shares = np.exp(scores)
        right = shares * part.right
        whole, good = (np.add.reduceat(one, part.starts) for one in (shares, right))
        # A right place so unlikely that its exponential is zero counts as very unlikely.
        good = np.maximum(good, np.finfo(float).tiny)
        total += float(np.log(good / whole).sum())
        shares, right = shares / whole[part.owner], right / good[part.owner]
        slope += (right - shares) @ part.features
        weighted = part.features * shares[:, None]
        means = np.add.reduceat(weighted, part.starts, axis=0)
        curvature += part.features.T @ weighted - means.T @ means
    return total, slope, curvature
