"""K of answers, and the temperature that is fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sized_store import sized_store
from tiny_training import tiny_encoder

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.members.sequence_rows import PairwiseLayout, PointwiseLayout
from jupyter_cellorder.metric import pooled_tau
from training.data.cells import CellStore
from training.encoders import load_encoder
from training.pairwise.data import PairwiseQuestions
from training.pairwise.samplers import SAMPLERS
from training.pointwise.data import PointwiseQuestions
from training.sequences import scores
from training.sequences.data import Questions, collate
from training.sequences.model import SequenceModel
from training.sequences.scores import TEMPERATURES, Answer, answers, fitted_temperature, judged

POINTWISE = PointwiseQuestions(PointwiseLayout(length=48), 0.3)
PAIRWISE = PairwiseQuestions(PairwiseLayout(length=24), 0.3, SAMPLERS["uniform"], 0.1)


def tau(questions: Questions, found: Sequence[Answer], temperature: float) -> float:
    return judged(questions, found, temperature).tau


def notebooks(count: int, seed: int = 0) -> list[np.ndarray]:
    """Which cells are markdown: evenly mixed, as ranks take it."""
    rng = np.random.default_rng(seed)
    return [np.tile([True, False], int(rng.integers(2, 12))) for _ in range(count)]


def ranks(floating: np.ndarray, noise: float, rng: np.random.Generator) -> Answer:
    places = np.flatnonzero(floating) / len(floating)
    return Answer(places + noise * rng.normal(size=len(places)), floating)


def log_odds(floating: np.ndarray, height: float, noise: float, rng: np.random.Generator) -> Answer:
    following = np.cumsum(~floating)[floating]
    scored = noise * rng.normal(size=(len(following), int((~floating).sum()) + 1))
    scored[np.arange(len(following)), following] += height
    return Answer(scored.ravel(), floating)


def test_who_knows_the_places_makes_no_mistake() -> None:
    rng = np.random.default_rng(0)
    found = [ranks(floating, 0.0, rng) for floating in notebooks(20)]
    assert tau(POINTWISE, found, 0.1) == 1.0
    assert tau(PAIRWISE, [log_odds(one, 9, 0, rng) for one in notebooks(20)], 1.0) == 1.0


def test_who_says_the_reverse_puts_the_markdown_wrong() -> None:
    # The markdown's 15 pairs, and half of the 36 pairs of markdown and code.
    floating = np.tile([True, False], 6)
    found = Answer(1 - np.flatnonzero(floating) / 12, floating)
    assert tau(POINTWISE, [found], 0.01) == pytest.approx(0, abs=0.07)
    everything = np.ones(9, dtype=bool)
    assert tau(POINTWISE, [Answer(1 - np.arange(9) / 9, everything)], 0.1) == -1.0


@pytest.mark.parametrize("count", [4, 8, 9, 30])
def test_who_says_the_same_of_all_gains_nothing_by_the_order_of_asking(count: int) -> None:
    everything, repeats = np.ones(count, dtype=bool), 600 // count
    for questions, scored in ((POINTWISE, np.full(count, 0.5)), (PAIRWISE, np.zeros(count))):
        found = [Answer(scored, everything)] * repeats
        assert tau(questions, found, questions.temperature) == pytest.approx(0, abs=0.12)


def test_it_is_pooled_and_asks_for_a_pair() -> None:
    long, short = np.ones(12, dtype=bool), np.ones(2, dtype=bool)
    found = [Answer(np.arange(12) / 12, long), Answer(np.array([0.9, 0.1]), short)]
    assert tau(POINTWISE, found, 0.1) == pytest.approx(1 - 4 * 1 / (12 * 11 + 2 * 1))
    code = np.zeros(5, dtype=bool)
    assert tau(POINTWISE, [Answer(np.zeros(0), code)], 0.1) == 1.0
    with pytest.raises(CellOrderError, match="two cells"):
        tau(POINTWISE, [Answer(np.zeros(1), np.ones(1, dtype=bool))], 0.1)


def test_the_same_answers_have_the_same_score() -> None:
    rng = np.random.default_rng(0)
    found = [ranks(floating, 0.3, rng) for floating in notebooks(20)]
    assert tau(POINTWISE, found, 0.1) == tau(POINTWISE, found, 0.1)
    assert tau(POINTWISE, found, 0.1) < 0.9


def test_noise_raises_the_temperature_and_knowledge_lowers_it() -> None:
    rng = np.random.default_rng(0)
    for questions, answered in (
        (POINTWISE, [[ranks(f, noise, rng) for f in notebooks(30)] for noise in (0, 0.1, 0.4)]),
        (PAIRWISE, [[log_odds(f, 2, noise, rng) for f in notebooks(30)] for noise in (0.1, 2, 6)]),
    ):
        fitted = [fitted_temperature(questions, found) for found in answered]
        assert fitted[0] < fitted[1] < fitted[2]


@pytest.mark.parametrize("scale", [0.5, 4.0])
def test_it_undoes_the_scale_of_log_odds(scale: float) -> None:
    rng = np.random.default_rng(0)
    found = [log_odds(floating, 2, 2, rng) for floating in notebooks(60)]
    scaled = [Answer(scale * answer.scores, answer.floating) for answer in found]
    step = TEMPERATURES[1] / TEMPERATURES[0]
    ratio = fitted_temperature(PAIRWISE, scaled) / fitted_temperature(PAIRWISE, found)
    assert scale / step**1.01 <= ratio <= scale * step**1.01


@given(
    arrays.arrays(np.float64, 6, elements=st.floats(-1e6, 1e6)),
    st.permutations([True, True, True, False, False, False]),
)
def test_it_is_finite_whatever_the_scores_are(values: np.ndarray, kinds: list[bool]) -> None:
    found = [Answer(values[:3], np.array(kinds))]
    assert fitted_temperature(POINTWISE, found) in TEMPERATURES
    assert -1 <= tau(POINTWISE, found, fitted_temperature(POINTWISE, found)) <= 1
    pairs = [Answer(np.tile(values, 2), np.array(kinds))]
    assert fitted_temperature(PAIRWISE, pairs) in TEMPERATURES
    assert -1 <= tau(PAIRWISE, pairs, fitted_temperature(PAIRWISE, pairs)) <= 1


def test_notebooks_that_say_nothing_have_a_temperature() -> None:
    for floating in (np.zeros(3, dtype=bool), np.ones(3, dtype=bool)):
        count = int(floating.sum())
        assert fitted_temperature(POINTWISE, [Answer(np.zeros(count), floating)]) in TEMPERATURES
        assert fitted_temperature(PAIRWISE, [Answer(np.zeros(count), floating)]) in TEMPERATURES
    assert fitted_temperature(POINTWISE, []) in TEMPERATURES


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CellStore:
    """Notebooks without markdown and without code too; ids within the encoder's vocabulary."""
    made = ["m3 c4 m5 c9 c3", "c4 c3", "m3", "c9 m4", "m9 m4 m2"]
    return sized_store(made, tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("questions", [POINTWISE, PAIRWISE], ids=["pointwise", "pairwise"])
@pytest.mark.parametrize("rows", [1, 7, 4000])
def test_answers_come_in_the_order_of_the_notebooks(
    questions: Questions,
    rows: int,
    encoder: Path,
    store: CellStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scores, "ROWS", rows)
    monkeypatch.setattr(scores, "CHUNK_TOKENS", 40)
    torch.manual_seed(0)
    model = SequenceModel(load_encoder(str(encoder), 0.0), questions).eval()
    model.encoder.resize_token_embeddings(300)  # type: ignore[operator]
    with torch.no_grad():
        for value in model.parameters():
            value.add_(0.2 * torch.randn_like(value))
    chosen = [4, 0, 1, 3, 2]
    found = list(answers(model, questions, store, chosen, 0, 2))
    assert len(found) == len(chosen)
    for number, answer in zip(chosen, found, strict=True):
        cells = store.notebooks[number].cells
        assert answer.floating.tolist() == store.markdown[cells].tolist()
        asked = questions.ask_all(store, number)
        assert answer.scores.shape == (len(asked),)
        for row, score in zip(asked, answer.scores, strict=True):
            with torch.inference_mode():
                alone = model.scores(collate([row], 0, 2))
            assert score == pytest.approx(float(alone), abs=0.15)  # bf16
    assert np.ptp(np.concatenate([one.scores for one in found])) > 1


def test_the_interval_holds_the_tau_and_is_of_clusters() -> None:
    rng = np.random.default_rng(5)
    found = [
        replace(log_odds(one, 0.5, 1, rng), cluster=f"{at % 9}")
        for at, one in enumerate(notebooks(60))
    ]
    result = judged(PAIRWISE, found, 1.0)
    low, high = result.interval
    assert low < result.tau < high
    assert len(result.inversions) == len(result.cells) == 60
    assert result.tau == pooled_tau(result.inversions, result.cells)
    assert judged(PAIRWISE, [replace(one, cluster="a") for one in found], 1.0).interval == (
        result.tau,
        result.tau,
    )
