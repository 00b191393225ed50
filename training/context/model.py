"""The ``context`` network with its encoder, as one trainable module."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jupyter_cellorder.networks.context import ContextNetwork, Layer, Look
from jupyter_cellorder.networks.pooling import mean_pool
from training.context.data import ContextBatch
from training.context.loss import context_loss
from training.context.recipe import LossWeights


class ContextModel(nn.Module):
    """Vectors of the batch's distinct cells, spread to their places, through the network.

    The encoder is used where the batch brings tokens; a batch with frozen vectors leaves it alone.
    """

    def __init__(
        self, network: ContextNetwork, encoder: nn.Module | None, weights: LossWeights
    ) -> None:
        super().__init__()
        self.network = network
        self.encoder = encoder
        self.weights = weights
        self.blurred = 0.0

    def regularise(self, dropout: float | None, blurred: float) -> None:
        """See :class:`training.context.recipe.ContextStage`; it holds while training only."""
        self.blurred = blurred
        for layer in self.network.modules():
            if isinstance(layer, Layer):
                layer.dropout = self.network.config.dropout if dropout is None else dropout

    def unfreeze(self, layers: int) -> None:
        """Train the encoder's last ``layers`` layers; if it has no more, the embeddings too."""
        assert self.encoder is not None
        stack = self.encoder.encoder.layer  # type: ignore[union-attr]
        every = layers >= len(stack)  # type: ignore[arg-type]
        self.encoder.requires_grad_(every)
        for layer in stack[-layers:] if layers else []:  # type: ignore[index]
            layer.requires_grad_(True)

    def step_back(self, began: Mapping[str, Tensor], share: float) -> None:
        """Go back by a ``share`` of the way from the weights ``began`` to those of now."""
        with torch.no_grad():
            for name, value in self.state_dict().items():
                if value.is_floating_point():
                    value.lerp_(began[name].to(value.device), share)

    def encode(self, batch: ContextBatch) -> Tensor:
        """(distinct, vector)."""
        if batch.vectors is not None:
            return batch.vectors
        assert self.encoder is not None and batch.back is not None
        # One lookup for all chunks: each has a gradient of the size of the vocabulary.
        every = torch.cat([ids.flatten() for ids, _ in batch.tokens])
        words: Tensor = self.encoder.get_input_embeddings()(every)  # type: ignore[operator]
        texts = torch.split(words, [ids.numel() for ids, _ in batch.tokens])
        pooled = [
            mean_pool(
                self.encoder(
                    inputs_embeds=text.view(*mask.shape, -1), attention_mask=mask
                ).last_hidden_state,
                mask,
            ).float()
            for text, (_, mask) in zip(texts, batch.tokens, strict=True)
        ]
        return torch.cat(pooled)[batch.back]

    def looks(self, batch: ContextBatch) -> tuple[Look, Look]:
        """Both looks of the network."""
        vectors = self.encode(batch)[batch.cells]
        if self.training and self.blurred:
            seen = vectors.new_ones(len(vectors), 1, vectors.shape[-1])
            vectors = vectors * F.dropout(seen, self.blurred)
        looks: tuple[Look, Look] = self.network(batch.inputs._replace(vectors=vectors))
        return looks

    def forward(self, batch: ContextBatch) -> dict[str, Tensor]:
        """``loss``, a scalar."""
        return {"loss": context_loss(self.looks(batch), batch, self.weights)}
