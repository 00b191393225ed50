"""Trivial orders, so that a figure has something to stand beside.

A baseline sees what a member sees (code in order, floats as presented) and answers as decoding
does: a list of indices, anchors 0..N-1 and floats N..N+M-1.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.decode import monotone_alignment
from jupyter_cellorder.lexical import count_words, similarities
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Precedence

Baseline = Callable[[Sequence[Cell], Sequence[Cell], random.Random], list[int]]

# Both fitted roughly on held-out notebooks: a baseline that is easy to beat tells nothing.
_NEAREST_SHARPNESS = 50.0
_ALIGNED_SHARPNESS = 20.0
_DIAGONAL_PULL = 5.0  # of decode.monotone_alignment


def file_order(anchors: Sequence[Cell], floats: Sequence[Cell], draw: random.Random) -> list[int]:
    """The order of an AI4Code file: all code, then the markdown as it came."""
    return list(range(len(anchors) + len(floats)))


def random_interleave(
    anchors: Sequence[Cell], floats: Sequence[Cell], draw: random.Random
) -> list[int]:
    """Every way to merge the two sequences equally likely."""
    total = len(anchors) + len(floats)
    chosen = set(draw.sample(range(total), len(floats)))
    next_float, next_anchor = iter(range(len(anchors), total)), iter(range(len(anchors)))
    return [next(next_float if slot in chosen else next_anchor) for slot in range(total)]


def spread_evenly(
    anchors: Sequence[Cell], floats: Sequence[Cell], draw: random.Random
) -> list[int]:
    """Floats as they came, at equal distances, the first of them in front."""
    share = len(anchors) / len(floats) if floats else 0.0
    return _in_front_of([index * share for index in range(len(floats))], len(anchors))


def tfidf_nearest(
    anchors: Sequence[Cell], floats: Sequence[Cell], draw: random.Random
) -> list[int]:
    """Each float just before the mean position of the code, weighted by softmax of similarity."""
    alike = _float_to_anchor(anchors, floats)
    weight = np.exp(_NEAREST_SHARPNESS * (alike - alike.max(axis=1, keepdims=True)))
    position = weight @ np.arange(len(anchors)) / weight.sum(axis=1)
    # Half a cell earlier: text stands before the code it speaks of, and a mean is never exact.
    return _in_front_of((position - 0.5).tolist(), len(anchors))


def tfidf_aligned(
    anchors: Sequence[Cell], floats: Sequence[Cell], draw: random.Random
) -> list[int]:
    """Likeliest monotone alignment of TF-IDF similarity, drawn towards the even spread."""
    alike = _float_to_anchor(anchors, floats)
    # Behind the last cell there is no next one to be alike to: the mean says nothing either way.
    score = _ALIGNED_SHARPNESS * np.concatenate([alike, alike.mean(axis=1, keepdims=True)], axis=1)
    gap = np.exp(score - score.max(axis=1, keepdims=True))
    gap /= gap.sum(axis=1, keepdims=True)
    after = np.clip(1.0 - np.cumsum(gap[:, :-1], axis=1), 0.0, 1.0)
    nothing_known = np.full((len(floats), len(floats)), 0.5)
    return monotone_alignment(Precedence(after, nothing_known, gap), _DIAGONAL_PULL)


SHUFFLED: Mapping[str, Baseline] = MappingProxyType(
    {
        "file order": file_order,
        "random interleave": random_interleave,
        "TF-IDF nearest": tfidf_nearest,
    }
)
"""Baselines for shuffled markdown."""

ORDERED: Mapping[str, Baseline] = MappingProxyType(
    {
        "file order": file_order,
        "random interleave": random_interleave,
        "spread evenly": spread_evenly,
        "TF-IDF aligned": tfidf_aligned,
    }
)
"""Baselines that keep the markdown's own order, as *keep markdown order* does."""


def _float_to_anchor(anchors: Sequence[Cell], floats: Sequence[Cell]) -> NDArray[np.float64]:
    """Cosine of TF-IDF, (M, N), the idf taken inside the notebook."""
    counts = [count_words(cell.source) for cell in (*anchors, *floats)]
    alike = similarities(counts).notebook[len(anchors) :, : len(anchors)]
    return alike.astype(np.float64)


def _in_front_of(positions: Sequence[float], anchors: int) -> list[int]:
    """Merge floats with anchors 0..N-1; a float at position j stands right before anchor j."""
    items = [(float(index), 1, index) for index in range(anchors)]
    items += [(position, 0, anchors + index) for index, position in enumerate(positions)]
    return [index for _, _, index in sorted(items)]
