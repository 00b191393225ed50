"""The plots of a report, as SVG.

Text stays text, and colours are a few that a page may replace by its own, so that the same picture
is legible on a light and on a dark ground.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator, PercentFormatter

from jupyter_cellorder.evaluation.result import EvaluationResult, Figures
from jupyter_cellorder.evaluation.slices import Slice

INK, MUTED, GRID = "#24292f", "#68727d", "#dfe4e9"
ACCENT, SECOND, GROUND = "#1f6fb4", "#d1660a", "#fefefe"
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        INK: "ink",
        MUTED: "muted",
        GRID: "grid",
        ACCENT: "accent",
        SECOND: "second",
        GROUND: "plot-ground",
    }
)
"""Every colour of a plot, and the name of the CSS variable that takes its place on a page."""

_WIDTH = 5.4  # inches; the page shows them at about half of its own width
_WIDE = 11.0  # and one at all of it
_ROW = 0.3  # inches a line of names takes
_STYLE: dict[Any, Any] = {  # matplotlib types its keys one by one
    "axes.axisbelow": True,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": GROUND,
    "font.size": 10,
    "grid.color": GRID,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "svg.fonttype": "none",
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
}
_NAME = 30  # characters of a name on an axis


def draw_plots(result: EvaluationResult) -> dict[str, str]:
    """Every plot that the result has something for: its name, and the SVG document."""
    drawn = {"contenders": _contenders(result)}
    lengths = result.slices.lengths
    if len(lengths) > 1:
        drawn["length"] = _sliced(result, {"": lengths}, "length")
    others = {"markdown": result.slices.markdown, "language": result.slices.languages[:8]}
    others = {title: some for title, some in others.items() if len(some) > 1}
    if others:
        drawn["slices"] = _sliced(result, others, "slices")
    if result.reliability:
        drawn["reliability"] = _svg("reliability", 3.6, lambda axes: _reliability(axes, result))
    if result.slices.repositories is not None:
        drawn["repositories"] = _svg("repositories", 3.3, lambda axes: _repositories(axes, result))
    return drawn


def _contenders(result: EvaluationResult) -> str:
    named: list[tuple[str, Figures, str]] = [(result.setting.bundle, result.own, ACCENT)]
    if len(result.members) > 1:
        named += [(name, one, INK) for name, one in result.members.items()]
        named += [(name, one, SECOND) for name, one in result.strategies.items()]
    named += [(name, one, MUTED) for name, one in result.trivial.items()]

    def draw(axes: Axes) -> None:
        for row, (_, one, colour) in enumerate(named):
            _dot(axes, row, one.kendall_tau, one.ci95, colour)
        _names(axes, [name for name, _, _ in named])
        axes.set_xlabel("Kendall tau, with its 95 % interval")

    return _svg("contenders", 0.7 + _ROW * len(named), draw, _WIDE)


def _sliced(result: EvaluationResult, groups: Mapping[str, tuple[Slice, ...]], name: str) -> str:
    rows = [one for some in groups.values() for one in some]

    def draw(axes: Axes) -> None:
        axes.axvline(result.kendall_tau, color=SECOND, linewidth=1.2, linestyle=(0, (4, 3)))
        for row, one in enumerate(rows):
            _dot(axes, row, one.kendall_tau, one.ci95, ACCENT)
        start = 0
        for some in list(groups.values())[:-1]:
            start += len(some)
            axes.axhline(start - 0.5, color=GRID, linewidth=1)
        _names(axes, [f"{one.name} (n = {one.notebooks:,})" for one in rows])
        axes.set_xlabel("Kendall tau (dashed: all notebooks)")

    return _svg(name, 0.8 + _ROW * len(rows), draw)


def _reliability(axes: Axes, result: EvaluationResult) -> None:
    bins = result.reliability
    sure = [one.confidence for one in bins]
    most = max(one.moves for one in bins)
    sizes = [18 + 130 * one.moves / most for one in bins]
    least = np.floor(min(sure) * 10) / 10
    axes.plot([least, 1], [least, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    for values, colour, label in (
        ([one.crossed_right for one in bins], ACCENT, "of the cells passed, rightly"),
        ([one.right_gap for one in bins], SECOND, "of the moves, into the true gap"),
    ):
        axes.plot(sure, values, color=colour, linewidth=1.4)
        axes.scatter(sure, values, s=sizes, color=colour, linewidth=0, label=label, zorder=3)
    axes.set_xlim(least - 0.01, 1.01)
    axes.set_ylim(-0.03, 1.03)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, 0))
    axes.set_xlabel("how sure the model was of the move")
    axes.set_ylabel("share that was right")
    legend = axes.legend(loc="lower right")
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_sizes([36])  # type: ignore[attr-defined]  # scatters have sizes


def _repositories(axes: Axes, result: EvaluationResult) -> None:
    known = result.slices.repositories
    assert known is not None
    taus = np.array(list(known.kendall_taus.values()))
    rank = (np.arange(len(taus)) + 0.5) / len(taus)
    if len(taus) <= 400:
        axes.scatter(rank, taus, s=22, color=ACCENT, linewidth=0, zorder=3)
    else:
        axes.plot(rank, taus, color=ACCENT, linewidth=2)
    for value, label in ((known.median, "median"), (known.worst_tenth, "worst tenth")):
        axes.axhline(value, color=SECOND, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.annotate(
            f"{label} {value:.3f}",
            (1, value),
            (0, 4),
            textcoords="offset points",
            ha="right",
            color=SECOND,
        )
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, 0))
    axes.set_xlabel("share of the clusters")
    axes.set_ylabel("Kendall tau of the cluster")


def _dot(axes: Axes, row: int, value: float, ends: tuple[float, float] | None, colour: str) -> None:
    if ends is not None:
        axes.plot(ends, [row, row], color=colour, linewidth=2.2, solid_capstyle="round")
    axes.plot([value], [row], marker="o", markersize=7, color=colour)


def _names(axes: Axes, names: list[str]) -> None:
    short = [name if len(name) <= _NAME else f"{name[: _NAME - 1]}…" for name in names]
    axes.set_yticks(range(len(names)), short)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(6))


def _svg(name: str, height: float, draw: Callable[[Axes], None], width: float = _WIDTH) -> str:
    # The salt keeps the ids of two plots on one page apart, and the same from run to run.
    with rc_context({**_STYLE, "svg.hashsalt": name}):
        # The figure without pyplot: no window system, and nothing that outlives it.
        figure = Figure(
            figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)
        )
        draw(figure.add_subplot())
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()
