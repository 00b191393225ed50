"""Pairs of cells as a bias: in blocks of rows they say what they say at once."""

from __future__ import annotations

import pytest
import torch

from jupyter_cellorder.networks import pair_bias
from jupyter_cellorder.networks.pair_bias import PairBias, by_products

CELLS, FACTS, HEADS = 11, 8, 4


@pytest.fixture
def network() -> PairBias:
    torch.manual_seed(0)
    return PairBias(FACTS, HEADS)


def asked(network: PairBias) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    pairs = torch.rand(2, FACTS, CELLS, CELLS, generator=generator)
    position = torch.rand(2, CELLS, generator=generator) * CELLS
    placed = (torch.rand(2, CELLS, generator=generator) < 0.7).float()
    with torch.inference_mode():
        bias: torch.Tensor = network(pairs, position, placed)
    return bias


@pytest.mark.parametrize("room", [1, CELLS, 4 * CELLS, CELLS * CELLS, 10_000])
def test_blocks_of_rows_say_what_the_whole_says(
    network: PairBias, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = asked(network.train())  # training reads all rows at once
    monkeypatch.setattr(pair_bias, "ROOM", room)
    blocks = asked(network.eval())
    assert whole.shape == blocks.shape == (2, HEADS, CELLS, CELLS)
    torch.testing.assert_close(blocks, whole)


def test_a_place_that_is_not_to_be_believed_is_not_read(network: PairBias) -> None:
    pairs, near = torch.zeros(1, FACTS, 3, 3), torch.tensor([[0.0, 1.0, 2.0]])
    far = torch.tensor([[0.0, 1.0, 50.0]])
    with torch.inference_mode():
        hidden, shown = torch.tensor([[1.0, 1.0, 0.0]]), torch.ones(1, 3)
        torch.testing.assert_close(network(pairs, near, hidden), network(pairs, far, hidden))
        assert not torch.allclose(network(pairs, near, shown), network(pairs, far, shown))


def test_every_pair_is_read_by_the_same_two_layers(network: PairBias) -> None:
    pairs = torch.rand(1, FACTS, 3, 3, generator=torch.Generator().manual_seed(2))
    nowhere = torch.zeros(1, 3)
    with torch.inference_mode():
        bias = network(pairs, nowhere, nowhere)
        facts = torch.cat([pairs[0, :, 2, 1], torch.zeros(pair_bias.DISTANCES)])
        expected = network[2](network[1](network[0](facts)))
    torch.testing.assert_close(bias[0, :, 2, 1], expected)


def test_products_say_and_learn_what_convolutions_do(network: PairBias) -> None:
    generator = torch.Generator().manual_seed(3)
    pairs = torch.rand(2, FACTS, CELLS, CELLS, generator=generator)
    position, placed = torch.rand(2, CELLS, generator=generator), torch.ones(2, CELLS)
    wanted = torch.rand(2, HEADS, CELLS, CELLS, generator=generator)
    found = []
    for bias in (
        network(pairs, position, placed),
        by_products(pairs, position, placed, network[0], network[2]),
    ):
        network.zero_grad()
        (bias * wanted).sum().backward()
        found.append([bias.detach(), *(p.grad for p in network.parameters())])
    torch.testing.assert_close(found[1], found[0])
