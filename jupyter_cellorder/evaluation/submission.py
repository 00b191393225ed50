"""Submissions in Kaggle's form, ``id,cell_order``: written whole or not at all, and scored."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from jupyter_cellorder.atomic_file import replacing
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.evaluation.kaggle import table
from jupyter_cellorder.evaluation.result import counted
from jupyter_cellorder.evaluation.score import Row
from jupyter_cellorder.metric import cluster_bootstrap, pooled_tau, rank_inversions


class SubmissionError(CellOrderError):
    """A submission cannot be written, or cannot be scored; the message says why."""


class Submission:
    """Rows of a submission on their way to the file.

    Attributes:
        ordered: Notebooks whose order was found.
        as_in_file: Notebooks that keep the order of their file: there is nothing to decide, or
            the model refused them.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Begin with the header.

        Args:
            file: Written from its start.
        """
        self.ordered = 0
        self.as_in_file = 0
        self._ids: set[str] = set()
        # newline: csv ends its lines itself.
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow(["id", "cell_order"])

    def add(self, example: Example, row: Row) -> None:
        """Add the order that was kept of a notebook, with the cells that were left out of it.

        Raises:
            SubmissionError: `cells-differ`: it does not hold every cell once. `same-id`.
        """
        ids = example.notebook.ids
        order = example.complete(ids[index] for index in row.order)
        expected = [*ids, *(name for name, _ in example.left_out)]
        if Counter(order) != Counter(expected):
            raise SubmissionError(
                f"The order found for {example.id} does not hold its cells, each once; nothing was "
                "written. Please report this.",
                "cells-differ",
            )
        self._write(example.id, order)
        self.ordered += row.refused is None
        self.as_in_file += row.refused is not None

    def add_undecided(self, id: str, cells: Sequence[str]) -> None:
        """Add a notebook without code or without markdown, its cells as they are.

        Raises:
            SubmissionError: `same-id`.
        """
        self._write(id, cells)
        self.as_in_file += 1

    def finish(self) -> None:
        """Hand everything on to the file, which stays open."""
        self._text.detach()

    def _write(self, id: str, cells: Sequence[str]) -> None:
        if id in self._ids:
            raise SubmissionError(
                f"Two notebooks have the id {id}, and a submission names notebooks by their ids; "
                "nothing was written. Give one source at a time.",
                "same-id",
            )
        spaced = next((cell for cell in cells if not cell or cell.split() != [cell]), None)
        if spaced is not None:
            raise SubmissionError(
                f"Notebook {id} has a cell with the id {spaced!r}; ids in a submission are parted "
                "by spaces. Nothing was written.",
                "cell-id",
            )
        self._ids.add(id)
        self._rows.writerow([id, " ".join(cells)])


@contextmanager
def submission(path: Path) -> Iterator[Submission]:
    """Open a submission; the file takes its name when the block has ended well.

    Raises:
        SubmissionError: `cannot-write`, and as for its methods.
    """
    try:
        with replacing(path) as file:
            rows = Submission(file)
            yield rows
            rows.finish()
    except OSError as error:
        raise SubmissionError(
            f"{path} was not written ({error.strerror}); free space there or give another file.",
            "cannot-write",
        ) from error


@dataclass(frozen=True)
class SubmissionScore:
    """K of a submission.

    Attributes:
        kendall_tau: Pooled K.
        ci95: 95 % cluster bootstrap interval; None with fewer than two clusters.
        notebooks: Notebooks scored.
        cells: Their cells.
        clusters: What the bootstrap drew from.
        clustered_by: `ancestor`, or `notebook` where no ancestors were given.
    """

    kendall_tau: float
    ci95: tuple[float, float] | None
    notebooks: int
    cells: int
    clusters: int
    clustered_by: str

    def as_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return asdict(self)

    def sentence(self) -> str:
        """The result for people."""
        interval = "no interval with one cluster"
        if self.ci95 is not None:
            interval = f"95 % interval {self.ci95[0]:.4f} .. {self.ci95[1]:.4f}"
        drawn = f"{self.clusters:,} ancestors" if self.clustered_by == "ancestor" else "by notebook"
        return (
            f"Kendall tau {self.kendall_tau:.4f} ({interval}, {drawn}): "
            f"{counted(self.notebooks, 'notebook')}, {counted(self.cells, 'cell')}."
        )


def score_submission(
    submitted: Path, orders: Path, ancestors: Path | None = None, seed: int = 0
) -> SubmissionScore:
    """Score a submission against the true orders.

    Args:
        submitted: ``id,cell_order`` as predicted.
        orders: ``id,cell_order`` as it truly is, such as ``train_orders.csv``.
        ancestors: ``id,ancestor_id``, such as ``train_ancestors.csv``.
        seed: Of the interval.

    Raises:
        SubmissionError: `ids-differ`, `cells-differ` or `same-id`; a missing row or cell would
            raise the score.
        SourceError: A table cannot be read, or has other columns.
        CellOrderError: `no-pairs`: no notebook has two cells.
    """
    predicted, truth = _orders(submitted), _orders(orders)
    _same_ids(predicted, truth, submitted, orders)
    wrong, cells = [], []
    for id, order in truth.items():
        try:
            one, size = rank_inversions(predicted[id].split(), order.split())
        except CellOrderError as error:
            raise SubmissionError(f"{submitted}, notebook {id}: {error}", error.code) from None
        wrong.append(one)
        cells.append(size)
    families = {} if ancestors is None else _unique(ancestors, "ancestor_id")
    clusters = [families.get(id) or id for id in truth]
    interval = None
    tau = pooled_tau(wrong, cells)
    if len(set(clusters)) > 1:
        interval = cluster_bootstrap(wrong, cells, clusters, seed=seed)
    return SubmissionScore(
        tau,
        interval,
        len(truth),
        int(np.sum(cells)),
        len(set(clusters)),
        "notebook" if ancestors is None else "ancestor",
    )


def _orders(path: Path) -> dict[str, str]:
    return _unique(path, "cell_order")


def _unique(path: Path, column: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for id, value in table(path, column):
        if id in found:
            raise SubmissionError(
                f"{path} has two rows for notebook {id}; leave one of them out.", "same-id"
            )
        found[id] = value
    return found


def _same_ids(
    predicted: Mapping[str, str], truth: Mapping[str, str], submitted: Path, orders: Path
) -> None:
    missing = truth.keys() - predicted.keys()
    foreign = predicted.keys() - truth.keys()
    if missing:
        raise SubmissionError(
            f"{submitted} lacks {len(missing):,} of the {len(truth):,} notebooks of {orders}, "
            f"{min(missing)} among them; give every notebook a row.",
            "ids-differ",
        )
    if foreign:
        raise SubmissionError(
            f"{submitted} has {counted(len(foreign), 'notebook')} that {orders} has not, "
            f"{min(foreign)} among them; give the orders of the same notebooks.",
            "ids-differ",
        )
