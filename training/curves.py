"""``python -m training.curves RUN [RUN ...] --output CURVES.png``: learning curves of runs."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cellorder.errors import CellOrderError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOG = "log.jsonl"
MEASURES = {
    "kendall_tau": "Kendall tau, held out",
    "mlm": "masked language modelling, held out (nats)",
    "rtd": "replaced token detection, held out (nats)",
}


class CurvesError(CellOrderError):
    """There is nothing to draw; the message says what was looked for."""


@dataclass(frozen=True)
class Curve:
    """One stage of one run: its name, and what its log holds, by measure.

    ``points``: measure to (steps, values); ``loss`` is that of training.
    """

    name: str
    points: dict[str, tuple[list[int], list[float]]]


def read_curves(run: Path) -> list[Curve]:
    """The curves of a run's stages.

    Raises:
        CurvesError: the folder holds no log of a stage.
    """
    logs = sorted(run.glob(f"*/{LOG}"), key=lambda path: path.stat().st_mtime)
    if not logs:
        raise CurvesError(
            f"{run} holds no log of a stage (*/{LOG}). Give the folder of a run, as "
            "`python -m training.run` wrote it.",
            "run-missing",
        )
    return [
        Curve(run.name if len(logs) == 1 else f"{run.name}, {log.parent.name}", _points(log))
        for log in logs
    ]


def _points(log: Path) -> dict[str, tuple[list[int], list[float]]]:
    points: dict[str, tuple[list[int], list[float]]] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        entry: dict[str, Any] = json.loads(line)
        for key, value in entry.items():
            measure = "loss" if key == "loss" else key.removeprefix("eval_")
            if (key == "loss" or key.startswith("eval_")) and (
                measure in MEASURES or key == "loss"
            ):
                steps, values = points.setdefault(measure, ([], []))
                steps.append(int(entry["step"]))
                values.append(float(value))
    return points


def draw(curves: list[Curve], path: Path) -> None:
    """One panel for the loss of training, one for every measure that a run was scored by."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [name for name in MEASURES if any(name in curve.points for curve in curves)]
    figure, axes = pyplot.subplots(
        1,
        1 + len(shown),
        figsize=(5.2 * (1 + len(shown)), 3.9),
        squeeze=False,
        layout="constrained",
    )
    _panel(axes[0, 0], curves, "loss", "loss of training")
    for axis, name in zip(axes[0, 1:], shown, strict=True):
        _panel(axis, curves, name, MEASURES[name])
    axes[0, 0].legend(frameon=False, fontsize=9)  # every run has a loss
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def _panel(axis: Axes, curves: list[Curve], name: str, title: str) -> None:
    for number, curve in enumerate(curves):
        if name in curve.points:
            steps, values = curve.points[name]
            marker = "o" if name != "loss" else ""
            axis.plot(
                steps, values, marker=marker, markersize=4, color=f"C{number}", label=curve.name
            )
    axis.set_title(title, fontsize=11, loc="left")
    axis.set_xlabel("optimiser steps")
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", alpha=0.25)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: drawn; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.curves", description=__doc__)
    made.add_argument("runs", type=Path, nargs="+", help="folders of runs")
    made.add_argument("--output", type=Path, required=True, help="a PNG or SVG file to write")
    chosen = made.parse_args(arguments)
    try:
        curves = [curve for run in chosen.runs for curve in read_curves(run)]
        draw(curves, chosen.output)
    except (CellOrderError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Curves: {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
