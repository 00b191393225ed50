"""What any two cells have to do with each other, as a bias on every attention head.

A small network reads each of the L x L pairs. Its hidden layer is the largest thing that the
``context`` member ever computes (128 MB for 1,000 cells), so that at serving it is made of some
rows at a time. What is known of the pairs lies fact by fact, never pair by pair: to bring it
together for every pair took longer than to read it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROOM = 131_072  # pairs at a time: 16 MB of a hidden layer 32 wide; in smaller parts it is slower
HIDDEN = 32
DISTANCES = 5


class PairBias(nn.Sequential):
    """Pairs of cells to (B, heads, L, L).

    Args:
        facts: how much is known of a pair, whatever places its cells are given.
        heads: of the attention.
    """

    def __init__(self, facts: int, heads: int) -> None:
        super().__init__(nn.Linear(facts + DISTANCES, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, heads))

    def forward(  # type: ignore[override]
        self, pairs: Tensor, position: Tensor, placed: Tensor
    ) -> Tensor:
        """Read every pair.

        ``pairs`` (B, facts, L, L); ``position`` (B, L), and ``placed`` (B, L): 1 where that is to
        be believed.
        """
        wide, narrow = self[0], self[2]
        assert isinstance(wide, nn.Linear) and isinstance(narrow, nn.Linear)
        if pairs.is_cuda:
            return by_products(pairs, position, placed, wide, narrow)
        bias: Tensor = _in_rows(
            pairs,
            position,
            placed,
            wide.weight,
            wide.bias,
            narrow.weight,
            narrow.bias,
            0 if self.training else ROOM,
        )
        return bias


def by_products(
    pairs: Tensor, position: Tensor, placed: Tensor, wide: nn.Linear, narrow: nn.Linear
) -> Tensor:
    """All pairs at once on a GPU, without convolutions: see :mod:`.convolution`."""
    # Pair by pair: what the weights learn is then one sum over all of them.
    read = _facts(pairs, position, position, placed, placed).permute(0, 2, 3, 1)
    bias: Tensor = narrow(F.gelu(wide(read)))
    return bias.float().permute(0, 3, 1, 2)


def _facts(
    pairs: Tensor, position: Tensor, other: Tensor, placed: Tensor, other_placed: Tensor
) -> Tensor:
    """What is known of pairs: (B, facts, R, L), and of R cells beside L their distances."""
    delta = position.unsqueeze(2) - other.unsqueeze(1)
    both = placed.unsqueeze(2) * other_placed.unsqueeze(1)
    log = torch.sign(delta) * torch.log1p(delta.abs())
    near = torch.exp(-delta.abs() / 2)
    distances = torch.stack([log, log.abs(), near, torch.tanh(delta), torch.ones_like(delta)], 1)
    return torch.cat([pairs, distances * both.unsqueeze(1)], 1)


# A loop in ONNX, not as many copies of the body as the traced example has blocks.
@torch.jit.script_if_tracing  # type: ignore[untyped-decorator]
def _in_rows(
    pairs: Tensor,
    position: Tensor,
    placed: Tensor,
    wide: Tensor,
    wide_bias: Tensor,
    narrow: Tensor,
    narrow_bias: Tensor,
    room: int,
) -> Tensor:
    """The rows in blocks of ``room`` pairs, or all at once where that is 0."""
    length = pairs.shape[2]
    rows = max(1, room // length) if room > 0 else length
    # A layer for all pairs is a convolution that sees one pair at a time.
    wide = wide.unsqueeze(-1).unsqueeze(-1)
    narrow = narrow.unsqueeze(-1).unsqueeze(-1)
    blocks = []
    for start in range(0, length, rows):
        size = min(rows, length - start)
        read = _facts(
            pairs.narrow(2, start, size),
            position.narrow(1, start, size),
            position,
            placed.narrow(1, start, size),
            placed,
        )
        hidden = F.gelu(F.conv2d(read, wide, wide_bias))
        blocks.append(F.conv2d(hidden, narrow, narrow_bias).float())
    return torch.cat(blocks, 2)
