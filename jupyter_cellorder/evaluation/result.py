"""What an evaluation found, as numbers, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Setting:
    """What was asked: enough to get the same figures again.

    Attributes:
        bundle: Name of the ensemble.
        mode: Mode of the suggestions.
        keep_markdown_order: Whether the markdown's own order was given.
        seed: Seed of the shuffles, of the sample and of the bootstrap.
        limit: Size of the sample asked for; None for everything.
    """

    bundle: str
    mode: str
    keep_markdown_order: bool
    seed: int
    limit: int | None


@dataclass(frozen=True)
class Rows:
    """The scored notebooks, one entry each, in the order they were scored.

    Attributes:
        inversions: S, int64.
        cells: n, int64.
        markdown: Markdown cells, int64.
        seconds: Time the suggestion took.
    """

    inversions: NDArray[np.int64]
    cells: NDArray[np.int64]
    markdown: NDArray[np.int64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True)
class EvaluationResult:
    """Score of an ensemble on notebooks whose order is known.

    Attributes:
        kendall_tau: Pooled K over all notebooks.
        ci95: 95 % cluster bootstrap interval of K; None with fewer than two clusters.
        notebooks: Notebooks scored.
        clusters: Repositories, else ancestors, else notebooks that the bootstrap drew from.
        markdown_cells: Markdown cells placed.
        seconds_per_notebook: Mean time of one suggestion, reading and baselines not counted.
        exact_share: Share of notebooks put in exactly the true order.
        right_gap_share: Share of markdown cells with exactly the true code cells before them.
        baselines: K of the trivial orders on the same notebooks.
        setting: What was asked.
        skipped: What the source held that was not scored, by reason.
        rows: The figures behind K.
    """

    kendall_tau: float
    ci95: tuple[float, float] | None
    notebooks: int
    clusters: int
    markdown_cells: int
    seconds_per_notebook: float
    exact_share: float
    right_gap_share: float
    baselines: Mapping[str, float]
    setting: Setting
    skipped: Mapping[str, int]
    rows: Rows

    def as_dict(self) -> dict[str, Any]:
        """Everything but the rows, flat and ready for JSON."""
        return {
            "kendall_tau": self.kendall_tau,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "notebooks": self.notebooks,
            "clusters": self.clusters,
            "markdown_cells": self.markdown_cells,
            "seconds_per_notebook": self.seconds_per_notebook,
            "exact_share": self.exact_share,
            "right_gap_share": self.right_gap_share,
            "baselines": dict(self.baselines),
            **asdict(self.setting),
            "skipped": dict(self.skipped),
        }

    def table(self) -> str:
        """The result for people: K with its interval, the baselines under it, then the rest."""
        asked = self.setting
        width = max(len(name) for name in (asked.bundle, "order", *self.baselines))
        interval = "(one cluster)"
        if self.ci95 is not None:
            interval = f"{self.ci95[0]:.4f} .. {self.ci95[1]:.4f}"
        lines = [
            f"{'order':<{width}}  Kendall tau  95 % interval",
            f"{asked.bundle:<{width}}  {self.kendall_tau:11.4f}  {interval}",
            *(f"{name:<{width}}  {tau:11.4f}" for name, tau in self.baselines.items()),
            "",
            f"{self.notebooks:,} notebooks in {self.clusters:,} clusters, "
            f"{self.markdown_cells:,} markdown cells "
            f"({'their own order given' if asked.keep_markdown_order else 'shuffled'}), "
            f"mode {asked.mode}, seed {asked.seed}.",
            f"In the right gap: {self.right_gap_share:.1%} of the markdown. Exactly right: "
            f"{self.exact_share:.1%} of the notebooks. {self.seconds_per_notebook:.3f} s a "
            "notebook.",
        ]
        return "\n".join(lines)
