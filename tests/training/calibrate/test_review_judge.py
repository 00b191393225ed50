"""Fitting the judge of review mode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jupyter_cellorder.review.decision import scores, softmax
from jupyter_cellorder.review.features import NAMES
from jupyter_cellorder.review.settings import ReviewSettings
from training.calibrate.choice import Choice, fit_choice
from training.calibrate.judge import fit_judge

FIRST, SECOND, MOOD = (NAMES.index(name) for name in ("alone", "among_code", "cell_length"))


def drawn(count: int, seed: int, moody: bool = True, seen: bool = False) -> list[Choice]:
    """Whom to believe depends on the cell, which a sum cannot say, or on whether it is seen."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        features = np.zeros((6, len(NAMES)), dtype=np.float32)
        features[:, [FIRST, SECOND]] = rng.normal(size=(6, 2))
        mood = rng.random() < 0.5
        features[:, MOOD] = 5.0 + mood
        believed = features[:, FIRST if (mood if moody else seen) else SECOND]
        made.append(Choice(features, np.arange(6) == believed.argmax(), seen))
    return made


def right(choices: list[Choice], settings: ReviewSettings) -> float:
    found = [softmax(scores(one.features, settings)).argmax() for one in choices]
    return float(np.mean([one.right[at] for one, at in zip(choices, found, strict=True)]))


@pytest.fixture(scope="module")
def choices() -> list[Choice]:
    return drawn(1500, seed=0)


def test_what_depends_on_something_else_is_learned(choices: list[Choice]) -> None:
    summed = fit_choice(choices)
    weights = {name: float(one) for name, one in zip(NAMES, summed, strict=True)}
    judge = fit_judge(choices)
    unseen = drawn(400, seed=1)
    alone = right(unseen, ReviewSettings(weights=weights))
    both = right(unseen, ReviewSettings(weights=judge.weights, hidden=judge.hidden))
    assert alone < 0.75
    assert both > alone + 0.1


def test_what_is_so_in_seen_notebooks_alone_is_left_out() -> None:
    some = [*drawn(600, 2, moody=False), *drawn(1200, 3, moody=False, seen=True)]
    unseen = drawn(400, 1, moody=False)
    found = []
    for choices in (some, [replace(one, seen=False) for one in some]):
        judge = fit_judge(choices)
        found.append(right(unseen, ReviewSettings(weights=judge.weights, hidden=judge.hidden)))
    told, untold = found
    assert told > untold + 0.15


def test_the_same_choices_give_the_same_judge(choices: list[Choice]) -> None:
    some = choices[:200]
    first, second = fit_judge(some), fit_judge(some)
    assert first.weights == second.weights
    assert np.array_equal(first.hidden.into, second.hidden.into)
    assert np.array_equal(first.hidden.out, second.hidden.out)


def test_features_that_never_vary_do_no_harm(choices: list[Choice]) -> None:
    judge = fit_judge(choices[:200])
    assert np.isfinite(list(judge.weights.values())).all()
    assert judge.weights["present"] == pytest.approx(0.0, abs=1e-6)
