"""What the ``context`` network learns from: the exact gap, float-anchor pairs, float pairs."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from jupyter_cellorder.networks.context import Look
from training.context.data import ContextBatch
from training.context.recipe import LossWeights


def after_logits(gap: Tensor) -> Tensor:
    """(B, M, N) log-odds that a float stands after each anchor, from gap logits (B, M, N + 1)."""
    up_to = torch.logcumsumexp(gap, -1)
    beyond = torch.logcumsumexp(gap.flip(-1), -1).flip(-1)
    return beyond[..., 1:] - up_to[..., :-1]


def look_loss(look: Look, batch: ContextBatch, weights: LossWeights) -> Tensor:
    """Weighted mean over the batch's questions; inside one every float or pair weighs the same."""
    floats, anchors = batch.inputs.floats, batch.inputs.anchors
    m = floats.sum(1).clamp(min=1)

    exact = F.cross_entropy(look.gap.flatten(0, 1), batch.gap.flatten(), reduction="none")
    exact = (exact.view_as(floats) * floats).sum(1) / m

    index = torch.arange(anchors.shape[1], device=anchors.device)
    target = (batch.gap.unsqueeze(-1) > index).float()
    pairs = floats.unsqueeze(-1) * anchors.unsqueeze(1)
    after = F.binary_cross_entropy_with_logits(
        after_logits(look.gap).clamp(-30, 30), target, reduction="none"
    )
    after = (after * pairs).sum((1, 2)) / pairs.sum((1, 2)).clamp(min=1)

    target = (batch.place.unsqueeze(-1) < batch.place.unsqueeze(1)).float()
    both = floats.unsqueeze(-1) * floats.unsqueeze(1)
    both = both * (1 - torch.eye(floats.shape[1], device=floats.device))
    both = both * (~batch.ordered).float().view(-1, 1, 1)
    before = F.binary_cross_entropy_with_logits(look.before, target, reduction="none")
    before = (before * both).sum((1, 2)) / both.sum((1, 2)).clamp(min=1)

    each = weights.gap * exact + weights.after * after + weights.before * before
    return (each * batch.weight).sum() / batch.weight.sum()


def context_loss(looks: tuple[Look, Look], batch: ContextBatch, weights: LossWeights) -> Tensor:
    """Both looks are trained."""
    first, second = looks
    return weights.first_look * look_loss(first, batch, weights) + look_loss(second, batch, weights)
