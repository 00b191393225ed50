"""Inputs of the ``context`` network, drawn at random: a notebook, or several in one shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from jupyter_cellorder.members.context_input import FLOAT, ORDERED_FLOAT
from jupyter_cellorder.networks.context import ContextInput, ContextNetwork
from jupyter_cellorder.networks.context_shape import ContextConfig

SMALL = ContextConfig(
    vector=12, width=32, heads=2, feed_forward=48, first_layers=2, second_layers=1, dropout=0.0
)
Arrays = dict[str, np.ndarray]


def network(config: ContextConfig = SMALL, seed: int = 0) -> ContextNetwork:
    """A network in which no parameter is zero, so that every path shows in the answer."""
    torch.manual_seed(seed)
    made = ContextNetwork(config).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return made


def notebook(n: int, m: int, seed: int, ordered: bool = False) -> Arrays:
    """N anchors and M floats without padding."""
    rng = np.random.default_rng(seed)
    every = n + m
    numbers = rng.integers(-1, 2, (m, m))
    places = (np.arange(m) + 0.5) / m * n - 0.5 if ordered else np.zeros(m)
    return {
        "vectors": rng.normal(size=(every, SMALL.vector)).astype(np.float32),
        "features": rng.random((every, SMALL.features), dtype=np.float32),
        "states": np.concatenate(
            [rng.integers(0, 2, n), np.full(m, ORDERED_FLOAT if ordered else FLOAT)]
        ).astype(np.int64),
        "positions": np.concatenate([np.arange(n), places]).astype(np.float32),
        "similarity": rng.random((3, every, every), dtype=np.float32),
        "numbering": (numbers - numbers.T).astype(np.float32),
        "anchors": np.ones(n, dtype=np.float32),
        "floats": np.ones(m, dtype=np.float32),
    }


def shuffled(one: Arrays, order: Sequence[int]) -> Arrays:
    """The same notebook with its floats presented in another order."""
    n = len(one["anchors"])
    cells = np.concatenate([np.arange(n), n + np.asarray(order)])
    made = dict(one)
    for name in ("vectors", "features", "states", "positions"):
        made[name] = one[name][cells]
    made["similarity"] = one["similarity"][:, cells[:, None], cells[None, :]]
    made["numbering"] = one["numbering"][np.ix_(order, order)]
    return made


def batch(*notebooks: Arrays) -> ContextInput:
    """One batch, padded with zeros: anchors to the most anchors, floats to the most floats."""
    count = max(len(one["anchors"]) for one in notebooks)
    markdown = max(len(one["floats"]) for one in notebooks)
    padded = [_padded(one, count, markdown) for one in notebooks]
    return ContextInput(
        **{name: torch.from_numpy(np.stack([one[name] for one in padded])) for name in padded[0]}
    )


def _padded(one: Arrays, count: int, markdown: int) -> Arrays:
    n, m = len(one["anchors"]), len(one["floats"])
    at = np.concatenate([np.arange(n), count + np.arange(m)])
    made: Arrays = {}
    for name in ("vectors", "features", "states", "positions"):
        made[name] = np.zeros((count + markdown, *one[name].shape[1:]), one[name].dtype)
        made[name][at] = one[name]
    made["similarity"] = np.zeros((3, count + markdown, count + markdown), np.float32)
    made["similarity"][:, at[:, None], at[None, :]] = one["similarity"]
    made["numbering"] = np.zeros((markdown, markdown), np.float32)
    made["numbering"][:m, :m] = one["numbering"]
    made["anchors"] = np.pad(one["anchors"], (0, count - n))
    made["floats"] = np.pad(one["floats"], (0, markdown - m))
    return made
