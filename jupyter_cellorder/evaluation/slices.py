"""K of parts of the notebooks: by repository, language, length and share of markdown."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.metric import interval95, pooled_tau, resampled_taus

PARTS = 4
WORST_SHARE = 0.1


@dataclass(frozen=True)
class Slice:
    """Some of the notebooks.

    Attributes:
        name: What they have in common.
        notebooks: How many they are.
        kendall_tau: Pooled K over them.
        ci95: 95 % cluster bootstrap interval; None with fewer than two clusters.
    """

    name: str
    notebooks: int
    kendall_tau: float
    ci95: tuple[float, float] | None


@dataclass(frozen=True)
class Repositories:
    """K of every cluster, each pooled over its own notebooks.

    Attributes:
        kendall_taus: By cluster, ascending.
        median: Of these.
        worst_tenth: Their 10 % quantile: a tenth of the clusters is no better.
    """

    kendall_taus: Mapping[str, float]
    median: float
    worst_tenth: float


@dataclass(frozen=True)
class Slices:
    """All of them, for the ensemble's own choice.

    Attributes:
        repositories: None with fewer than two clusters that have pairs of cells.
        languages: By notebooks, most first; empty where the source knows none.
        lengths: By number of cells, in quarters.
        markdown: By share of markdown, in quarters.
    """

    repositories: Repositories | None
    languages: tuple[Slice, ...]
    lengths: tuple[Slice, ...]
    markdown: tuple[Slice, ...]


@dataclass(frozen=True)
class Notebooks:
    """What is sliced, an entry each.

    Attributes:
        inversions: S.
        cells: n.
        markdown: Markdown cells.
        clusters: Repository, else ancestor, else the notebook.
        languages: Empty where the source knows none.
    """

    inversions: NDArray[np.int64]
    cells: NDArray[np.int64]
    markdown: NDArray[np.int64]
    clusters: Sequence[str]
    languages: Sequence[str]


def slices(notebooks: Notebooks, seed: int) -> Slices:
    """Slice in every way; the seed is that of the intervals."""
    languages: tuple[Slice, ...] = ()
    if any(notebooks.languages):
        found = _by(notebooks, [name or "unknown" for name in notebooks.languages], seed)
        languages = tuple(sorted(found, key=lambda one: (-one.notebooks, one.name)))
    share = notebooks.markdown / notebooks.cells
    return Slices(
        _repositories(notebooks),
        languages,
        _by_quarter(notebooks, notebooks.cells, lambda value: f"{value:.0f}", "cells", seed),
        _by_quarter(notebooks, share, lambda value: f"{value:.0%}", "markdown", seed),
    )


def _repositories(notebooks: Notebooks) -> Repositories | None:
    sums: dict[str, list[int]] = {}
    columns = (notebooks.clusters, notebooks.inversions.tolist(), notebooks.cells.tolist())
    for name, wrong, cells in zip(*columns, strict=True):
        one = sums.setdefault(name, [0, 0])
        one[0] += wrong
        one[1] += cells * (cells - 1)
    taus = {name: 1 - 4 * wrong / pairs for name, (wrong, pairs) in sums.items() if pairs}
    if len(taus) < 2:
        return None
    values = np.array(list(taus.values()))
    return Repositories(
        dict(sorted(taus.items(), key=lambda one: (one[1], one[0]))),
        float(np.median(values)),
        float(np.quantile(values, WORST_SHARE)),
    )


def _by_quarter(
    notebooks: Notebooks,
    values: NDArray[np.int64] | NDArray[np.float64],
    shown: Callable[[float], str],
    unit: str,
    seed: int,
) -> tuple[Slice, ...]:
    """Quarters of the notebooks by a number; fewer parts where many have the same."""
    edges = np.unique(np.quantile(values, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    part = np.searchsorted(edges, values, side="left")
    found = []
    for number in np.unique(part):
        own = values[part == number]
        low, high = shown(float(own.min())), shown(float(own.max()))
        name = f"{low} {unit}" if low == high else f"{low} to {high} {unit}"
        found += _some(notebooks, part == number, name, seed)
    return tuple(found)


def _by(notebooks: Notebooks, names: Sequence[Hashable], seed: int) -> list[Slice]:
    labels = np.array(names)
    return [
        one
        for name in np.unique(labels)
        for one in _some(notebooks, labels == name, str(name), seed)
    ]


def _some(notebooks: Notebooks, chosen: NDArray[np.bool_], name: str, seed: int) -> list[Slice]:
    """One slice, or none where there is no pair of cells."""
    wrong, cells = notebooks.inversions[chosen], notebooks.cells[chosen]
    if cells.max() < 2:
        return []
    clusters = [one for one, is_in in zip(notebooks.clusters, chosen, strict=True) if is_in]
    interval = None
    if len(set(clusters)) > 1:
        interval = interval95(resampled_taus(wrong[None], cells, clusters, seed=seed))
    return [Slice(name, len(wrong), pooled_tau(wrong, cells), interval)]
