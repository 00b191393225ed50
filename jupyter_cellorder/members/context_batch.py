"""Several questions to the ``context`` network at once.

A question about a small notebook is hundreds of small steps, and much of its time goes into
beginning them, or is lost as too small to be shared by several cores. Several questions of nearly
one shape are one batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Inputs: TypeAlias = dict[str, NDArray[Any]]
"""The network's inputs by the names of :class:`jupyter_cellorder.networks.context.ContextInput`."""

PAIRS = 62_500  # of cells at a time, padding included: as many as one question of 250 cells has
ODD = 1  # anchors and floats by which the questions of a batch may differ: padding is computed too


def batches(questions: Iterable[Inputs]) -> Iterator[list[Inputs]]:
    """Neighbouring questions of nearly one shape, as many as there is room for."""
    batch: list[Inputs] = []
    for inputs in questions:
        if batch and not _fit([*batch, inputs]):
            yield batch
            batch = []
        batch.append(inputs)
        # One more would not fit: the next question is not made before this one is answered.
        if not _fit([*batch, inputs]):
            yield batch
            batch = []
    if batch:
        yield batch


def stacked(batch: Sequence[Inputs]) -> Inputs:
    """Inputs of B questions, padded with zeros: anchors to the most, floats to the most.

    Args:
        batch: inputs of one question each: B = 1.
    """
    if len(batch) == 1:
        return dict(batch[0])
    n, m = _most(batch)
    padded: Inputs = {}
    for name, first in batch[0].items():
        made = np.zeros((len(batch), *_shape(name, first.shape[1:], n, m)), dtype=first.dtype)
        for row, inputs in zip(made, batch, strict=True):
            anchors, floats = sizes(inputs)
            at = np.concatenate([np.arange(anchors), n + np.arange(floats)])
            value = inputs[name][0]
            if name == "similarity":
                row[:, at[:, None], at[None, :]] = value
            elif name == "numbering":
                row[:floats, :floats] = value
            elif name in ("anchors", "floats"):
                row[: len(value)] = value
            else:
                row[at] = value
        padded[name] = made
    return padded


def sizes(inputs: Inputs) -> tuple[int, int]:
    """How many anchors and floats there are."""
    return int(inputs["anchors"].shape[1]), int(inputs["floats"].shape[1])


def _most(batch: Sequence[Inputs]) -> tuple[int, int]:
    anchors, floats = zip(*map(sizes, batch), strict=True)
    return max(anchors), max(floats)


def _shape(name: str, own: tuple[int, ...], n: int, m: int) -> tuple[int, ...]:
    if name == "similarity":
        return (own[0], n + m, n + m)
    if name == "numbering":
        return (m, m)
    if name in ("anchors", "floats"):
        return (n if name == "anchors" else m,)
    return (n + m, *own[1:])


def _fit(batch: Sequence[Inputs]) -> bool:
    n, m = _most(batch)
    near = all(n - anchors <= ODD and m - floats <= ODD for anchors, floats in map(sizes, batch))
    return near and len(batch) * (n + m) ** 2 <= PAIRS
