"""The result of an evaluation as lines for a terminal, no wider than 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from jupyter_cellorder.evaluation.reliability import calibration_error
from jupyter_cellorder.evaluation.result import EvaluationResult, Figures, kaggle_sentence
from jupyter_cellorder.evaluation.slices import Slice

_WIDTH = 100
_NAME = 26  # longer names are cut

Named = tuple[str, Figures]


def table(result: EvaluationResult) -> str:
    """K and what comes with it: the ensemble first, then what it stands beside."""
    groups = _groups(result)
    lines = [
        *_quality(groups),
        "",
        *_detail(groups),
        "",
        *_slices(result),
        "",
        *_sentences(result),
    ]
    return "\n".join(lines)


def _groups(result: EvaluationResult) -> list[tuple[str, list[Named]]]:
    """Members and strategies only where they can differ from the ensemble's own choice."""
    groups = [("", [(result.setting.bundle, result.own)])]
    if len(result.members) > 1:
        groups.append(("member alone", list(result.members.items())))
        if result.strategies:
            groups.append(("strategy", list(result.strategies.items())))
    groups.append(("trivial order", list(result.trivial.items())))
    return groups


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
    if found.repositories is not None:
        known = found.repositories
        yield (
            f"K of single clusters: median {known.median:.3f}, worst tenth below "
            f"{known.worst_tenth:.3f}."
        )
    for title, some in (
        ("K by length", found.lengths),
        ("K by share of markdown", found.markdown),
        ("K by language", found.languages),
    ):
        if len(some) > 1:
            yield from _wrapped(f"{title}: {'; '.join(_slice(one) for one in some)}.")


def _sentences(result: EvaluationResult) -> Iterator[str]:
    asked = result.setting
    shown = "their own order given" if asked.keep_markdown_order else "shuffled"
    yield from _wrapped(
        f"{result.notebooks:,} notebooks in {result.clusters:,} clusters, "
        f"{result.markdown_cells:,} markdown cells ({shown}) among {result.code_cells:,} code "
        f"cells, mode {asked.mode}, seed {asked.seed}."
    )
    error = calibration_error(result.reliability)
    if error is not None:
        yield f"Expected calibration error of the moves' confidence: {error:.3f}."
    yield kaggle_sentence(result.seconds_per_notebook, asked.jobs)


def _slice(one: Slice) -> str:
    return f"{one.name} {one.kendall_tau:.3f} (n = {one.notebooks:,})"


def _name(name: str) -> str:
    return f"{name if len(name) <= _NAME else name[: _NAME - 1] + '…':<{_NAME}}"


def _interval(ends: tuple[float, float], sign: str) -> str:
    return f"{ends[0]:{sign}.4f} .. {ends[1]:{sign}.4f}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
