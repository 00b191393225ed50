"""What an evaluation found, as numbers, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.evaluation.reliability import Bin, calibration_error
from jupyter_cellorder.evaluation.slices import Slice, Slices

KAGGLE_NOTEBOOKS = 20_000
KAGGLE_HOURS = 9
WORST = 10  # clusters named in JSON


@dataclass(frozen=True)
class Setting:
    """What was asked: enough to get the same figures again.

    Attributes:
        bundle: Name of the ensemble.
        mode: Mode of the suggestions.
        keep_markdown_order: Whether the markdown's own order was given.
        seed: Seed of the shuffles, of the sample and of the bootstrap.
        limit: Size of the sample asked for; None for everything.
        jobs: Processes that asked.
        budget: Seconds that members might take for a notebook; None for all they needed.
    """

    bundle: str
    mode: str
    keep_markdown_order: bool
    seed: int
    limit: int | None
    jobs: int = 1
    budget: float | None = None


@dataclass(frozen=True)
class Rows:
    """The scored notebooks, one entry each, in the order they were scored.

    Attributes:
        inversions: S, int64.
        cells: n, int64.
        markdown: Markdown cells, int64.
        seconds: Time the suggestion took.
        clusters: Repository, else ancestor, else the notebook.
    """

    inversions: NDArray[np.int64]
    cells: NDArray[np.int64]
    markdown: NDArray[np.int64]
    seconds: NDArray[np.float64]
    clusters: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """How good one way of ordering is, and what it costs.

    Attributes:
        kendall_tau: Pooled K over all notebooks.
        ci95: 95 % cluster bootstrap interval of K; None with fewer than two clusters.
        difference: K less that of the ensemble's own choice.
        difference_ci95: Paired interval of that, on the same resamples; None as for `ci95`.
        exact_share: Share of notebooks put in exactly the true order.
        right_gap_share: Share of markdown cells with exactly the true code cells before them.
        mean_displacement: Mean |place found - true place| of the markdown cells, in cells.
        code_cells_moved: Fewest code cells to put back so that code is in order again, all told.
        seconds: Mean time for a notebook.
        gflop: Mean unpadded floating-point operations for a notebook, 1e9.
    """

    kendall_tau: float
    ci95: tuple[float, float] | None
    difference: float
    difference_ci95: tuple[float, float] | None
    exact_share: float
    right_gap_share: float
    mean_displacement: float
    code_cells_moved: int
    seconds: float
    gflop: float


@dataclass(frozen=True)
class EvaluationResult:
    """Score of an ensemble on notebooks whose order is known.

    Attributes:
        own: The ensemble's own choice: what `suggest` answers.
        members: Every member alone.
        strategies: Every way of joining the members' answers that applies.
        beside: Other ensembles that were asked too, with their members and strategies.
        trivial: The trivial orders on the same notebooks.
        slices: The ensemble's K by repository, language, length and share of markdown.
        reliability: How right its moves are, by how sure it was.
        notebooks: Notebooks scored.
        clusters: Repositories, else ancestors, else notebooks that the bootstrap drew from.
        markdown_cells: Markdown cells placed.
        code_cells: Code cells among which they were placed.
        setting: What was asked.
        skipped: What the source held that was not scored, by reason.
        rows: The figures behind K.
    """

    own: Figures
    members: Mapping[str, Figures]
    strategies: Mapping[str, Figures]
    beside: Mapping[str, Figures]
    trivial: Mapping[str, Figures]
    slices: Slices
    reliability: tuple[Bin, ...]
    notebooks: int
    clusters: int
    markdown_cells: int
    code_cells: int
    setting: Setting
    skipped: Mapping[str, int]
    rows: Rows

    @property
    def kendall_tau(self) -> float:
        """Pooled K of the ensemble's own choice."""
        return self.own.kendall_tau

    @property
    def ci95(self) -> tuple[float, float] | None:
        """95 % cluster bootstrap interval of K; None with fewer than two clusters."""
        return self.own.ci95

    @property
    def exact_share(self) -> float:
        """Share of notebooks put in exactly the true order."""
        return self.own.exact_share

    @property
    def right_gap_share(self) -> float:
        """Share of markdown cells with exactly the true code cells before them."""
        return self.own.right_gap_share

    @property
    def seconds_per_notebook(self) -> float:
        """Mean time of one suggestion; reading, scoring and baselines not counted."""
        return self.own.seconds

    @property
    def baselines(self) -> Mapping[str, float]:
        """K of the trivial orders."""
        return {name: figures.kendall_tau for name, figures in self.trivial.items()}

    @property
    def kaggle_hours(self) -> float:
        """Hours that Kaggle's hidden test set would take, at this speed with as many processes."""
        return kaggle_hours(self.seconds_per_notebook, self.setting.jobs)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the rows, ready for JSON."""
        own = asdict(self.own)
        for name in ("kendall_tau", "ci95", "difference", "difference_ci95", "seconds"):
            del own[name]
        return {
            "kendall_tau": self.kendall_tau,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "notebooks": self.notebooks,
            "clusters": self.clusters,
            "markdown_cells": self.markdown_cells,
            "code_cells": self.code_cells,
            "seconds_per_notebook": self.seconds_per_notebook,
            **own,
            "kaggle_hours": self.kaggle_hours,
            "baselines": dict(self.baselines),
            "strategies": _named(self.strategies),
            "members": _named(self.members),
            "beside": _named(self.beside),
            "trivial": _named(self.trivial),
            "slices": _sliced(self.slices),
            "reliability": [asdict(one) for one in self.reliability],
            "expected_calibration_error": calibration_error(self.reliability),
            **asdict(self.setting),
            "skipped": dict(self.skipped),
        }

    def table(self) -> str:
        """The result for people."""
        from jupyter_cellorder.evaluation.table import table

        return table(self)


def kaggle_hours(seconds_per_notebook: float, jobs: int) -> float:
    """Hours for 20,000 notebooks, as many as Kaggle's hidden test set has."""
    return seconds_per_notebook * KAGGLE_NOTEBOOKS / jobs / 3600


def kaggle_sentence(seconds_per_notebook: float, jobs: int) -> str:
    """What Kaggle's limit of time makes of this speed."""
    hours = kaggle_hours(seconds_per_notebook, jobs)
    spent = f"{hours:.1f} h" if hours >= 0.95 else f"{hours * 60:.0f} min"
    limit = f"of Kaggle's {KAGGLE_HOURS} h" if hours <= KAGGLE_HOURS else "and Kaggle allows 9 h"
    with_jobs = f" with {jobs} processes" if jobs > 1 else ""
    comma = "" if hours <= KAGGLE_HOURS else ","
    return (
        f"{KAGGLE_NOTEBOOKS:,} notebooks would take {spent}{comma} {limit}, "
        f"at this speed{with_jobs}."
    )


def counted(number: int, noun: str) -> str:
    """A number of things: "1 notebook", "2,000 notebooks"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(figures: Mapping[str, Figures]) -> dict[str, Any]:
    return {name: asdict(one) for name, one in figures.items()}


def _sliced(slices: Slices) -> dict[str, Any]:
    def listed(some: tuple[Slice, ...]) -> list[dict[str, Any]]:
        return [asdict(one) for one in some]

    known = slices.repositories
    return {
        "repositories": None
        if known is None
        else {
            "median": known.median,
            "worst_tenth": known.worst_tenth,
            "worst": dict(islice(known.kendall_taus.items(), WORST)),
        },
        "languages": listed(slices.languages),
        "lengths": listed(slices.lengths),
        "markdown": listed(slices.markdown),
    }
