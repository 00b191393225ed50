"""The numbers of the manifest that are fitted on held-out notebooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_training import TinyRun
from truthful import ensemble, notebook

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.precedence import Placement, Precedence
from training import calibrate
from training.calibrate import THRESHOLDS, fit_diagonal, fit_review, logistic
from training.repair import Proposal, Trial, displace, try_review

EVEN = notebook("c0 m1 c2 c3 m4 c5 c6 m7 c8")


def trial(*proposals: Proposal, markdown: int = 100, displaced: int = 0) -> Trial:
    """The same proposals whatever the first threshold."""
    return Trial(markdown, displaced, {first: list(proposals) for first in THRESHOLDS})


def right(evidence: float, probability: float = 0.9) -> Proposal:
    return Proposal(evidence, probability, True)


def wrong(evidence: float, probability: float = 0.9) -> Proposal:
    return Proposal(evidence, probability, False)


def test_who_knows_the_truth_is_never_wrong() -> None:
    truth = notebook("m0 c1 c2 m3 c4 c5 m6 c7 c8 c9 m10 c11 c12 c13 m14 c15")
    rng = np.random.default_rng(0)
    asked = ensemble()
    intact, repaired = [], []
    for _ in range(20):
        intact.append(try_review(truth, truth, frozenset(), asked, THRESHOLDS))
        broken, moved = displace(truth, rng)
        repaired.append(try_review(broken, truth, moved, asked, THRESHOLDS))
    settings, figures = fit_review(intact, repaired)
    assert figures["false_moves_per_100_markdown"] == 0
    assert figures["repair_precision"] == 1
    assert figures["repair_recall"] > 0.8
    assert settings.threshold in THRESHOLDS


def test_evidence_that_moves_intact_cells_is_not_enough() -> None:
    settings, figures = fit_review(
        [trial(wrong(3.2))], [trial(right(9.0), right(3.4), right(3.1), displaced=4)]
    )
    assert 3.2 < settings.confirm_threshold <= 9
    assert figures == {
        "false_moves_per_100_markdown": 0,
        "repair_precision": 1,
        "repair_recall": 0.25,
    }


def test_one_false_move_in_many_cells_is_let_through() -> None:
    settings, figures = fit_review(
        [trial(wrong(3.2), markdown=200)], [trial(right(3.1), displaced=1)]
    )
    assert settings.confirm_threshold <= 3.1
    assert figures["false_moves_per_100_markdown"] == 0.5


def test_precision_goes_before_recall() -> None:
    sure, unsure = [right(5.0, 0.9)] * 9, [wrong(5.0, 0.45)] * 9 + [right(5.0, 0.45)] * 3
    settings, figures = fit_review([trial()], [trial(*sure, *unsure, displaced=12)])
    assert 0.45 < settings.least_probability <= 0.9
    assert figures["repair_precision"] == 1
    assert figures["repair_recall"] == 0.75


def test_a_right_move_gains_what_a_wrong_one_costs() -> None:
    twice = [right(5.0), right(5.0), wrong(5.0)]
    settings, figures = fit_review(
        [trial()], [trial(*twice, right(2.0), right(2.0), wrong(2.0), displaced=4)]
    )
    assert settings.confirm_threshold <= 2
    assert figures["repair_recall"] == 1
    settings, figures = fit_review(
        [trial()], [trial(*twice, right(2.0), wrong(2.0), wrong(2.0), displaced=4)]
    )
    assert 2 < settings.confirm_threshold <= 5
    assert figures["repair_recall"] == 0.5


def test_where_no_threshold_is_safe_review_stays_silent() -> None:
    settings, figures = fit_review([trial(wrong(90.0))], [trial(right(90.0), displaced=1)])
    assert figures == {}
    assert min(settings.threshold, settings.confirm_threshold) > 90


def test_confidence_follows_from_what_was_right() -> None:
    proposals = [right(5.0, 0.9)] * 9 + [wrong(5.0, 0.9)] + [right(5.0, 0.6)] + [wrong(5.0, 0.6)]
    settings, _ = fit_review([trial()], [trial(*proposals * 20, displaced=220)])
    slope, intercept = settings.calibration
    for probability, truth in ((0.9, 0.9), (0.6, 0.5)):
        odds = slope * np.log(probability / (1 - probability)) + intercept
        assert 1 / (1 + np.exp(-odds)) == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize("truth", [(2.0, -1.0), (0.5, 0.3), (-1.0, 0.0)])
def test_logistic_finds_the_coefficients(truth: tuple[float, float]) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=20_000)
    y = rng.random(20_000) < 1 / (1 + np.exp(-(truth[0] * x + truth[1])))
    assert logistic(x, y.astype(float)) == pytest.approx(truth, abs=0.08)


def test_logistic_is_finite_where_all_are_right() -> None:
    slope, intercept = logistic(np.array([1.0, 2.0, 3.0]), np.ones(3))
    assert np.isfinite([slope, intercept]).all()
    assert slope + intercept > 0


class Clueless:
    """Finds every gap as likely as any other."""

    name = "clueless"

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        n, m = len(placement.anchors), len(placement.floats)
        return Precedence(
            np.full((m, n), 0.5), np.full((m, m), 0.5), np.full((m, n + 1), 1 / (n + 1))
        )

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return 0.0


def test_the_prior_is_strong_where_the_ensemble_knows_nothing() -> None:
    examples = [Example("e", "e", "e", "en", EVEN)]
    assert fit_diagonal(examples, ensemble()) == (0.0, 1.0)
    diagonal, tau = fit_diagonal(examples, Ensemble((Clueless(),), (1.0,), "clueless"))
    assert diagonal > 0
    assert tau > 0.9


def test_what_is_missing_is_said(
    tmp_path: Path, tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    valid = str(tiny_run.corpus / "valid.jsonl.zst")
    assert calibrate.main([str(tmp_path), "--data", valid]) == 2
    assert "holds no bundle" in capsys.readouterr().err
    before = (tiny_run.bundle / "manifest.json").read_bytes()
    assert calibrate.main([str(tiny_run.bundle), "--data", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
    assert (tiny_run.bundle / "manifest.json").read_bytes() == before
