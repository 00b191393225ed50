"""What members cost: floating-point operations of their networks, counted from their shapes.

A multiplication with its addition counts as two. Only matrix products are counted (linear layers,
attention, convolutions); norms, activations, softmax, embeddings and the lexical arithmetic outside
the networks are some hundredths of them. Padding is not counted: it depends on who computes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from jupyter_cellorder.networks.context_shape import ContextConfig

_GIGA = 1e9
# Sizes that the network fixes itself; see :mod:`jupyter_cellorder.networks.context`.
_SIZES = 3  # numbers about the notebook's size, beside each cell's features
_WAVES, _SECOND_WAVES = 19, 20  # numbers that a position is written as, in both looks
_DISTANCES = 5
_BIAS_HIDDEN = 32
_CONVOLVED, _KERNEL = 16, 5


@dataclass(frozen=True)
class EncoderShape:
    """Shape of a BERT-like encoder.

    Attributes:
        layers: Number of layers.
        width: Of a token's vector.
        feed_forward: Width between the two linear layers of a layer's second half.
    """

    layers: int
    width: int
    feed_forward: int

    @classmethod
    def read(cls, folder: Path) -> EncoderShape:
        """Of the ``encoder.json`` in a member's folder."""
        config = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        return cls(
            int(config["num_hidden_layers"]),
            int(config["hidden_size"]),
            int(config["intermediate_size"]),
        )

    def gflop(self, lengths: ArrayLike) -> float:
        """1e9 operations for sequences of these lengths, in tokens.

        A token pays in every layer 8 d^2 for query, key, value and output (four matrices of d x d),
        4 d f for the feed-forward (two of d x f), and 4 t d to look at the t tokens of its sequence
        and to sum up what it saw.
        """
        tokens = np.asarray(lengths, dtype=np.float64)
        linear = 8 * self.width**2 + 4 * self.width * self.feed_forward
        attention = 4 * self.width * tokens
        return float(self.layers * (tokens * (linear + attention)).sum() / _GIGA)


def context_network_gflop(shape: ContextConfig, anchors: int, floats: int) -> float:
    """1e9 operations of the ``context`` network for N anchors and M floats.

    See :class:`jupyter_cellorder.networks.context.ContextNetwork`, whose parts are counted in the
    order of their lines.
    """
    n, m, width = anchors, floats, shape.width
    cells = n + m
    pairs = 2 * shape.channels + 2 + _DISTANCES
    layer = cells * (8 * width**2 + 4 * width * shape.feed_forward) + 4 * cells**2 * width
    bias = 2 * cells**2 * _BIAS_HIDDEN * (pairs + shape.heads)
    inputs = 2 * cells**2 * shape.vector  # cosine
    inputs += 2 * cells * width * (shape.vector + shape.features + _SIZES)
    positions = 2 * cells * width * (_WAVES + _SECOND_WAVES + 2 * width)
    scores = 2 * (shape.channels + 1)
    heads = _head(width, scores, n, m) + _head(width, scores + 2, n, m)
    layers = shape.first_layers + shape.second_layers
    return float((layers * layer + 2 * bias + inputs + positions + heads) / _GIGA)


def _head(width: int, scores: int, n: int, m: int) -> int:
    """Operations of one :class:`jupyter_cellorder.networks.context.GapHead`."""
    gaps = 2 * (n + 1) * width * (3 * width + 1)
    match = 2 * m * width**2 + 2 * m * (n + 1) * width
    lexical = 2 * m * n * (_KERNEL * _CONVOLVED * (scores + _CONVOLVED) + 2 * _CONVOLVED)
    pairs = 4 * m * width**2 + 2 * m**2 * width + 2 * m * width
    agreed = 2 * m**2 * (n + 1)
    return gaps + match + lexical + pairs + agreed
