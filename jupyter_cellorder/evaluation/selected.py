"""How well one selected cell is placed, everything else standing where it belongs.

That is what a note pasted at the end asks for. Of every notebook up to three markdown cells are
taken out, each alone; right is the cell's own gap among all other cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import numpy as np

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.baselines import tfidf_nearest
from jupyter_cellorder.evaluation.crew import Load
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
from jupyter_cellorder.evaluation.sources import Example, Skipped, SourceError
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.precedence import Placement, Precedence

MOST = 3  # cells of a notebook
MOST_LIKELY = 3  # gaps that are looked at


@dataclass(frozen=True)
class Placed:
    """Where one cell was put.

    Attributes:
        rank: gaps that were held likelier than its own, or as likely and further up; 0: it is back.
        right_code: whether as many code cells stand before its likeliest gap as before its own.
        distance: other cells between the likeliest gap and its own.
        probability: of the likeliest gap, at the ensemble's temperature.
        nearest: whether its own gap is where TF-IDF alone would put it.
    """

    rank: int
    right_code: bool
    distance: int
    probability: float
    nearest: bool


@dataclass(frozen=True)
class SelectedResult:
    """What an evaluation of single cells found; shares are of the cells asked about.

    Attributes:
        right: in their own gap.
        right_ci95: its interval.
        among_three: whose own gap is among the three likeliest.
        among_three_ci95: its interval.
        right_code: with the right code cells before them.
        right_code_ci95: its interval.
        nearest: that TF-IDF alone would put into their own gap.
        nearest_ci95: its interval.
        mean_distance: cells between where they were put and where they belong.
        calibration_error: expected calibration error of the likeliest gap's probability, over ten
            bins of equal mass.
        cells: markdown cells asked about.
        notebooks: that they are from.
        clusters: repositories, else ancestors, else notebooks that the bootstrap drew from.
        bundle: name of the ensemble.
        seed: of cells, sample and bootstrap.
        limit: size of the sample asked for; None for everything.
        skipped: what the source held that was not used, by reason.
    """

    right: float
    right_ci95: Interval
    among_three: float
    among_three_ci95: Interval
    right_code: float
    right_code_ci95: Interval
    nearest: float
    nearest_ci95: Interval
    mean_distance: float
    calibration_error: float
    cells: int
    notebooks: int
    clusters: int
    bundle: str
    seed: int
    limit: int | None
    skipped: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        told = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }
        return {"task": "selected", **told, "skipped": dict(self.skipped)}

    def table(self) -> str:
        """The result for people."""
        shares = {
            "its own gap": (self.right, self.right_ci95),
            "... among the likeliest 3": (self.among_three, self.among_three_ci95),
            "the right code before it": (self.right_code, self.right_code_ci95),
            "its own gap by TF-IDF": (self.nearest, self.nearest_ci95),
        }
        return "\n".join(
            [
                f"{'one cell at a time':<31}  95 % interval",
                *(
                    f"{name:<25}{percent(share)}  {span(interval)}"
                    for name, (share, interval) in shares.items()
                ),
                f"mean distance            {self.mean_distance:6.1f}  cells",
                f"calibration error        {self.calibration_error:6.3f}",
                "",
                f"{self.bundle}, {self.cells:,} cells of {self.notebooks:,} notebooks in "
                f"{self.clusters:,} clusters, seed {self.seed}.",
            ]
        )


@dataclass(frozen=True, eq=False)
class Alone:
    """One cell taken out of its notebook, and what the ensemble says of it.

    Attributes:
        question: everything else in its place.
        answer: the ensemble's.
        own: the gap that it was taken from.
    """

    question: Placement
    answer: Precedence
    own: int


def alone(example: Example, ensemble: Ensemble, seed: int) -> Iterator[Alone]:
    """Up to three markdown cells of a notebook, one after the other.

    Raises:
        RequestError: the ensemble does not take the notebook.
    """
    draw = random_for(seed, "selected", example.id)
    names = movable(example.notebook)
    for name in draw.sample(names, min(MOST, len(names))):
        layout = Layout(example.notebook, [name])
        [own] = layout.present_gaps
        yield Alone(layout.placement, ensemble.precedence(layout.placement), own)


def place(example: Example, ensemble: Ensemble, seed: int) -> tuple[Placed, ...] | str:
    """Ask about up to three cells of one notebook.

    Returns:
        What was found, or the code of the reason why the ensemble does not take the notebook.
    """
    draw = random_for(seed, "nearest", example.id)
    try:
        return tuple(_placed(one, ensemble, draw) for one in alone(example, ensemble, seed))
    except RequestError as refusal:
        return refusal.code


def _placed(one: Alone, ensemble: Ensemble, draw: Random) -> Placed:
    [probability] = one.answer.gap_probability(ensemble.gap_temperature)
    # Ties as `likeliest_gaps` decides them.
    ranked = np.argsort(-one.answer.log_gap()[0], kind="stable")
    best = int(ranked[0])
    passed = one.question.anchors[min(one.own, best) : max(one.own, best)]
    nearest = tfidf_nearest(one.question.anchors, one.question.floats, draw)
    return Placed(
        int(np.flatnonzero(ranked == one.own)[0]),
        all(cell.kind != "code" for cell in passed),
        abs(best - one.own),
        float(probability[best]),
        nearest.index(len(one.question.anchors)) == one.own,
    )


def evaluate_selected(
    examples: Iterable[Example],
    ensemble: Ensemble | Load,
    *,
    seed: int = 0,
    limit: int | None = None,
    progress: Progress | None = None,
    skipped: Skipped | None = None,
    jobs: int = 1,
) -> SelectedResult:
    """Take single markdown cells out of notebooks and ask where they belong.

    Args:
        examples: notebooks in their true order; streamed, never all in memory.
        ensemble: what is scored; with several jobs, the function that loads it.
        seed: cells, sample and bootstrap follow from it and from the notebooks' ids alone.
        limit: use a seeded sample of this many.
        progress: told after each notebook.
        skipped: what the source left out; notebooks that the ensemble refuses are added to it.
        jobs: processes that ask; the figures are the same for any number.

    Raises:
        SourceError: no notebook is left.
        WorkerError: a process was ended from outside.
    """
    left_out = Skipped() if skipped is None else skipped
    clusters: list[str] = []
    cells: list[tuple[Placed, ...]] = []

    def keep(example: Example, found: tuple[Placed, ...]) -> None:
        if found:
            clusters.append(example.cluster)
            cells.append(found)

    asking = gather(
        examples,
        ensemble,
        partial(place, seed=seed),
        keep,
        seed=seed,
        limit=limit,
        progress=progress,
        skipped=left_out,
        jobs=jobs,
    )
    if not cells:
        raise SourceError(
            "No notebook could be used: none has a markdown cell that may be moved.",
            code="source-empty",
        )
    return _result(cells, clusters, asking.name, seed, limit, left_out.counts)


def _result(
    cells: Sequence[Sequence[Placed]],
    clusters: Sequence[str],
    bundle: str,
    seed: int,
    limit: int | None,
    skipped: Mapping[str, int],
) -> SelectedResult:
    sums = np.array(
        [
            [
                sum(one.rank == 0 for one in found),
                sum(one.rank < MOST_LIKELY for one in found),
                sum(one.right_code for one in found),
                sum(one.nearest for one in found),
                len(found),
            ]
            for found in cells
        ],
        dtype=np.float64,
    )
    drawn = drawn_sums(sums, clusters, seed)
    every = [one for found in cells for one in found]
    right, three, code, nearest, _ = (sums.sum(axis=0) / len(every)).tolist()
    error = calibration_error(
        reliability(
            np.array([one.probability for one in every]),
            np.array([one.rank == 0 for one in every], dtype=np.float64),
        )
    )
    assert error is not None  # there are cells
    return SelectedResult(
        right=right,
        right_ci95=share_interval(drawn, 0, 4),
        among_three=three,
        among_three_ci95=share_interval(drawn, 1, 4),
        right_code=code,
        right_code_ci95=share_interval(drawn, 2, 4),
        nearest=nearest,
        nearest_ci95=share_interval(drawn, 3, 4),
        mean_distance=sum(one.distance for one in every) / len(every),
        calibration_error=error,
        cells=len(every),
        notebooks=len(cells),
        clusters=len(set(clusters)),
        bundle=bundle,
        seed=seed,
        limit=limit,
        skipped=dict(skipped),
    )
