"""Adding up notebook by notebook, until the pooled figures are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.evaluation.contender import OWN, Contender, Kind
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.evaluation.reliability import Reliability
from jupyter_cellorder.evaluation.result import EvaluationResult, Figures, Rows, Setting
from jupyter_cellorder.evaluation.score import Row, Score
from jupyter_cellorder.evaluation.slices import Notebooks, slices
from jupyter_cellorder.metric import interval95, pooled_tau, resampled_taus


@dataclass
class _Column:
    """One contender: a number for each notebook, and sums of the rest."""

    inversions: array[int] = field(default_factory=lambda: array("q"))
    right_gaps: int = 0
    displacement: int = 0
    code_moved: int = 0
    seconds: float = 0.0
    gflop: float = 0.0

    def add(self, score: Score) -> None:
        self.inversions.append(score.inversions)
        self.right_gaps += score.right_gaps
        self.displacement += score.displacement
        self.code_moved += score.code_moved
        self.seconds += score.seconds
        self.gflop += score.gflop


class Tally:
    """Adds up scored notebooks; holds a few numbers for each and no text."""

    def __init__(self) -> None:
        self._columns: dict[Contender, _Column] = {}
        self._cells = array("q")
        self._markdown = array("q")
        self._seconds = array("d")
        self._clusters: list[str] = []
        self._languages: list[str] = []
        self._reliability = Reliability()

    def __len__(self) -> int:
        """Notebooks scored so far."""
        return len(self._cells)

    def add(self, example: Example, row: Row) -> None:
        """Add one notebook. Who has no order for it is no contender any more."""
        if not len(self):
            self._columns = {name: _Column() for name in row.scores}
        self._columns = {
            name: column for name, column in self._columns.items() if name in row.scores
        }
        for name, column in self._columns.items():
            column.add(row.scores[name])
        self._cells.append(row.cells)
        self._markdown.append(row.markdown)
        self._seconds.append(row.seconds)
        self._clusters.append(example.cluster)
        self._languages.append(example.language)
        self._reliability.add(row.moves)

    def result(self, setting: Setting, skipped: Mapping[str, int]) -> EvaluationResult:
        """Pool everything added so far; at least one notebook must have been."""
        rows = Rows(
            inversions=_integers(self._columns[OWN].inversions),
            cells=_integers(self._cells),
            markdown=_integers(self._markdown),
            seconds=np.array(self._seconds),
            clusters=tuple(self._clusters),
        )
        clusters = len(set(self._clusters))
        figures = self._figures(rows, clusters, setting.seed)

        def of(kind: Kind) -> dict[str, Figures]:
            return {name.name: one for name, one in figures.items() if name.kind == kind}

        notebooks = Notebooks(
            rows.inversions, rows.cells, rows.markdown, self._clusters, self._languages
        )
        return EvaluationResult(
            own=figures[OWN],
            members=of("member"),
            strategies=of("strategy"),
            beside=of("beside"),
            trivial=of("trivial"),
            slices=slices(notebooks, setting.seed),
            reliability=self._reliability.bins(),
            notebooks=len(self),
            clusters=clusters,
            markdown_cells=int(rows.markdown.sum()),
            code_cells=int((rows.cells - rows.markdown).sum()),
            setting=setting,
            skipped=dict(skipped),
            rows=rows,
        )

    def _figures(self, rows: Rows, clusters: int, seed: int) -> dict[Contender, Figures]:
        wrong = np.stack([_integers(column.inversions) for column in self._columns.values()])
        drawn = None
        if clusters > 1:
            drawn = resampled_taus(wrong, rows.cells, self._clusters, seed=seed)
        own = list(self._columns).index(OWN)
        own_tau = pooled_tau(wrong[own], rows.cells)
        markdown = int(rows.markdown.sum())
        found = {}
        for number, (name, column) in enumerate(self._columns.items()):
            tau = pooled_tau(wrong[number], rows.cells)
            found[name] = Figures(
                kendall_tau=tau,
                ci95=None if drawn is None else interval95(drawn[:, number]),
                difference=tau - own_tau,
                difference_ci95=None
                if drawn is None
                else interval95(drawn[:, number] - drawn[:, own]),
                exact_share=float((wrong[number] == 0).mean()),
                right_gap_share=column.right_gaps / markdown,
                mean_displacement=column.displacement / markdown,
                code_cells_moved=column.code_moved,
                seconds=column.seconds / len(self),
                gflop=column.gflop / len(self),
            )
        return found


def _integers(values: array[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
