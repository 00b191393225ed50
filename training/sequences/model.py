"""The network of a task over sequences, with its loss, as one trainable module."""

from __future__ import annotations

from torch import Tensor, nn

from jupyter_cellorder.networks.sequence import SequenceScorer
from training.sequences.data import Questions, SequenceBatch


class SequenceModel(nn.Module):
    """Scores and loss; parameters are named as the member's network names them."""

    def __init__(self, encoder: nn.Module, questions: Questions) -> None:
        super().__init__()
        scorer = SequenceScorer(encoder, questions.extras)
        self.encoder, self.head = scorer.encoder, scorer.head
        self._scorer = [scorer]  # in a list: its parameters are named once, not twice
        self._questions = questions

    def scores(self, batch: SequenceBatch) -> Tensor:
        """(B,) scores."""
        scored: Tensor = self._scorer[0](batch.ids, batch.mask, batch.types, batch.extras)
        return scored

    def forward(self, batch: SequenceBatch) -> dict[str, Tensor]:
        """``loss``, a scalar."""
        return {"loss": self._questions.loss(self.scores(batch).float(), batch.target)}
