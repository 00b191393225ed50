"""Fitting what weighs the places of a doubtful cell: a weighted sum, and a hidden layer beside it.

First the sum alone (:mod:`training.calibrate.choice`); from there both, on the likelihood of the
right places. Several layers from several seeds are laid side by side: they are wrong in different
places.

Held-out notebooks are of few repositories, and what authors do differs from one to the next. Those
that the members were trained on are of many, but there the members are surer than they are
elsewhere: the hidden layer is told which are which, and what it learns of that is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.features import NAMES
from jupyter_cellorder.review.hidden import Hidden
from training.calibrate.choice import Choice, fit_choice

UNITS = 32
SEEDS = 6
PASSES = 10
CHOICES_AT_ONCE = 128
RATE = 3e-3
LINEAR_RATE = 3e-4
DECAY = 0.05
DROPOUT = 0.4
FEATURE_DROPOUT = 0.1
START_ROUNDS = 8  # of Newton's method: where both parts start from need not be exact
_LEAST_SPREAD = 1e-3  # of a feature that hardly varies


@dataclass(frozen=True, eq=False)
class Judge:
    """As :class:`jupyter_cellorder.review.settings.ReviewSettings` has them."""

    weights: dict[str, float]
    hidden: Hidden


class _Net(nn.Module):
    """Both parts, over standardised features; the hidden one starts by adding nothing."""

    def __init__(self, weights: Array, units: int) -> None:
        super().__init__()
        self.linear = nn.Linear(len(weights), 1, bias=False)
        self.into = nn.Linear(len(weights) + 1, units)
        self.out = nn.Linear(units, 1, bias=False)
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(weights)[None])
        nn.init.zeros_(self.out.weight)

    def forward(self, rows: Tensor, seen: Tensor, owner: Tensor) -> Tensor:
        """(R, F), which rows are of seen notebooks (R), and whose they are (R), to (R)."""
        read = torch.cat([_dropped(rows, owner, FEATURE_DROPOUT), seen.unsqueeze(1)], 1)
        hidden = F.gelu(self.into(read), approximate="tanh")
        hidden = _dropped(hidden, owner, DROPOUT)
        scores: Tensor = (self.linear(rows) + self.out(hidden)).squeeze(-1)
        return scores


def _dropped(rows: Tensor, owner: Tensor, share: float) -> Tensor:
    """Dropout that takes the same columns from all rows of a choice, which are compared."""
    kept = F.dropout(torch.ones(int(owner[-1]) + 1, rows.shape[1]), share)
    return rows * kept[owner]


def fit_judge(choices: Sequence[Choice]) -> Judge:
    """Fit both parts.

    Args:
        choices: all with the features of `review.features.NAMES`; at least one is unseen.
    """
    start = fit_choice([choice for choice in choices if not choice.seen], rounds=START_ROUNDS)
    rows = np.concatenate([choice.features for choice in choices])
    middle = rows.mean(axis=0, dtype=np.float64)
    spread = np.maximum(rows.std(axis=0, dtype=np.float64), _LEAST_SPREAD)
    stacked = _Stacked(choices, middle, spread)
    nets = [_fitted(stacked, start * spread, seed) for seed in range(SEEDS)]
    linear = np.mean([_array(net.linear.weight)[0] for net in nets], axis=0) / spread
    # Served, every notebook is unseen: the last column is zero.
    into = np.concatenate([_array(net.into.weight).T[:-1] for net in nets], 1) / spread[:, None]
    bias = np.concatenate([_array(net.into.bias) for net in nets]) - middle @ into
    out = np.concatenate([_array(net.out.weight)[0] for net in nets]) / SEEDS
    hidden = Hidden(NAMES, into.astype(np.float32), bias.astype(np.float32), out.astype(np.float32))
    weights = {name: float(weight) for name, weight in zip(NAMES, linear, strict=True)}
    return Judge(weights, hidden)


class _Stacked:
    """All rows of all choices one after the other, and batches of whole choices."""

    def __init__(self, choices: Sequence[Choice], middle: Array, spread: Array) -> None:
        rows = np.concatenate([(choice.features - middle) / spread for choice in choices])
        self.rows = torch.from_numpy(rows.astype(np.float32))
        self.right = torch.from_numpy(np.concatenate([choice.right for choice in choices]))
        self.seen = torch.tensor([float(choice.seen) for choice in choices])
        self.counts = torch.tensor([len(choice.right) for choice in choices])
        self.starts = torch.cumsum(self.counts, 0) - self.counts

    def batches(self, draw: torch.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
        """All choices in random order: rows (R, F), seen (R), right (R), whose they are (R)."""
        order = torch.randperm(len(self.counts), generator=draw)
        for chosen in torch.split(order, CHOICES_AT_ONCE):
            counts = self.counts[chosen]
            owner = torch.repeat_interleave(torch.arange(len(chosen)), counts)
            within = torch.arange(len(owner)) - (torch.cumsum(counts, 0) - counts)[owner]
            at = self.starts[chosen][owner] + within
            yield self.rows[at], self.seen[chosen][owner], self.right[at], owner


def _fitted(stacked: _Stacked, weights: Array, seed: int) -> _Net:
    draw = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = _Net(weights.astype(np.float32), UNITS)
        optimiser = torch.optim.AdamW(
            [
                {"params": net.linear.parameters(), "lr": LINEAR_RATE, "weight_decay": 0.0},
                {"params": [*net.into.parameters(), *net.out.parameters()], "lr": RATE},
            ],
            weight_decay=DECAY,
        )
        steps = PASSES * -(-len(stacked.counts) // CHOICES_AT_ONCE)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, [LINEAR_RATE, RATE], total_steps=steps
        )
        for _ in range(PASSES):
            for rows, seen, right, owner in stacked.batches(draw):
                optimiser.zero_grad()
                _loss(net(rows, seen, owner), right, owner).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
    return net


def _loss(scores: Tensor, right: Tensor, owner: Tensor) -> Tensor:
    """Mean over choices of -log of the probability of their right places together."""
    count = int(owner[-1]) + 1
    most = torch.full((count,), -torch.inf).scatter_reduce(0, owner, scores.detach(), "amax")
    shares = torch.exp(scores - most[owner])
    whole = torch.zeros(count).index_add(0, owner, shares)
    good = torch.zeros(count).index_add(0, owner, shares * right)
    return -(torch.log(good.clamp(min=1e-12)) - torch.log(whole)).mean()


def _array(values: Tensor) -> NDArray[np.float64]:
    return values.detach().numpy().astype(np.float64)
