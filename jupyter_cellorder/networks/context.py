"""The cross-cell network of the ``context`` member: cell vectors in, Precedence logits out.

One transformer reads the cells of a whole notebook. Anchors know where they stand; floats do not,
or (when the markdown keeps its order) know only their place among themselves. After the first
layers every float has a distribution over the gaps; its expected place is fed back as a position
and the last layers look again, so that floats see where the other floats are heading. Both looks
are trained.

The lexical channels enter twice: as an additive bias on every attention head, and, through a small
convolution along the anchors, on the scores of the gaps.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jupyter_cellorder.members.context_input import FLOAT
from jupyter_cellorder.networks.context_shape import ContextConfig
from jupyter_cellorder.networks.convolution import convolved
from jupyter_cellorder.networks.pair_bias import PairBias

STATES = 4


class ContextInput(NamedTuple):
    """A batch of B notebooks: N anchors in their order, then M floats; L = N + M cells.

    ``vectors`` (B, L, vector); ``features`` (B, L, features); ``states`` (B, L) int64;
    ``positions`` (B, L): index of an anchor, 0..n-1; an ordered float's place when spread evenly;
    else 0; ``similarity`` (B, channels, L, L); ``numbering`` (B, M, M); ``anchors`` (B, N) and
    ``floats`` (B, M): 1 for a cell, 0 for padding at the end.
    """

    vectors: Tensor
    features: Tensor
    states: Tensor
    positions: Tensor
    similarity: Tensor
    numbering: Tensor
    anchors: Tensor
    floats: Tensor


class Look(NamedTuple):
    """Logits: ``gap`` (B, M, N + 1), about -1e4 past a notebook's end; ``before`` (B, M, M)."""

    gap: Tensor
    before: Tensor


class Layer(nn.Module):
    """Pre-norm transformer layer with an additive attention bias (B, heads, L, L)."""

    def __init__(self, config: ContextConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.dropout = config.dropout
        self.attention_norm = nn.LayerNorm(config.width)
        self.query_key_value = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.forward_norm = nn.LayerNorm(config.width)
        self.wide = nn.Linear(config.width, config.feed_forward)
        self.narrow = nn.Linear(config.feed_forward, config.width)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Cells (B, L, width) and bias (B, heads, L, L) to cells of the same shape."""
        batch, length, width = x.shape
        qkv = self.query_key_value(self.attention_norm(x))
        qkv = qkv.view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(
            qkv[0], qkv[1], qkv[2], attn_mask=bias.to(qkv.dtype)
        )
        attended = attended.transpose(1, 2).reshape(batch, length, width)
        x = x + F.dropout(self.out(attended), self.dropout, self.training)
        hidden = self.narrow(F.gelu(self.wide(self.forward_norm(x)), approximate="tanh"))
        return x + F.dropout(hidden, self.dropout, self.training)


class GapHead(nn.Module):
    """Scores of every float in every gap, and of every float before every other."""

    def __init__(self, config: ContextConfig, scores: int) -> None:
        super().__init__()
        width, hidden = config.width, 16
        self.norm = nn.LayerNorm(width)
        self.start = nn.Parameter(torch.zeros(width))
        self.end = nn.Parameter(torch.zeros(width))
        self.gap = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, width))
        self.query = nn.Linear(width, width)
        self.edge = nn.Linear(width, 1)
        self.lexical = nn.Sequential(
            nn.Conv1d(scores, hidden, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(hidden, hidden, 5, padding=2),
        )
        self.lexical_left = nn.Linear(hidden, 1)
        self.lexical_right = nn.Linear(hidden, 1)
        self.earlier = nn.Linear(width, width)
        self.later = nn.Linear(width, width)
        self.place = nn.Linear(width, 1)
        self.numbering = nn.Parameter(torch.tensor(1.0))
        self.from_gaps = nn.Parameter(torch.tensor(0.5))

    def forward(self, cells: Tensor, scores: Tensor, numbering: Tensor, anchors: Tensor) -> Look:
        """Score the floats among ``cells`` (B, L, width).

        ``scores`` (B, M, N, scores): how alike each float and anchor are, by several measures;
        ``numbering`` and ``anchors`` as in :class:`ContextInput`.
        """
        count = anchors.shape[1]
        width = cells.shape[-1]
        cells = self.norm(cells)
        placed, floats = cells[:, :count], cells[:, count:]
        batch, markdown = floats.shape[0], floats.shape[1]

        # Gap k lies between anchor k - 1 and anchor k; the end mark stands where padding begins.
        start = self.start.expand(batch, 1, width)
        end = self.end.expand(batch, 1, width)
        present = anchors.unsqueeze(-1).to(placed.dtype)
        right = torch.cat([placed * present + end * (1 - present), end], 1)
        gaps = torch.cat([torch.cat([start, placed], 1), right], -1)
        gaps = self.gap(gaps)
        gap = self.query(floats) @ gaps.transpose(1, 2) / width**0.5
        gap = gap + self.edge(gaps).transpose(1, 2)

        # (B, M, N, scores) -> convolution along the anchors of every float. Padding stays zero, so
        # that the end of a notebook looks the same in a batch as alone.
        mask = anchors.unsqueeze(1).expand(batch, markdown, count).reshape(-1, 1, count)
        along = scores.reshape(batch * markdown, count, scores.shape[-1]).transpose(1, 2)
        near, bend, far = self.lexical
        along = convolved(far, bend(convolved(near, along * mask)) * mask)
        along = along.transpose(1, 2).reshape(batch, markdown, count, -1)
        edge = torch.zeros_like(gap[:, :, :1])
        gap = gap + torch.cat([edge, self.lexical_left(along).squeeze(-1)], 2)
        right_of = self.lexical_right(along).squeeze(-1) * anchors.unsqueeze(1)
        gap = gap + torch.cat([right_of, edge], 2)
        beyond = torch.cat([torch.zeros_like(anchors[:, :1]), 1 - anchors], 1).unsqueeze(1)
        gap = gap.float() - 1e4 * beyond.float()

        pair = self.earlier(floats) @ self.later(floats).transpose(1, 2) / width**0.5
        place = self.place(floats)
        before = pair - pair.transpose(1, 2) + place.transpose(1, 2) - place
        before = before.float() - self.numbering * numbering
        # What the gaps themselves say of the pair, half of a shared gap to each side.
        share = torch.softmax(gap, -1)
        later = 1 - torch.cumsum(share, -1) + 0.5 * share
        # In full precision: 1 - 1e-4 is 1 in bfloat16.
        with torch.autocast(share.device.type, enabled=False):
            agreed = (share @ later.transpose(1, 2)).clamp(1e-4, 1 - 1e-4)
        before = before + self.from_gaps * (torch.log(agreed) - torch.log(1 - agreed))
        return Look(gap, before)


class ContextNetwork(nn.Module):
    """See the module's text. ``forward`` returns the first and the second look."""

    def __init__(self, config: ContextConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.vector_norm = nn.LayerNorm(config.vector)
        self.vector = nn.Linear(config.vector, width)
        self.feature = nn.Linear(config.features + 3, width)
        self.state = nn.Embedding(STATES, width)
        self.position = nn.Sequential(nn.Linear(19, width), nn.GELU(), nn.Linear(width, width))
        self.second_position = nn.Sequential(
            nn.Linear(20, width), nn.GELU(), nn.Linear(width, width)
        )
        facts = 2 * config.channels + 2  # channels both ways, cosine, both places known
        self.first_bias = PairBias(facts, config.heads)
        self.second_bias = PairBias(facts, config.heads)
        self.first = nn.ModuleList(Layer(config) for _ in range(config.first_layers))
        self.second = nn.ModuleList(Layer(config) for _ in range(config.second_layers))
        scores = 2 * (config.channels + 1)
        self.first_head = GapHead(config, scores)
        self.second_head = GapHead(config, scores + 2)

    @staticmethod
    def _waves(position: Tensor, count: Tensor) -> Tensor:
        """(B, L, 19): share of the notebook, and sines of the index at eight wavelengths."""
        share = position / count.clamp(min=1.0)
        lengths = 2.0 ** torch.arange(1, 9, device=position.device, dtype=position.dtype)
        angle = position.unsqueeze(-1) * (2 * torch.pi / lengths)
        edges = torch.stack(
            [share, torch.log1p(position), torch.log1p((count - position).clamp(min=0.0))], -1
        )
        return torch.cat([edges, torch.sin(angle), torch.cos(angle)], -1)

    def forward(self, batch: ContextInput) -> tuple[Look, Look]:
        """The first and the second look at a batch."""
        count = batch.anchors.shape[1]
        present = torch.cat([batch.anchors, batch.floats], 1)
        n = batch.anchors.sum(1, keepdim=True)
        m = batch.floats.sum(1, keepdim=True)
        known = (batch.states != FLOAT).to(batch.positions.dtype) * present

        x = batch.vectors
        unit = F.normalize(x.float(), dim=-1, eps=1e-6)
        size = torch.stack([torch.log1p(n), torch.log1p(m), m / (n + m)], -1).expand(
            -1, x.shape[1], -1
        )
        cells = self.vector(self.vector_norm(x)) + self.feature(
            torch.cat([batch.features, size], -1)
        )
        cells = cells + self.state(batch.states)
        cells = cells + self.position(self._waves(batch.positions, n)) * known.unsqueeze(-1)

        cosine = (unit @ unit.transpose(1, 2)).unsqueeze(1)
        both_known = (known.unsqueeze(2) * known.unsqueeze(1)).unsqueeze(1)
        pairs = torch.cat(
            [batch.similarity, batch.similarity.transpose(2, 3), cosine, both_known], 1
        )
        hidden = -1e4 * (1 - present).unsqueeze(1).unsqueeze(1)
        bias = self.first_bias(pairs, batch.positions, known) + hidden
        for layer in self.first:
            cells = layer(cells, bias)

        channels = torch.cat([batch.similarity, cosine], 1)[:, :, count:, :count]
        scores = self._scores(channels, batch.anchors)
        first = self.first_head(cells, scores, batch.numbering, batch.anchors)

        # Second look: every float stands where the first look expects it.
        share = torch.softmax(first.gap, -1).detach()
        index = torch.arange(count + 1, device=share.device, dtype=share.dtype)
        mean = (share * index).sum(-1)
        spread = ((share * index.square()).sum(-1) - mean.square()).clamp(min=0.0).sqrt()
        expected = torch.cat([batch.positions[:, :count], mean - 0.5], 1)
        unsure = torch.cat([torch.zeros_like(batch.positions[:, :count]), torch.log1p(spread)], 1)
        waves = torch.cat([self._waves(expected, n), unsure.unsqueeze(-1)], -1)
        cells = cells + self.second_position(waves)
        bias = self.second_bias(pairs, expected, present) + hidden
        for layer in self.second:
            cells = layer(cells, bias)
        belief = torch.log(share + 1e-4) / 4
        sides = torch.stack([belief[:, :, :-1], belief[:, :, 1:]], -1)
        second = self.second_head(
            cells, torch.cat([scores, sides], -1), batch.numbering, batch.anchors
        )
        return first, second

    @staticmethod
    def _scores(channels: Tensor, anchors: Tensor) -> Tensor:
        """(B, M, N, 2 x channels): raw and normalised over the notebook's anchors."""
        mask = anchors.unsqueeze(1).unsqueeze(1)
        total = mask.sum(-1, keepdim=True).clamp(min=1.0)
        mean = (channels * mask).sum(-1, keepdim=True) / total
        centred = (channels - mean) * mask
        deviation = (centred.square().sum(-1, keepdim=True) / total + 1e-4).sqrt()
        return torch.cat([channels * mask, centred / deviation], 1).permute(0, 2, 3, 1)
