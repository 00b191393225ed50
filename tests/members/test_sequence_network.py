"""The scorer of sequences, on encoders of both families."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_training import tiny_encoder, tiny_roberta

from jupyter_cellorder.networks.sequence import SequenceScorer
from training.encoders import load_encoder

FAMILIES = {"bert": tiny_encoder, "roberta": tiny_roberta}


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny encoder."""
    return str(FAMILIES[request.param](tmp_path_factory.mktemp(request.param)))


def scorer(family: str, extras: int) -> SequenceScorer:
    encoder = load_encoder(family)
    torch.manual_seed(0)
    return SequenceScorer(encoder, extras).eval()


def asked(made: SequenceScorer, lengths: list[int], longest: int) -> tuple[torch.Tensor, ...]:
    ids = torch.full((len(lengths), longest), made.encoder.config.pad_token_id)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, :length] = 4 + torch.arange(length) * 7 % 40
        mask[row, :length] = 1
    return ids, mask, torch.zeros_like(ids)


def test_padding_changes_no_score(family: str) -> None:
    made = scorer(family, 1)
    extras = torch.tensor([[0.2], [0.7], [0.5]])
    lengths = [5, 12, 9]
    with torch.inference_mode():
        together = made(*asked(made, lengths, 20), extras)
        alone = torch.cat(
            [made(*asked(made, [n], n), extras[[row]]) for row, n in enumerate(lengths)]
        )
    assert together.shape == (3,)
    assert together.tolist() == pytest.approx(alone.tolist(), abs=1e-5)


def test_the_first_token_and_the_extras_are_all_the_head_sees(family: str) -> None:
    made = scorer(family, 2)
    ids, mask, types = asked(made, [8, 8], 8)
    extras = torch.tensor([[0.0, 0.0], [0.5, -1.0]])
    with torch.inference_mode():
        scores = made(ids, mask, types, extras)
        first = made.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types)[0][:, 0]
        truth = torch.cat([first, extras], 1) @ made.head.weight[0] + made.head.bias
    assert scores.tolist() == pytest.approx(truth.tolist(), abs=1e-6)
    assert scores[1] - scores[0] == pytest.approx(
        float(extras[1] @ made.head.weight[0, -2:].detach()), abs=1e-5
    )


def test_types_are_read_where_the_encoder_has_them(tmp_path: Path) -> None:
    made = scorer(str(tiny_encoder(tmp_path)), 0)
    ids, mask, types = asked(made, [8], 8)
    with torch.inference_mode():
        left = made(ids, mask, types, torch.zeros(1, 0))
        right = made(ids, mask, types + (torch.arange(8) > 3), torch.zeros(1, 0))
    assert abs(float(left - right)) > 1e-4
