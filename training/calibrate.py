"""``python -m training.calibrate BUNDLE --data VALIDATION``: fit the manifest's numbers.

Review mode's thresholds, so that intact notebooks stay untouched; the confidence of its moves; and
the prior of evenly spread markdown for *keep markdown order*. Fitted on held-out notebooks, never
on training.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from jupyter_cellorder.bundle import load_bundle
from jupyter_cellorder.decode import monotone_alignment
from jupyter_cellorder.ensemble import Ensemble, ReviewSettings
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sample import sample
from jupyter_cellorder.evaluation.sources import Example, read_examples
from jupyter_cellorder.metric import inversions, pooled_tau
from jupyter_cellorder.precedence import Placement
from jupyter_cellorder.review import log_odds
from training.manifest import update_manifest
from training.repair import Proposal, Trial, displace, try_review

THRESHOLDS = (1.0, 2.0, 3.0, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0)
PROBABILITIES = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
DIAGONALS = (0.0, 5.0, 10.0, 20.0, 40.0, 80.0)
FALSE_MOVES = 0.6  # in 100 markdown cells of intact notebooks; the promise is below 1


def fit_review(
    intact: Sequence[Trial], repaired: Sequence[Trial]
) -> tuple[ReviewSettings, dict[str, float]]:
    """The thresholds with most right moves less wrong ones, within :data:`FALSE_MOVES`.

    A wrong proposal costs the reader what a right one gains; that weighs precision against recall.

    Returns:
        The settings, and what they give: false moves in 100 cells, precision and recall of repair.
    """
    cells = sum(trial.markdown for trial in intact)
    displaced = sum(trial.displaced for trial in repaired)
    settings, figures = ReviewSettings(threshold=99.0, confirm_threshold=99.0), {}
    best = 0
    # One threshold for both answers: with three numbers to choose, luck chooses one of them.
    for evidence, least in product(THRESHOLDS, PROBABILITIES):
        tried = ReviewSettings(
            threshold=evidence, confirm_threshold=evidence, least_probability=least
        )
        false = 100 * len(_made(intact, tried)) / cells
        made = _made(repaired, tried)
        right = sum(proposal.right for proposal in made)
        if false <= FALSE_MOVES and 2 * right - len(made) > best:
            best, settings = 2 * right - len(made), tried
            figures = {
                "false_moves_per_100_markdown": false,
                "repair_precision": right / len(made),
                "repair_recall": right / displaced,
            }
    shown = _made(repaired, replace(settings, least_probability=0.0))
    if shown:
        odds = np.array([log_odds(proposal.probability) for proposal in shown])
        right_ones = np.array([proposal.right for proposal in shown], dtype=float)
        settings = replace(settings, calibration=logistic(odds, right_ones))
    return settings, figures


def _made(trials: Sequence[Trial], settings: ReviewSettings) -> list[Proposal]:
    """The proposals that review mode would make with these settings."""
    return [
        proposal
        for trial in trials
        for proposal in trial.proposals.get(settings.threshold, [])
        if proposal.evidence >= settings.confirm_threshold
        and proposal.probability >= settings.least_probability
    ]


def logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
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


def fit_diagonal(examples: Sequence[Example], ensemble: Ensemble) -> tuple[float, float]:
    """Strength of the even-spread prior with the highest K, and that K."""
    wrong = np.zeros((len(examples), len(DIAGONALS)))
    sizes = np.array([len(example.notebook.cells) for example in examples])
    for row, example in enumerate(
        tqdm(examples, desc="keep order", unit=" notebooks", mininterval=5)
    ):
        cells = example.notebook.cells
        anchors = [i for i, cell in enumerate(cells) if cell.kind != "markdown"]
        floats = [i for i, cell in enumerate(cells) if cell.kind == "markdown"]
        placement = Placement(
            tuple(cells[i] for i in anchors), tuple(cells[i] for i in floats), ordered=True
        )
        answer = ensemble.precedence(placement)
        truth = [*anchors, *floats]
        for column, diagonal in enumerate(DIAGONALS):
            wrong[row, column] = inversions(
                [truth[i] for i in monotone_alignment(answer, diagonal)]
            )
    scores = [pooled_tau(wrong[:, column], sizes) for column in range(len(DIAGONALS))]
    best = int(np.argmax(scores))
    return DIAGONALS[best], scores[best]


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: the manifest holds the fitted numbers; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    made.add_argument("bundle", type=Path, help="folder of the bundle; its manifest is rewritten")
    made.add_argument("--data", type=Path, required=True, help="held-out notebooks")
    made.add_argument("--limit", type=int, default=500, help="notebooks read, a seeded sample")
    made.add_argument("--seed", type=int, default=0)
    chosen = made.parse_args(arguments)
    try:
        ensemble = load_bundle(chosen.bundle)
        examples = sample(read_examples(chosen.data), chosen.limit, chosen.seed)
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    rng = np.random.default_rng(chosen.seed)
    intact, repaired = [], []
    for example in tqdm(examples, desc="review", unit=" notebooks", mininterval=5):
        truth = example.notebook
        intact.append(try_review(truth, truth, frozenset(), ensemble, THRESHOLDS))
        broken, moved = displace(truth, rng)
        repaired.append(try_review(broken, truth, moved, ensemble, THRESHOLDS))
    settings, figures = fit_review(intact, repaired)
    if not figures:
        print(
            f"No thresholds keep false moves below {FALSE_MOVES} in 100 cells and still find "
            "anything. Train longer, or calibrate on more notebooks (--limit).",
            file=sys.stderr,
        )
        return 2
    diagonal, keep_order = fit_diagonal(examples, ensemble)
    figures |= {"keep_order_kendall_tau": keep_order, "calibration_notebooks": len(examples)}
    update_manifest(chosen.bundle, {"review": asdict(settings), "diagonal": diagonal}, figures)
    print(json.dumps({"review": vars(settings), "diagonal": diagonal, **figures}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
