"""An encoder whose pre-training goes on: masked language modelling, replaced token detection.

ELECTRA (Clark et al., 2020) asks the encoder which tokens a small generator has replaced; CodeBERT
(Feng et al., 2020) was trained with both questions. Where both are asked here, the encoder's own
guesses at the hidden tokens are the replacements, so that no second model is needed.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoConfig, AutoModel

from training.adapt.data import AdaptBatch
from training.adapt.recipe import Corruption

KEPT, RANDOM = 0.1, 0.1  # of the hidden tokens: shown as they are, or as another (BERT)


class LanguageHead(nn.Module):
    """Vectors to log-odds of the vocabulary; the token embeddings are the last layer."""

    def __init__(self, width: int, vocabulary: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, vectors: Tensor, embeddings: Tensor) -> Tensor:
        """(K, vocabulary) of ``vectors`` (K, width) and ``embeddings`` (vocabulary, width)."""
        return F.linear(self.norm(F.gelu(self.dense(vectors))), embeddings, self.bias)


class Generator(nn.Module):
    """A small model that guesses hidden tokens; it shares the encoder's token embeddings."""

    def __init__(self, encoder: nn.Module, layers: int) -> None:
        super().__init__()
        config = AutoConfig.for_model(**encoder.config.to_dict())  # type: ignore[union-attr, operator]
        config.num_hidden_layers = layers
        self.body = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
        self.body.pooler = None
        self.body.embeddings.word_embeddings = None
        self.head = LanguageHead(int(config.hidden_size), int(config.vocab_size))

    def forward(self, shown: Tensor, mask: Tensor, hidden: Tensor, embeddings: Tensor) -> Tensor:
        """(K, vocabulary) of the K ``hidden`` tokens."""
        known = F.embedding(shown, embeddings)
        vectors = self.body(inputs_embeds=known, attention_mask=mask).last_hidden_state
        guesses: Tensor = self.head(vectors[hidden], embeddings)
        return guesses


class AdaptModel(nn.Module):
    """Loss of one or both questions.

    Args:
        encoder: Without a pooling head.
        corruption: Which questions, and how they are weighed.
        mask_token: Id that stands for a hidden token.
    """

    def __init__(self, encoder: nn.Module, corruption: Corruption, mask_token: int) -> None:
        super().__init__()
        self.encoder = encoder
        self._objective, self._rtd_weight = corruption.objective, corruption.rtd_weight
        self._mask_token = mask_token
        width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        vocabulary = int(encoder.config.vocab_size)  # type: ignore[union-attr, arg-type]
        asks = self._objective.split("+")
        self.language = LanguageHead(width, vocabulary) if "mlm" in asks else None
        self.generator = None
        self.detector = None
        if "rtd" in asks:
            self.detector = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))
            if self.language is None:
                self.generator = Generator(encoder, corruption.generator_layers)

    @property
    def _embeddings(self) -> Tensor:
        weight: Tensor = self.encoder.get_input_embeddings().weight  # type: ignore[operator]
        return weight

    def forward(self, batch: AdaptBatch) -> dict[str, Tensor]:
        """``loss``, a scalar; its parts ``mlm`` and ``rtd`` where they are asked, detached."""
        truth = batch.ids[batch.hidden]
        shown = self._shown(batch)
        if self.language is not None:
            vectors = self._encoded(shown, batch.mask)[batch.hidden]
            guesses = self.language(vectors, self._embeddings)
        else:
            assert self.generator is not None
            guesses = self.generator(shown, batch.mask, batch.hidden, self._embeddings)
        # Not the mean: in a batch of empty cells nothing is hidden, and nought by nought is NaN.
        language = F.cross_entropy(guesses.float(), truth, reduction="sum") / max(1, len(truth))
        parts = {"mlm": language.detach()}
        if self.detector is None:
            return {"loss": language, **parts}
        replaced = batch.ids.clone()
        with torch.no_grad():
            # One draw from the guesses, by the Gumbel trick.
            noise = -torch.empty_like(guesses, dtype=torch.float32).exponential_().log()
            replaced[batch.hidden] = (guesses.float() + noise).argmax(-1)
        found = self.detector(self._encoded(replaced, batch.mask)).squeeze(-1).float()
        there = batch.mask.bool()
        detection = F.binary_cross_entropy_with_logits(
            found[there], (replaced != batch.ids)[there].float()
        )
        parts["rtd"] = detection.detach()
        return {"loss": language + self._rtd_weight * detection, **parts}

    def _encoded(self, ids: Tensor, mask: Tensor) -> Tensor:
        vectors: Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return vectors

    def _shown(self, batch: AdaptBatch) -> Tensor:
        """The ids with hidden tokens masked; where the encoder itself is asked, not all (BERT)."""
        shown = batch.ids.masked_fill(batch.hidden, self._mask_token)
        if self.language is None:
            return shown
        chance = torch.rand(batch.ids.shape, device=batch.ids.device)
        others = torch.randint_like(batch.ids, len(self._embeddings))
        shown = torch.where(batch.hidden & (chance < KEPT), batch.ids, shown)
        return torch.where(batch.hidden & (chance > 1 - RANDOM), others, shown)
