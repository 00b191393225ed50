"""The facts of a corpus as pictures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, MultipleLocator, PercentFormatter
from numpy.typing import NDArray

from training.data.describe.facts import KINDS, LONGEST, Facts
from training.data.describe.tally import Tally
from training.data.writing import whole

SIZE = (7.2, 4.2)  # inches
PAD = 0.12  # inches around the axes
DPI = 150
ALL, MUTED, INK = "#5b6b7b", "#c9d1d9", "#24292f"
COLOURS = {"markdown": "#d1660a", "code": "#1f6fb4"}  # told apart by the colour-blind, too
STYLE: dict[Any, Any] = {  # matplotlib types its keys one by one
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.axisbelow": True,
    "font.size": 9.5,
    "grid.color": "#e8ecf0",
    "legend.frameon": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}
LANGUAGES = 12  # bars; the rest is one more
FAMILY_SIZES = (1, 2, 3, 6, 11, 51)  # least size of each bar
BARS_PER_OCTAVE = 4  # bars from n cells to 2 n
FEWEST_BARS = 6  # that there is room for, so that few are not thick


def write_plots(facts: Facts, folder: Path, advice: str) -> list[Path]:
    """Write a PNG for each picture that the facts have something for.

    Args:
        facts: Of a corpus with at least one notebook.
        folder: There already.
        advice: What to do where they cannot be written.

    Raises:
        CacheError: As :func:`~training.data.writing.whole`.
    """
    pictures: dict[str, Callable[[Axes, Facts], None]] = {
        "cells": _cells,
        "pair-weight": _pair_weight,
        "families": _families,
        "languages": _languages,
    }
    if all(len(tally) for tally in facts.tokens.values()):
        pictures["tokens"] = _tokens
    written = []
    for name, draw in pictures.items():
        # The figure without pyplot: no window system, and nothing that outlives it.
        with rc_context(STYLE):
            figure = Figure(
                figsize=SIZE, dpi=DPI, layout=ConstrainedLayoutEngine(w_pad=PAD, h_pad=PAD)
            )
            draw(figure.add_subplot(), facts)
            written.append(folder / f"{name}.png")
            with whole(written[-1], advice) as file:
                figure.savefig(file, format="png")
    return written


def _cells(axes: Axes, facts: Facts) -> None:
    """Histogram of cells per notebook; a bar of a given height is as many notebooks anywhere."""
    octaves = np.ceil(np.log2(facts.cells.largest + 1))
    # Between whole numbers, each bar of at least one: narrow ones would be empty by turns.
    edges = np.unique(np.floor(2 ** np.arange(0, octaves + 0.01, 1 / BARS_PER_OCTAVE))) - 0.5
    edges = np.append(edges, 2**octaves + 0.5)
    for tally, label, colour in (
        (facts.cells, "all cells", None),
        *((facts.kinds[kind], kind, COLOURS[kind]) for kind in KINDS),
    ):
        lengths, counts = tally.sorted()
        heights, _ = np.histogram(lengths, edges, weights=counts)
        share = heights / facts.notebooks / np.log2(edges[1:] / edges[:-1]) / BARS_PER_OCTAVE
        axes.stairs(
            share,
            edges,
            fill=colour is None,
            color=colour or MUTED,
            linewidth=1.8,
            label=f"{label} (median {tally.percentile(50)})",
        )
    _octaves(axes, int(2**octaves))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_title(f"Cells per notebook ({facts.notebooks:,} notebooks)")
    axes.set_xlabel("cells")
    axes.set_ylabel("share of notebooks, per quarter octave")
    axes.legend()


def _tokens(axes: Axes, facts: Facts) -> None:
    """Share of the cells that a limit leaves whole."""
    longest = 2
    for kind in KINDS:
        tally = facts.tokens[kind]
        lengths, counts = tally.sorted()
        axes.step(
            np.maximum(lengths, 1),
            np.cumsum(counts) / len(tally),
            where="post",
            color=COLOURS[kind],
            linewidth=1.8,
            label=f"{kind} (median {tally.percentile(50)})",
        )
        longest = max(longest, tally.percentile(99.5))
    _octaves(axes, longest)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_locator(MultipleLocator(0.2))
    axes.set_title("Cells that a limit of tokens leaves whole")
    axes.set_xlabel("limit, in tokens")
    axes.set_ylabel("share of cells")
    axes.legend(loc="lower right")


def _pair_weight(axes: Axes, facts: Facts) -> None:
    notebooks, weight = facts.cells.pair_weight()
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1.2)
    axes.plot(notebooks, weight, color=ALL, linewidth=2)
    carried = facts.cells.weight_of_longest(LONGEST)
    axes.plot([LONGEST], [carried], "o", color=COLOURS["markdown"])
    axes.annotate(
        f"the longest {LONGEST:.0%} carry {carried:.0%}",
        (LONGEST, carried),
        xytext=(10, -4),
        textcoords="offset points",
        color=COLOURS["markdown"],
    )
    axes.annotate(
        "were all of one length",
        (0.72, 0.72),
        xytext=(8, -12),
        textcoords="offset points",
        color=ALL,
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.set_major_locator(MultipleLocator(0.2))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_title("Weight of long notebooks in Kendall tau")
    axes.set_xlabel("share of notebooks, the longest first")
    axes.set_ylabel("share of n (n \N{MINUS SIGN} 1)")


def _families(axes: Axes, facts: Facts) -> None:
    sizes = Tally()
    sizes.add(facts.families.values())
    values, counts = sizes.sorted()
    edges = [*FAMILY_SIZES, np.inf]
    notebooks, _ = np.histogram(values, edges, weights=counts * values)
    labels = [
        f"{low}" if high == low + 1 else f"{low} or more" if high == np.inf else f"{low}-{high - 1}"
        for low, high in pairwise(edges)
    ]
    _bars(axes, labels, notebooks / facts.notebooks)
    axes.set_title(f"Near-duplicates: {len(facts.families):,} families")
    axes.set_ylabel("notebooks in the family")


def _languages(axes: Axes, facts: Facts) -> None:
    named = facts.languages.most_common(LANGUAGES)
    rest = facts.notebooks - sum(count for _, count in named)
    bars = [*named, *([("others", rest)] if rest else [])]
    _bars(
        axes, [name for name, _ in bars], np.array([count for _, count in bars]) / facts.notebooks
    )
    axes.set_title("Languages of the markdown")


def _bars(axes: Axes, labels: list[str], shares: NDArray[np.float64]) -> None:
    """Horizontal bars from the top, each with its number instead of a scale."""
    drawn = axes.barh(labels, shares, color=ALL, height=0.7)
    axes.bar_label(drawn, [f"{share:.1%}" for share in shares], padding=4, color=INK)
    axes.set_ylim(max(len(labels), FEWEST_BARS) - 0.5, -0.5)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_xlabel("share of notebooks")
    axes.set_xlim(0, float(shares.max()) * 1.1)


def _octaves(axes: Axes, longest: int) -> None:
    """A logarithmic axis with ticks at powers of two."""
    axes.set_xscale("log", base=2)
    axes.set_xlim(1, longest)
    axes.xaxis.set_major_locator(LogLocator(2, numticks=24))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
