"""The network with its loss."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_training import tiny_encoder, tiny_roberta

from jupyter_cellorder.members.sequence_rows import PairwiseLayout, PointwiseLayout
from training.encoders import load_encoder
from training.pairwise.data import PairwiseQuestions
from training.pairwise.samplers import SAMPLERS
from training.pointwise.data import PointwiseQuestions
from training.sequences.data import Questions, Row, collate
from training.sequences.model import SequenceModel

POINTWISE = PointwiseQuestions(PointwiseLayout(), 0.3)
PAIRWISE = PairwiseQuestions(PairwiseLayout(), 0.3, SAMPLERS["uniform"], 0.1)
ROWS = [
    Row([2, 7, 8, 9, 3, 10, 3], [0, 0, 0, 0, 0, 1, 1], [0.25], 0.0),
    Row([2, 11, 3], [0, 0, 1], [0.75], 1.0),
    Row([2, 12, 13, 14, 3], [0, 0, 0, 1, 1], [0.5], 0.0),
]


@pytest.fixture(scope="module", params=["bert", "roberta"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    return tiny_encoder(folder) if request.param == "bert" else tiny_roberta(folder)


def made(encoder: Path, questions: Questions) -> tuple[SequenceModel, list[Row], int, int]:
    torch.manual_seed(0)
    model = SequenceModel(load_encoder(str(encoder), 0.0), questions)
    config = model.encoder.config
    rows = [Row(row.ids, row.types, row.extras[: questions.extras], row.target) for row in ROWS]
    return model, rows, int(config.pad_token_id), int(config.type_vocab_size)  # type: ignore[union-attr, arg-type]


@pytest.mark.parametrize("questions", [POINTWISE, PAIRWISE], ids=["pointwise", "pairwise"])
def test_padding_does_not_show_in_the_scores(encoder: Path, questions: Questions) -> None:
    model, rows, pad, types = made(encoder, questions)
    model.eval()
    with torch.inference_mode():
        together = model.scores(collate(rows, pad, types))
        alone = [float(model.scores(collate([row], pad, types))) for row in rows]
    assert together.tolist() == pytest.approx(alone, abs=1e-5)
    assert together.std() > 1e-4


@pytest.mark.parametrize("questions", [POINTWISE, PAIRWISE], ids=["pointwise", "pairwise"])
def test_a_few_rows_can_be_learned(encoder: Path, questions: Questions) -> None:
    model, rows, pad, types = made(encoder, questions)
    names = [name for name, _ in model.named_parameters()]
    assert len(names) == len(set(names))
    assert {name.split(".")[0] for name in names} == {"encoder", "head"}
    assert set(names) <= model.state_dict().keys()
    batch = collate(rows, pad, types)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(40):
        loss = model(batch)["loss"]
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.3 * losses[0]
    moved = [
        name for name, value in model.named_parameters() if not torch.equal(value, before[name])
    ]
    assert any(name.startswith("encoder.encoder.layer.0") for name in moved)
    assert "head.weight" in moved


def test_the_share_of_markdown_reaches_the_score(encoder: Path) -> None:
    model, rows, pad, types = made(encoder, POINTWISE)
    model.eval()
    row = rows[0]
    shares = [Row(row.ids, row.types, [share], row.target) for share in (0.0, 1.0)]
    with torch.inference_mode():
        none, all_ = model.scores(collate(shares, pad, types)).tolist()
    assert all_ - none == pytest.approx(model.head.weight[0, -1].item(), abs=1e-5)
    assert all_ != none
