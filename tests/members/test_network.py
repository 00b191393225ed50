"""The cross-cell network: what its answer may depend on, and what not."""

from __future__ import annotations

import pytest
import torch
from notebook_arrays import SMALL, batch, network, notebook, shuffled

from jupyter_cellorder.networks.context_shape import ContextConfig
from training.context.data import ContextBatch
from training.context.loss import LossWeights, context_loss


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("sizes", [((9, 4), (6, 7)), ((30, 1), (2, 12)), ((1, 1), (12, 8))])
def test_a_notebook_gets_one_answer_alone_and_in_a_batch(
    sizes: tuple[tuple[int, int], ...], ordered: bool
) -> None:
    made = network()
    notebooks = [notebook(n, m, seed, ordered) for seed, (n, m) in enumerate(sizes)]
    with torch.inference_mode():
        together = made(batch(*notebooks))
        for row, (n, m) in enumerate(sizes):
            for whole, alone in zip(together, made(batch(notebooks[row])), strict=True):
                assert torch.allclose(whole.gap[row, :m, : n + 1], alone.gap[0], atol=1e-5)
                assert torch.allclose(whole.before[row, :m, :m], alone.before[0], atol=1e-5)


def test_gaps_past_the_end_of_a_notebook_have_no_probability() -> None:
    with torch.inference_mode():
        looks = network()(batch(notebook(4, 3, 0), notebook(9, 3, 1)))
    for look in looks:
        assert torch.softmax(look.gap[0], -1)[:, 5:].max() == 0


def test_floats_in_another_order_get_the_same_answers() -> None:
    made, one = network(), notebook(8, 5, 2)
    order = [3, 0, 4, 1, 2]
    with torch.inference_mode():
        plain, turned = made(batch(one)), made(batch(shuffled(one, order)))
    for before, after in zip(plain, turned, strict=True):
        assert torch.allclose(before.gap[0][order], after.gap[0], atol=1e-5)
        assert torch.allclose(before.before[0][order][:, order], after.before[0], atol=1e-5)


def test_anchors_in_another_order_get_other_answers() -> None:
    made, one = network(), notebook(8, 5, 2)
    other = dict(one)
    other["positions"] = one["positions"].copy()
    other["positions"][:8] = one["positions"][:8][::-1]
    with torch.inference_mode():
        _, plain = made(batch(one))
        _, turned = made(batch(other))
    assert not torch.allclose(plain.gap, turned.gap, atol=1e-2)


def test_before_is_antisymmetric() -> None:
    with torch.inference_mode():
        looks = network()(batch(notebook(7, 6, 3), notebook(3, 4, 4)))
    for look in looks:
        assert torch.allclose(look.before, -look.before.transpose(1, 2), atol=1e-4)
        assert look.before.abs().max() > 0.1


def test_gradients_are_finite_in_half_precision_and_reach_every_parameter() -> None:
    made = network(ContextConfig(**{**SMALL.as_dict(), "dropout": 0.1})).train()
    inputs = batch(notebook(7, 6, 3), notebook(3, 4, 4), notebook(1, 1, 5))
    size, floats = inputs.floats.shape
    gap = torch.zeros(size, floats, dtype=torch.int64)
    place = torch.arange(floats).expand(size, floats)
    answers = ContextBatch(
        inputs,
        torch.zeros(0),
        gap,
        place,
        torch.tensor([False, True, False]),
        torch.ones(size),
        None,
        [],
        None,
    )
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = context_loss(made(inputs), answers, LossWeights())
    loss.backward()
    for name, parameter in made.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
