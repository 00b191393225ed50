"""Writing the page: one index.html that needs nothing else, and its plots as files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from jupyter_cellorder._version import __version__
from jupyter_cellorder.atomic_file import replacing
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.reliability import calibration_error
from jupyter_cellorder.evaluation.report.cases import before_after
from jupyter_cellorder.evaluation.result import EvaluationResult, counted, kaggle_sentence
from jupyter_cellorder.evaluation.table import groups
from jupyter_cellorder.evaluation.worst import Case

PAGE = "index.html"

Captions = Mapping[str, tuple[str, str]]
_CAPTIONS: Captions = {
    "length": (
        "By length",
        "Quarters of the notebooks by their number of cells, with 95 % intervals. K is pooled over "
        "pairs of cells, so the long ones weigh most.",
    ),
    "slices": (
        "By share of markdown and by language",
        "Quarters of the notebooks by the share of their cells that is markdown, and the language "
        "of the markdown where the source knows it.",
    ),
    "reliability": (
        "How sure, and how right",
        "On the dashed line a move is as often right as the model was sure of it. Confidence "
        "speaks of the cells that a move passes; that the cell lands in its very gap is more than "
        "it promises. Larger dots are more moves.",
    ),
    "repositories": (
        "By repository",
        "Every dot is a repository (else a family of notebooks, else a notebook), from the worst "
        "to the best.",
    ),
}


class ReportError(CellOrderError):
    """The report cannot be made; the message says what to do."""


def check_report(folder: Path) -> None:
    """Find out early whether a report can be drawn and written; the folder is made.

    Raises:
        ReportError: as `write_report`.
    """
    if find_spec("matplotlib") is None:
        raise ReportError(
            "A report needs matplotlib, which draws its plots; install it (pip install "
            "matplotlib, or the extra: pip install 'jupyter-cellorder[training]').",
            "matplotlib-missing",
        )
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass


def write_report(
    result: EvaluationResult, worst: Sequence[Case], folder: Path, kept: Contender = OWN
) -> Path:
    """Write the page and its plots; files of the same names are replaced.

    Args:
        result: What is shown.
        worst: Notebooks shown before and after.
        folder: Made where it is not there.
        kept: Whose orders the worst notebooks are in.

    Returns:
        Path of the page.

    Raises:
        ReportError: `matplotlib-missing` or `cannot-write`.
    """
    check_report(folder)
    from jupyter_cellorder.evaluation.report.plots import draw_plots

    plots = draw_plots(result)
    page = _page(result, worst, plots, kept)
    with _told(folder):
        for name, picture in plots.items():
            _write(folder / f"{name}.svg", picture)
        _write(folder / PAGE, page)
    return folder / PAGE


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"The report could not be written to {folder} ({error.strerror}); free space there or "
            "give another folder.",
            "cannot-write",
        ) from error


def _page(
    result: EvaluationResult, worst: Sequence[Case], plots: Mapping[str, str], kept: Contender
) -> str:
    room = files("jupyter_cellorder.evaluation.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["signed"] = lambda value: f"{value:+.4f}".replace("-", "\N{MINUS SIGN}")
    environment.filters["places"] = _places
    environment.filters["counted"] = counted
    template = environment.from_string(room.joinpath("page.html.j2").read_text(encoding="utf-8"))
    shown: dict[str, Any] = {
        "result": result,
        "setting": result.setting,
        "groups": groups(result),
        "style": Markup(room.joinpath("page.css").read_text(encoding="utf-8")),
        "plots": {name: _inline(picture) for name, picture in plots.items()},
        "captions": _CAPTIONS,
        "calibration_error": calibration_error(result.reliability),
        "kaggle": kaggle_sentence(result.seconds_per_notebook, result.setting.jobs),
        "cases": [before_after(case) for case in worst],
        "orders_of": kept.name or result.setting.bundle,
        "version": __version__,
    }
    return template.render(shown)


def _places(shift: int) -> str:
    """How far a cell stands from where it belongs."""
    return f"{abs(shift)} too {'late' if shift > 0 else 'early'}" if shift else "other code"


def _inline(picture: str) -> Markup:
    """An SVG document as part of a page, in the page's colours and fonts."""
    from jupyter_cellorder.evaluation.report.plots import COLOURS

    inner = picture[picture.index("<svg") :]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    # Its size is the page's affair; the view box keeps its shape.
    inner = re.sub(r'(<svg [^>]*?)\bwidth="[^"]*"', r"\1", inner, count=1)
    inner = re.sub(r'(<svg [^>]*?)\bheight="[^"]*"', r'\1role="presentation"', inner, count=1)
    for colour, name in COLOURS.items():
        inner = inner.replace(colour, f"var(--{name})")
    return Markup(inner)


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())
