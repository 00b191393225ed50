"""The result of an evaluation as lines for a terminal, no wider than 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from jupyter_cellorder.evaluation.reliability import calibration_error
from jupyter_cellorder.evaluation.result import (
    EvaluationResult,
    Figures,
    counted,
    kaggle_sentence,
)

_WIDTH = 100
_NAME = 26  # longer names are cut
_LANGUAGES = 8  # with most notebooks

Named = tuple[str, Figures]


def table(result: EvaluationResult) -> str:
    """K and what comes with it: the ensemble first, then what it stands beside."""
    compared = groups(result)
    lines = [
        *_quality(compared),
        "",
        *_detail(compared),
        "",
        *_slices(result),
        "",
        *_sentences(result),
    ]
    return "\n".join(lines)


def groups(result: EvaluationResult) -> list[tuple[str, list[Named]]]:
    """Title and contenders of each group, the ensemble's own choice first, without a title.

    Members and strategies only where there are several members: else they are the ensemble.
    """
    found = [("", [(result.setting.bundle, result.own)])]
    if len(result.members) > 1:
        found.append(("member alone", list(result.members.items())))
        if result.strategies:
            found.append(("strategy", list(result.strategies.items())))
    if result.beside:
        found.append(("another bundle", list(result.beside.items())))
    found.append(("trivial order", list(result.trivial.items())))
    return found


def _quality(groups: Sequence[tuple[str, Sequence[Named]]]) -> Iterator[str]:
    yield (
        f"{'order':<{_NAME}}  Kendall tau  95 % interval      difference, its paired 95 % interval"
    )
    for title, named in groups:
        if title:
            yield title
        for name, one in named:
            indent = "  " if title else ""
            interval = "(one cluster)" if one.ci95 is None else _interval(one.ci95, "")
            line = f"{_name(indent + name)}  {one.kendall_tau:11.4f}  {interval:<18}"
            if title:
                line += f"  {one.difference:+8.4f}"
                if one.difference_ci95 is not None:
                    line += f"  {_interval(one.difference_ci95, '+')}"
            yield line.rstrip()


def _detail(groups: Sequence[tuple[str, Sequence[Named]]]) -> Iterator[str]:
    yield (f"{'order':<{_NAME}}  right gap   exact  displaced  code moved  seconds     GFLOP")
    for title, named in groups:
        if title:
            yield title
        for name, one in named:
            indent = "  " if title else ""
            yield (
                f"{_name(indent + name)}  {one.right_gap_share:9.1%}  {one.exact_share:6.1%}  "
                f"{one.mean_displacement:9.2f}  {one.code_cells_moved:10,}  {one.seconds:7.3f}  "
                f"{one.gflop:8.1f}"
            )


def _slices(result: EvaluationResult) -> Iterator[str]:
    found = result.slices
    yield f"{'part of the notebooks':<{_NAME}}  Kendall tau  95 % interval       notebooks"
    if found.repositories is not None:
        yield "single clusters"
        yield f"{_name('  median')}  {found.repositories.median:11.4f}"
        yield f"{_name('  worst tenth')}  {found.repositories.worst_tenth:11.4f}"
    for title, some in (
        ("length", found.lengths),
        ("share of markdown", found.markdown),
        ("language", found.languages[:_LANGUAGES]),
    ):
        if len(some) > 1:
            yield title
            for one in some:
                interval = "(one cluster)" if one.ci95 is None else _interval(one.ci95, "")
                yield (
                    f"{_name('  ' + one.name)}  {one.kendall_tau:11.4f}  {interval:<18}  "
                    f"{one.notebooks:9,}"
                )


def _sentences(result: EvaluationResult) -> Iterator[str]:
    asked = result.setting
    shown = "their own order given" if asked.keep_markdown_order else "shuffled"
    within = "" if asked.budget is None else f", within {asked.budget:g} s a notebook"
    yield from _wrapped(
        f"{counted(result.notebooks, 'notebook')} in {counted(result.clusters, 'cluster')}, "
        f"{counted(result.markdown_cells, 'markdown cell')} ({shown}) among "
        f"{counted(result.code_cells, 'code cell')}, mode {asked.mode}, seed {asked.seed}{within}."
    )
    error = calibration_error(result.reliability)
    if error is not None:
        yield f"Expected calibration error of the moves' confidence: {error:.3f}."
    yield kaggle_sentence(result.seconds_per_notebook, asked.jobs)


def _name(name: str) -> str:
    return f"{name if len(name) <= _NAME else name[: _NAME - 1] + '…':<{_NAME}}"


def _interval(ends: tuple[float, float], sign: str) -> str:
    return f"{ends[0]:{sign}.4f} .. {ends[1]:{sign}.4f}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
