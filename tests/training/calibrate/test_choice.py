"""The conditional logit behind review mode."""

from __future__ import annotations

import numpy as np
import pytest

from training.calibrate.choice import Choice, fit_choice

TRUE = np.array([1.5, -2.0, 0.0])


def drawn(count: int, seed: int, places: int = 6) -> list[Choice]:
    """Choices made by the true weights; the third feature means nothing."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        features = rng.normal(size=(places, 3)) * [1.0, 0.5, 10.0]
        odds = np.exp(features @ TRUE)
        chosen = rng.choice(places, p=odds / odds.sum())
        made.append(Choice(features.astype(np.float32), np.arange(places) == chosen))
    return made


def test_the_weights_are_found_again() -> None:
    found = fit_choice(drawn(4000, seed=0), ridge=0.1)
    assert found == pytest.approx(TRUE, abs=0.12)


def test_the_same_choices_give_the_same_weights_in_any_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choices = drawn(200, seed=1)
    whole = fit_choice(choices)
    monkeypatch.setattr("training.calibrate.choice._ROWS_AT_ONCE", 7)
    assert fit_choice(choices) == pytest.approx(whole, abs=1e-9)


def test_a_stronger_ridge_keeps_the_weights_small() -> None:
    choices = drawn(100, seed=2)
    sizes = [float(np.abs(fit_choice(choices, ridge)).sum()) for ridge in (0.1, 10.0, 1e6)]
    assert sizes[0] > sizes[1] > sizes[2]
    assert sizes[2] == pytest.approx(0, abs=1e-2)


def test_it_is_the_maximum() -> None:
    choices = drawn(150, seed=3)
    ridge = 2.0
    found = fit_choice(choices, ridge)
    spread = np.concatenate([one.features for one in choices]).std(axis=0)

    def objective(weights: np.ndarray) -> float:
        total = 0.0
        for one in choices:
            scores = one.features @ weights
            total += float(np.log(np.exp(scores[one.right]).sum()) - np.log(np.exp(scores).sum()))
        return total - ridge / 2 * float(np.square(weights * spread).sum())

    best = objective(found)
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert objective(found + rng.normal(size=3) * 0.05 / spread) < best


def test_several_right_places_share_the_credit() -> None:
    """Two places of equal features, both right: nothing tells them apart, the third is avoided."""
    features = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    right = np.array([True, True, False])
    weights = fit_choice([Choice(features, right)] * 50)
    assert weights[0] > 1
    assert weights[1] == 0


def test_what_separates_perfectly_stays_finite() -> None:
    features = np.array([[100.0], [-100.0]], dtype=np.float32)
    weights = fit_choice([Choice(features, np.array([True, False]))] * 10)
    assert np.isfinite(weights).all()
    assert weights[0] > 0
