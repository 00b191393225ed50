"""The GPU's way along the cells is the convolution."""

from __future__ import annotations

import torch
from torch import nn

from jupyter_cellorder.networks.convolution import by_product, convolved


def test_a_product_says_and_learns_what_the_convolution_does() -> None:
    torch.manual_seed(0)
    layer, rows = nn.Conv1d(3, 4, 5, padding=2), torch.rand(6, 3, 9)
    wanted = torch.rand(6, 4, 9)
    found = []
    for made in (convolved(layer, rows), by_product(layer, rows)):
        layer.zero_grad()
        (made * wanted).sum().backward()
        found.append([made.detach(), layer.weight.grad, layer.bias.grad])
    torch.testing.assert_close(found[1], found[0])


def test_fewer_cells_than_taps() -> None:
    torch.manual_seed(1)
    layer, rows = nn.Conv1d(2, 2, 5, padding=2), torch.rand(3, 2, 1)
    torch.testing.assert_close(by_product(layer, rows), layer(rows))
