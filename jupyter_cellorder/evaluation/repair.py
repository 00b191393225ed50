"""How well review mode repairs: what people use, measured on notebooks whose order is known.

Every notebook is asked about twice: as its author left it, where each move is a false one, and with
one to three markdown cells displaced, where a move is right when it brings a displaced cell back
into its own gap (see :mod:`jupyter_cellorder.evaluation.displace`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.crew import Load
from jupyter_cellorder.evaluation.displace import displace
from jupyter_cellorder.evaluation.gather import gather
from jupyter_cellorder.evaluation.hide import random_for
from jupyter_cellorder.evaluation.run import Progress
from jupyter_cellorder.evaluation.shares import (
    Interval,
    calibration_error,
    drawn_sums,
    percent,
    reliability,
    share_interval,
    span,
)
from jupyter_cellorder.evaluation.sources import Example, Skipped
from jupyter_cellorder.review.moves import propose
from jupyter_cellorder.review.settings import Eagerness

CURVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)


@dataclass(frozen=True)
class RepairPoint:
    """What review mode would do if it showed the moves of at least this confidence.

    Attributes:
        confidence: the threshold.
        moves: moves shown on the displaced notebooks.
        precision: share of them that are right; None where there are none.
        precision_ci95: its interval.
        misplaced: share of them whose cell did stand wrong, wherever it is brought.
        recall: share of the displaced cells that are brought back.
        recall_ci95: its interval.
        false_moves: moves shown on the intact notebooks, in 100 markdown cells.
        false_moves_ci95: its interval.
    """

    confidence: float
    moves: int
    precision: float | None
    precision_ci95: Interval
    misplaced: float | None
    recall: float
    recall_ci95: Interval
    false_moves: float
    false_moves_ci95: Interval

    def as_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class RepairResult:
    """What an evaluation of review mode found.

    Attributes:
        shipped: at the threshold that the bundle ships with.
        curve: at other thresholds, ascending.
        calibration_error: expected calibration error of the confidence of all moves considered,
            over ten bins of equal mass; None where there are none.
        bins: of those, mean confidence, share right and number of moves.
        notebooks: notebooks asked about, each intact and displaced.
        clusters: repositories, else ancestors, else notebooks that the bootstrap drew from.
        markdown_cells: markdown cells of the intact notebooks.
        displaced_cells: markdown cells that were displaced.
        bundle: name of the ensemble.
        seed: of displacements, sample and bootstrap.
        limit: size of the sample asked for; None for everything.
        skipped: what the source held that was not used, by reason.
    """

    shipped: RepairPoint
    curve: tuple[RepairPoint, ...]
    calibration_error: float | None
    bins: tuple[tuple[float, float, int], ...]
    notebooks: int
    clusters: int
    markdown_cells: int
    displaced_cells: int
    bundle: str
    seed: int
    limit: int | None
    skipped: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; the figures at the shipped threshold are at the top."""
        return {
            "task": "repair",
            "bundle": self.bundle,
            **self.shipped.as_dict(),
            "calibration_error": self.calibration_error,
            "calibration_bins": [
                {"confidence": sure, "right": right, "moves": moves}
                for sure, right, moves in self.bins
            ],
            "curve": [point.as_dict() for point in self.curve],
            "notebooks": self.notebooks,
            "clusters": self.clusters,
            "markdown_cells": self.markdown_cells,
            "displaced_cells": self.displaced_cells,
            "seed": self.seed,
            "limit": self.limit,
            "skipped": dict(self.skipped),
        }

    def table(self) -> str:
        """The result for people: the shipped threshold with intervals, then the curve."""
        at = self.shipped
        error = "-" if self.calibration_error is None else f"{self.calibration_error:.3f}"
        lines = [
            f"{'review mode':<27}  95 % interval",
            f"precision of moves   {percent(at.precision)}  {span(at.precision_ci95)}",
            f"... of a wrong cell   {percent(at.misplaced)}",
            f"recall of displaced  {percent(at.recall)}  {span(at.recall_ci95)}",
            f"false moves in 100   {at.false_moves:6.2f}  {span(at.false_moves_ci95, 'cells')}",
            f"calibration error    {error:>6}",
            "",
            "confidence  moves  precision  of a wrong cell  recall  false moves in 100",
            *(
                f"{point.confidence:10.2f}  {point.moves:5d}  {percent(point.precision):>9}  "
                f"{percent(point.misplaced):>15}  {percent(point.recall)}  "
                f"{point.false_moves:18.2f}"
                for point in self.curve
            ),
            "",
            f"{self.bundle}, {self.notebooks:,} notebooks in {self.clusters:,} clusters, intact "
            f"({self.markdown_cells:,} markdown cells)",
            f"and with {self.displaced_cells:,} cells displaced, seed {self.seed}. Shown are moves "
            f"of a confidence from {at.confidence:.2f}.",
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Repaired:
    """What review mode proposed for one notebook.

    Attributes:
        markdown: markdown cells asked about.
        displaced: how many were displaced.
        false: confidence of the proposals on the intact notebook.
        made: confidence of those on the displaced one, whether the cell was displaced, and whether
            the move is right.
    """

    markdown: int
    displaced: int
    false: tuple[float, ...]
    made: tuple[tuple[float, bool, bool], ...]


class RepairTally:
    """Sums up notebooks; holds a few numbers for each proposal and no text."""

    def __init__(self) -> None:
        self._clusters: list[str] = []
        self._markdown: list[int] = []
        self._displaced: list[int] = []
        # Of every proposal: number of the notebook, confidence, and whether the cell did stand
        # wrong and the move is right.
        self._false: list[tuple[int, float]] = []
        self._made: list[tuple[int, float, bool, bool]] = []

    def __len__(self) -> int:
        """Notebooks so far."""
        return len(self._clusters)

    def add(
        self,
        cluster: str,
        markdown: int,
        displaced: int,
        false: Iterable[float],
        made: Iterable[tuple[float, bool, bool]],
    ) -> None:
        """Count one notebook.

        Args:
            cluster: what it is alike by.
            markdown: markdown cells asked about.
            displaced: how many were displaced.
            false: confidence of the proposals on the intact notebook.
            made: confidence of those on the displaced one, whether the cell was displaced, and
                whether the move is right.
        """
        number = len(self._clusters)
        self._clusters.append(cluster)
        self._markdown.append(markdown)
        self._displaced.append(displaced)
        self._false += [(number, confidence) for confidence in false]
        self._made += [(number, *one) for one in made]

    def point(self, threshold: float, seed: int) -> RepairPoint:
        """The figures where proposals of at least this confidence are shown."""
        count = len(self)
        shown = [
            (number, wrong, right) for number, sure, wrong, right in self._made if sure >= threshold
        ]
        false = [number for number, sure in self._false if sure >= threshold]
        sums = np.stack(
            [
                np.bincount([n for n, _, right in shown if right], minlength=count),
                np.bincount([n for n, _, _ in shown], minlength=count),
                np.array(self._displaced),
                100.0 * np.bincount(false, minlength=count),
                np.array(self._markdown),
            ],
            axis=1,
        )
        drawn = drawn_sums(sums, self._clusters, seed)
        right, moves, displaced, wrongly, markdown = sums.sum(axis=0).tolist()
        return RepairPoint(
            threshold,
            len(shown),
            right / moves if moves else None,
            share_interval(drawn, 0, 1),
            sum(wrong for _, wrong, _ in shown) / moves if moves else None,
            right / displaced if displaced else 0.0,
            share_interval(drawn, 0, 2),
            wrongly / markdown if markdown else 0.0,
            share_interval(drawn, 3, 4),
        )

    def result(
        self,
        bundle: str,
        threshold: float,
        seed: int,
        limit: int | None,
        skipped: Mapping[str, int],
    ) -> RepairResult:
        """Pool everything added so far; at least one notebook must have been.

        `threshold` is the one shipped; the rest is told in the result as it is.
        """
        bins = reliability(
            np.array([sure for _, sure, _, _ in self._made]),
            np.array([right for *_, right in self._made], dtype=float),
        )
        return RepairResult(
            shipped=self.point(threshold, seed),
            curve=tuple(self.point(threshold, seed) for threshold in CURVE),
            calibration_error=calibration_error(bins),
            bins=bins,
            notebooks=len(self),
            clusters=len(set(self._clusters)),
            markdown_cells=sum(self._markdown),
            displaced_cells=sum(self._displaced),
            bundle=bundle,
            seed=seed,
            limit=limit,
            skipped=dict(skipped),
        )


def repair(example: Example, ensemble: Ensemble, seed: int) -> Repaired | str:
    """Ask review mode about one notebook, intact and displaced.

    Returns:
        What was proposed, or the code of the reason why the ensemble does not take the notebook.
    """
    displaced = displace(example.notebook, random_for(seed, "displace", example.id))
    try:
        intact = propose(example.notebook, ensemble)
        broken = propose(displaced.notebook, ensemble)
    except RequestError as refusal:
        return refusal.code
    return Repaired(
        sum(cell.kind == "markdown" for cell in example.notebook.cells),
        len(displaced.own_gap),
        tuple(proposal.confidence for proposal in intact),
        tuple(
            (
                one.confidence,
                one.cell_id in displaced.own_gap,
                displaced.is_back(one.cell_id, one.before(displaced.notebook)),
            )
            for one in broken
        ),
    )


def evaluate_repair(
    examples: Iterable[Example],
    ensemble: Ensemble | Load,
    *,
    seed: int = 0,
    limit: int | None = None,
    progress: Progress | None = None,
    skipped: Skipped | None = None,
    jobs: int = 1,
) -> RepairResult:
    """Ask review mode about notebooks intact and displaced, and count what it proposes.

    Args:
        examples: notebooks in their true order; streamed, never all in memory.
        ensemble: what is scored, with the settings of review mode that it ships with; with several
            jobs, the function that loads it.
        seed: displacements, sample and bootstrap follow from it and from the notebooks' ids alone.
        limit: use a seeded sample of this many.
        progress: told after each notebook.
        skipped: what the source left out; notebooks that the ensemble refuses are added to it.
        jobs: processes that ask; the figures are the same for any number.

    Raises:
        SourceError: no notebook is left.
        WorkerError: a process was ended from outside.
    """
    left_out = Skipped() if skipped is None else skipped
    tally = RepairTally()

    def keep(example: Example, found: Repaired) -> None:
        tally.add(example.cluster, found.markdown, found.displaced, found.false, found.made)

    asking = gather(
        examples,
        ensemble,
        partial(repair, seed=seed),
        keep,
        seed=seed,
        limit=limit,
        progress=progress,
        skipped=left_out,
        jobs=jobs,
    )
    least = asking.review.threshold(Eagerness.BALANCED)
    return tally.result(asking.name, least, seed, limit, left_out.counts)
