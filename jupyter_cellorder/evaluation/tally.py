"""Counting inversions notebook by notebook, until the pooled figures are asked for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np

from jupyter_cellorder.evaluation.baselines import Baseline
from jupyter_cellorder.evaluation.hide import Hidden
from jupyter_cellorder.evaluation.result import EvaluationResult, Rows, Setting
from jupyter_cellorder.metric import cluster_bootstrap, inversions, pooled_tau, rank_inversions


class Tally:
    """Sums up scored notebooks; holds a few numbers for each and no text."""

    def __init__(self, baselines: Mapping[str, Baseline]) -> None:
        self._baselines = baselines
        self._inversions: list[int] = []
        self._baseline_inversions: dict[str, list[int]] = {name: [] for name in baselines}
        self._cells: list[int] = []
        self._markdown: list[int] = []
        self._right_gaps: list[int] = []
        self._seconds: list[float] = []
        self._clusters: list[str] = []

    def __len__(self) -> int:
        """Notebooks scored so far."""
        return len(self._cells)

    def add(
        self,
        hidden: Hidden,
        answer: Sequence[str],
        cluster: str,
        seconds: float,
        draw: random.Random,
    ) -> None:
        """Score one answer, and the baselines on the same presentation.

        Raises:
            CellOrderError: `cells-differ`; the answer is not an order of the notebook's cells.
        """
        wrong, _ = rank_inversions(answer, hidden.truth)
        cells = hidden.notebook.cells
        anchors = [cell for cell in cells if cell.kind == "code"]
        floats = [cell for cell in cells if cell.kind == "markdown"]
        self._inversions.append(wrong)
        self._cells.append(len(cells))
        self._markdown.append(len(floats))
        self._seconds.append(seconds)
        self._clusters.append(cluster)
        code = {cell.id for cell in anchors}
        true_gap, found_gap = _gaps(hidden.truth, code), _gaps(answer, code)
        self._right_gaps.append(sum(found_gap[id] == gap for id, gap in true_gap.items()))
        rank = {id: place for place, id in enumerate(hidden.truth)}
        presented = [rank[cell.id] for cell in (*anchors, *floats)]
        for name, baseline in self._baselines.items():
            order = baseline(anchors, floats, draw)
            self._baseline_inversions[name].append(inversions([presented[i] for i in order]))

    def result(self, setting: Setting, skipped: Mapping[str, int]) -> EvaluationResult:
        """Pool everything added so far; at least one notebook must have been."""
        rows = Rows(
            inversions=np.array(self._inversions, dtype=np.int64),
            cells=np.array(self._cells, dtype=np.int64),
            markdown=np.array(self._markdown, dtype=np.int64),
            seconds=np.array(self._seconds),
        )
        clusters = len(set(self._clusters))
        interval = None
        if clusters > 1:
            interval = cluster_bootstrap(
                rows.inversions, rows.cells, self._clusters, seed=setting.seed
            )
        return EvaluationResult(
            kendall_tau=pooled_tau(rows.inversions, rows.cells),
            ci95=interval,
            notebooks=len(self),
            clusters=clusters,
            markdown_cells=int(rows.markdown.sum()),
            seconds_per_notebook=float(rows.seconds.mean()),
            exact_share=float((rows.inversions == 0).mean()),
            right_gap_share=sum(self._right_gaps) / int(rows.markdown.sum()),
            baselines={
                name: pooled_tau(np.array(found, dtype=np.int64), rows.cells)
                for name, found in self._baseline_inversions.items()
            },
            setting=setting,
            skipped=dict(skipped),
            rows=rows,
        )


def _gaps(order: Sequence[str], code: set[str]) -> dict[str, int]:
    """For each cell that is not code, the number of code cells before it."""
    gaps: dict[str, int] = {}
    passed = 0
    for id in order:
        if id in code:
            passed += 1
        else:
            gaps[id] = passed
    return gaps
