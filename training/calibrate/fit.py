"""Fitting review mode: its judge, confidence and thresholds, and what they are worth elsewhere.

What is reported is measured on repositories that were not fitted on: the trials are split by
cluster, and the moves of each fold are weighed by a judge that the other folds teach, then
calibrated and cut off by what the moves of the other folds teach. (The judges of those moves
have seen the fold; three numbers hang on it.) What ships is fitted on all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.evaluation.repair import RepairPoint, RepairResult, RepairTally
from jupyter_cellorder.review.decision import best_move, calibrated, log_odds, scores, softmax
from jupyter_cellorder.review.settings import Eagerness, ReviewSettings
from training.calibrate.choice import Choice
from training.calibrate.judge import fit_judge
from training.calibrate.trials import Trial

Array = NDArray[np.float64]

FOLDS = 5
NEVER = 1.0  # threshold of an eagerness whose aim is out of reach
NEARLY = 0.1  # by which a precision may miss its aim where nothing reaches it
FEWEST = 0.02  # share of the moves that a threshold must show


@dataclass(frozen=True)
class Aim:
    """What a threshold keeps to.

    Attributes:
        precision: at least so much of the moves shown on displaced notebooks.
        false_moves: at most so many in 100 markdown cells of intact ones.
    """

    precision: float
    false_moves: float


AIMS: Mapping[Eagerness, Aim] = {
    Eagerness.CAUTIOUS: Aim(0.95, 0.1),
    Eagerness.BALANCED: Aim(0.9, 0.3),
    Eagerness.EAGER: Aim(0.75, 0.9),
}


@dataclass(frozen=True)
class Made:
    """The likeliest move of one doubtful cell.

    ``probability`` of its place; whether the cell was ``displaced``, and the move is ``right``.
    """

    probability: float
    displaced: bool
    right: bool


@dataclass(frozen=True)
class Fitted:
    """What :func:`fit_review` found.

    Attributes:
        settings: to ship, fitted on all trials.
        shown: for each eagerness, what the moves shown are worth on unseen repositories.
        result: the curve and the calibration there.
    """

    settings: ReviewSettings
    shown: Mapping[Eagerness, RepairPoint]
    result: RepairResult


def fit_review(
    trials: Sequence[Trial],
    settings: ReviewSettings,
    name: str,
    seed: int,
    seen: Sequence[Trial] = (),
) -> Fitted:
    """Fit judge, calibration and thresholds.

    Args:
        trials: of held-out notebooks of at least two clusters; those of a notebook together.
        settings: their folds, candidates and largest share are kept.
        name: of the bundle.
        seed: of the bootstrap.
        seen: of notebooks that the ensemble was trained on: they teach the judge, and nothing else.
    """
    fold_of = split([trial.cluster for trial in trials])
    made: list[list[Made]] = [[] for _ in trials]
    for fold in set(fold_of):
        others = [t for t, f in zip(trials, fold_of, strict=True) if f != fold]
        judge = judged([*others, *seen], settings)
        for number, trial in enumerate(trials):
            if fold_of[number] == fold:
                made[number] = moves(trial, judge)
    elsewhere = {
        fold: _fit_confidence(
            [t for t, f in zip(trials, fold_of, strict=True) if f != fold],
            [m for m, f in zip(made, fold_of, strict=True) if f != fold],
            settings,
        )
        for fold in set(fold_of)
    }
    applied = [elsewhere[fold] for fold in fold_of]
    shipped = _fit_confidence(trials, made, settings)
    shown = {
        eagerness: _tally(
            trials, made, applied, [each.threshold(eagerness) for each in applied]
        ).point(0.0, seed)
        for eagerness in Eagerness
    }
    result = _tally(trials, made, applied, [0.0] * len(trials)).result(
        name, shipped.threshold(Eagerness.BALANCED), seed, None, {}
    )
    return Fitted(judged([*trials, *seen], shipped), shown, result)


def split(clusters: Sequence[str], folds: int = FOLDS) -> list[int]:
    """A fold for each entry: clusters stay together, and folds are of about the same size."""
    load = [0] * folds
    fold_of: dict[str, int] = {}
    counts = Counter(clusters)
    for cluster in sorted(counts, key=lambda name: (-counts[name], name)):
        fold_of[cluster] = load.index(min(load))
        load[fold_of[cluster]] += counts[cluster]
    return [fold_of[cluster] for cluster in clusters]


def judged(trials: Sequence[Trial], settings: ReviewSettings) -> ReviewSettings:
    """The settings with a fitted judge, of no features where no unseen cell was in doubt."""
    choices = [
        Choice(doubt.features, doubt.right, trial.seen)
        for trial in trials
        for doubt in trial.doubts
    ]
    if all(choice.seen for choice in choices):
        return replace(settings, weights={}, hidden=None)
    judge = fit_judge(choices)
    return replace(settings, weights=judge.weights, hidden=judge.hidden)


def moves(trial: Trial, settings: ReviewSettings) -> list[Made]:
    """The moves that review mode would consider; see `review.decision.decide`."""
    made = []
    for doubt in trial.doubts:
        probability = softmax(scores(doubt.features, settings))
        place = best_move(probability, doubt.present)
        if place is not None:
            made.append(
                Made(
                    float(probability[place]),
                    doubt.displaced,
                    bool(doubt.displaced and doubt.right[place]),
                )
            )
    made.sort(key=lambda move: -move.probability)
    return made[: max(1, int(settings.max_share * trial.markdown))]


def _fit_confidence(
    trials: Sequence[Trial], made: Sequence[Sequence[Made]], settings: ReviewSettings
) -> ReviewSettings:
    """Calibration on the displaced notebooks, and the thresholds."""
    displaced = [
        move for trial, each in zip(trials, made, strict=True) if not trial.intact for move in each
    ]
    odds = np.array([log_odds(move.probability) for move in displaced])
    right = np.array([move.right for move in displaced], dtype=float)
    calibration = logistic(odds, right)
    false = [
        calibrated(move.probability, calibration)
        for trial, each in zip(trials, made, strict=True)
        if trial.intact
        for move in each
    ]
    cells = sum(trial.markdown for trial in trials if trial.intact)
    sure = np.array([calibrated(move.probability, calibration) for move in displaced])
    found = [
        least_confidence(sure, right, np.array(false), cells, AIMS[eagerness])
        for eagerness in Eagerness
    ]
    # Who is more cautious never sees more than who is less.
    thresholds = {
        eagerness.value: max(found[number:]) for number, eagerness in enumerate(Eagerness)
    }
    return replace(settings, calibration=calibration, thresholds=thresholds)


def least_confidence(
    confidence: Array, right: Array, false: Array, markdown: int, aim: Aim
) -> float:
    """The threshold, in hundredths, that keeps to an aim and shows most.

    Where the precision is out of reach, the one of the highest precision, if it misses the aim by
    no more than `NEARLY`; else `NEVER`. A threshold shows at least the share `FEWEST` of the moves:
    of a handful, chance says how many are right.

    Args:
        confidence: (n) of the moves on displaced notebooks.
        right: (n) 1 where they are right.
        false: (k) confidence of the moves on intact notebooks.
        markdown: cells of those.
        aim: what to keep to.
    """
    nearest, best = NEVER, aim.precision - NEARLY
    for hundredths in range(1, 100):
        threshold = hundredths / 100
        shown = confidence >= threshold
        if not shown.any() or shown.mean() < FEWEST:
            break
        if 100 * int((false >= threshold).sum()) / max(markdown, 1) > aim.false_moves:
            continue
        precision = float(right[shown].mean())
        if precision >= aim.precision:
            return threshold
        if precision > best:
            nearest, best = threshold, precision
    return nearest


def logistic(x: Array, y: Array) -> tuple[float, float]:
    """Slope and intercept of a logistic regression, by Newton's method with a weak ridge."""
    design = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.zeros(2)
    ridge = np.diag([1e-2, 1e-2])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (y - p) - ridge @ weights
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + ridge
        weights = weights + np.linalg.solve(curvature, slope)
    return float(weights[0]), float(weights[1])


def _tally(
    trials: Sequence[Trial],
    made: Sequence[Sequence[Made]],
    applied: Sequence[ReviewSettings],
    thresholds: Sequence[float],
) -> RepairTally:
    """Count the moves at or above each trial's threshold, notebook by notebook."""
    tally = RepairTally()
    for _, group in groupby(
        zip(trials, made, applied, thresholds, strict=True), key=lambda one: one[0].notebook
    ):
        cluster, markdown, displaced = "", 0, 0
        false: list[float] = []
        repairs: list[tuple[float, bool, bool]] = []
        for trial, moves, settings, threshold in group:
            cluster = trial.cluster
            displaced += trial.displaced
            for move in moves:
                sure = calibrated(move.probability, settings.calibration)
                if sure < threshold:
                    continue
                if trial.intact:
                    false.append(sure)
                else:
                    repairs.append((sure, move.displaced, move.right))
            if trial.intact:
                markdown = trial.markdown
        tally.add(cluster, markdown, displaced, false, repairs)
    return tally
