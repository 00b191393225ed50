"""Temperatures and weights found again where they are known."""

from __future__ import annotations

import numpy as np
import pytest

from jupyter_cellorder.members.adapters import anchor_ranks, from_next_cell, from_rank
from jupyter_cellorder.metric import pooled_tau
from jupyter_cellorder.precedence import Precedence
from training.blend.held_out import Asked
from training.blend.mixtures import mixtures
from training.blend.temperatures import ADAPTERS, fit, golden_section
from training.blend.weights import (
    Clock,
    Scores,
    cross_validated,
    paired_interval,
    search,
    shown,
    weights_of,
)

ANCHORS, FLOATS = 8, 6


def noisy(truth: np.ndarray, noise: float, rng: np.random.Generator) -> Precedence:
    """What a member says whose log-odds of every pair are right but for noise."""
    anchors, floats = truth[:ANCHORS], truth[ANCHORS:]
    after = np.sign(floats[:, None] - anchors[None, :]) + rng.normal(size=(FLOATS, ANCHORS)) * noise
    pairs = np.triu(rng.normal(size=(FLOATS, FLOATS)), 1) * noise
    before = np.sign(floats[None, :] - floats[:, None]) + pairs - pairs.T
    return Precedence(1 / (1 + np.exp(-after)), 1 / (1 + np.exp(-before)))


def truth_of(rng: np.random.Generator) -> np.ndarray:
    order = rng.permutation(ANCHORS + FLOATS)
    return np.concatenate([np.sort(order[:ANCHORS]), order[ANCHORS:]])


def notebooks(*noises: float, count: int = 40, seed: int = 0) -> list[Asked]:
    """Asked of one member for each noise."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        truth = truth_of(rng)
        said = tuple(noisy(truth, noise, rng) for noise in noises)
        found.append(Asked(said, truth, f"repo-{number % 10}", (1.0,) * len(noises)))
    return found


NEVER = Clock(None)


def test_who_knows_more_gets_more_weight_and_the_tau_rises() -> None:
    scores = Scores(notebooks(1.0, 8.0), "precedence")
    weights = search(scores, [True, True], NEVER)
    assert weights[0] == 1.0
    assert weights[1] < 0.5
    assert scores.tau(weights) > scores.tau([1, 1]) + 0.01


def test_who_misleads_is_left_out() -> None:
    asked = notebooks(2.0, 1.0)
    wrong = [
        one.with_answer(1, Precedence(1 - one.answers[1].after, 1 - one.answers[1].before))
        for one in asked
    ]
    assert search(Scores(wrong, "precedence"), [True, True], NEVER) == (1.0, 0.0)


def test_only_those_that_may_get_a_weight() -> None:
    scores = Scores(notebooks(3.0, 1.0, 3.0), "precedence")
    weights = search(scores, [True, False, True], NEVER)
    assert weights[1] == 0
    assert max(weights) == 1


def test_no_time_leaves_equal_weights() -> None:
    scores = Scores(notebooks(1.0, 8.0, count=5), "precedence")
    over = Clock(0.0)
    assert over.is_over()
    assert search(scores, [True, True], over) == (1.0, 1.0)
    gain = cross_validated(scores, [True, True], over, 3, 0)
    assert gain.equal == gain.fitted
    assert gain.interval == (0.0, 0.0)


def test_the_gain_is_of_notebooks_that_were_not_fitted_on() -> None:
    """Where no member knows anything, weights fit noise, and out of fold nothing is gained."""
    scores = Scores(notebooks(100, 100, 100, count=30), "precedence")
    everyone = [True] * 3
    weights = search(scores, everyone, NEVER)
    assert scores.tau(weights) > scores.tau([1, 1, 1]) + 0.01
    gain = cross_validated(scores, everyone, NEVER, 5, 0)
    assert gain.fitted - gain.equal < scores.tau(weights) - gain.equal
    assert gain.interval[0] < 0


def test_the_gain_of_a_real_difference_has_an_interval_above_zero() -> None:
    scores = Scores(notebooks(1.0, 8.0), "precedence")
    gain = cross_validated(scores, [True, True], NEVER, 5, 0)
    assert gain.folds == 5
    assert 0 < gain.interval[0] < gain.fitted - gain.equal < gain.interval[1]


def test_the_paired_interval_is_of_the_difference() -> None:
    rng = np.random.default_rng(0)
    cells = rng.integers(5, 30, 60)
    clusters = [f"{at % 12}" for at in range(60)]
    second = rng.integers(0, 100, 60)
    low, high = paired_interval(second + 3, second, cells, clusters)
    difference = pooled_tau(second + 3, cells) - pooled_tau(second, cells)
    assert low < difference < high < 0
    assert paired_interval(second, second, cells, clusters) == (0, 0)


def test_weights_on_the_grid_and_as_they_are_written() -> None:
    assert weights_of((0, -2, None)) == (1.0, 0.5, 0.0)
    assert shown((1.0, 0.5, 0.0)) == "2:1:0"


@pytest.mark.parametrize("least", [0.3, 1.0, 7.7])
def test_golden_section_finds_the_minimum(least: float) -> None:
    assert golden_section(lambda x: (x - least) ** 2, 0, 10, 1e-4) == pytest.approx(least, abs=1e-3)


@pytest.mark.parametrize("present", [0.02, 0.2, 5.0])
def test_the_temperature_of_ranks_is_that_of_their_noise(present: float) -> None:
    """The truth is drawn from the model of the adapter itself, at a temperature of 0.1."""
    rng = np.random.default_rng(1)
    asked = []
    for _ in range(150):
        rank = rng.random(FLOATS)
        true = rank + 0.1 * rng.logistic(size=FLOATS)  # a pair with an anchor is as likely as said
        places = np.concatenate([anchor_ranks(ANCHORS, FLOATS), true])
        answer = from_rank(rank, ANCHORS, present)
        asked.append(Asked((answer,), np.argsort(np.argsort(places)), "r", (0.0,)))
    found = fit(asked, 0, ADAPTERS["pointwise"], present)
    assert found.fitted == pytest.approx(0.11, rel=0.2)
    assert found.after < found.before
    assert found.present == present


@pytest.mark.parametrize("present", [0.3, 1.0, 6.0])
def test_the_temperature_of_next_cells_is_that_of_their_scores(present: float) -> None:
    rng = np.random.default_rng(2)
    asked = []
    for _ in range(150):
        scores = 4 * rng.normal(size=(FLOATS, ANCHORS + 1))
        share = np.exp(scores / 2.0)
        share /= share.sum(axis=1, keepdims=True)
        gaps = np.array([rng.choice(ANCHORS + 1, p=row) for row in share])
        places = np.concatenate([np.arange(ANCHORS), gaps - 0.5 + rng.random(FLOATS) / 10])
        answer = from_next_cell(scores, present)
        asked.append(Asked((answer,), np.argsort(np.argsort(places)), "r", (0.0,)))
    found = fit(asked, 0, ADAPTERS["pairwise"], present)
    assert found.fitted == pytest.approx(2.0, rel=0.1)


def test_the_adapters_give_the_answer_that_the_member_would_give() -> None:
    rng = np.random.default_rng(3)
    rank, scores = rng.random(4), rng.normal(size=(4, 6))
    cases = [
        ("pointwise", from_rank(rank, 5, 0.1), from_rank(rank, 5, 0.7)),
        ("pairwise", from_next_cell(scores, 0.1), from_next_cell(scores, 0.7)),
    ]
    for kind, given, wanted in cases:
        found = ADAPTERS[kind](given, 0.1, 0.7)
        assert np.allclose(found.after, wanted.after)
        assert np.allclose(found.before, wanted.before)


def test_the_mixtures_of_2022_within_their_time() -> None:
    asked = notebooks(2.0, 3.0, 4.0, 2.0, 1.0, count=12)
    scores = Scores(asked, "precedence")
    kinds = ["pointwise", "pointwise", "context", "pointwise", "pairwise"]
    seconds = [0.2, 0.2, 9.0, 0.2, 0.8]
    found = mixtures(scores, kinds, seconds, 7.0, NEVER)
    assert [(one.name, one.members) for one in found] == [
        ("1-1", (0, 4)),
        ("1-1", (1, 4)),
        ("1-1", (3, 4)),
        ("2-1", (0, 1, 4)),
        ("2-1", (0, 3, 4)),
        ("2-1", (1, 3, 4)),
        ("3-1", (0, 1, 3, 4)),
    ]
    assert found[0].hours == pytest.approx(20_000 / 3600)
    for one in found[:6]:
        assert one.fitted is not None
        assert one.equal is not None
        assert one.fitted >= one.equal
        assert {at for at, weight in enumerate(one.weights) if weight} <= set(one.members)
    assert (found[-1].equal, found[-1].fitted, found[-1].weights) == (None, None, ())
    assert mixtures(scores, ["context"] * 5, seconds, 9.0, NEVER) == []
