"""Rules on labels: cells that are counted stand in the order of their numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from jupyter_cellorder.members.rules.labels import Label
from jupyter_cellorder.members.rules.reading import Reading
from jupyter_cellorder.members.rules.relation import Relation, nothing

Wanted = Callable[[Reading, Label], bool]


def in_series(wanted: Wanted, *, repeated: bool) -> Callable[[Sequence[Reading]], Relation]:
    """Labels of one series, one number before a higher one.

    A series is what has one level, one word, one style and one count of parts.

    Args:
        wanted: which labels the rule is about.
        repeated: rule on the series in which a number occurs twice (lists that start again in
            each section), or on those in which none does.
    """

    def relation(cells: Sequence[Reading]) -> Relation:
        series: dict[Hashable, list[tuple[tuple[int, ...], int]]] = defaultdict(list)
        for at, cell in enumerate(cells):
            if cell.markdown and cell.label is not None and wanted(cell, cell.label):
                label = cell.label
                key = (cell.level, label.word, label.style, len(label.number))
                series[key].append((label.number, at))
        found = nothing(cells)
        for members in series.values():
            numbers = [number for number, _ in members]
            if (len(set(numbers)) < len(numbers)) == repeated:
                _rising(found, members)
        return found

    return relation


def across_levels(cells: Sequence[Reading]) -> Relation:
    """Dotted numbers of different depth: "2" before "2.1", "2.1" before "3"."""
    found = nothing(cells)
    labelled = [
        (at, cell.label)
        for at, cell in enumerate(cells)
        if cell.markdown and cell.label and cell.label.style == "digits" and cell.headings
    ]
    for position, (i, first) in enumerate(labelled):
        for k, second in labelled[position + 1 :]:
            deep = len(first.number) != len(second.number)
            if (
                deep
                and max(len(first.number), len(second.number)) > 1
                and first.word == second.word
            ):
                if first.number < second.number:
                    found[i, k] = True
                else:
                    found[k, i] = True
    return found


def code_labels(cells: Sequence[Reading]) -> Relation:
    """Code that opens with a numbered comment, against markdown that counts the same thing.

    "Step 3" of markdown stands before the code "# Step 3" and behind the code "# Step 2".
    """
    found = nothing(cells)
    for k, code in enumerate(cells):
        if code.markdown or code.label is None:
            continue
        for i, text in enumerate(cells):
            if not text.markdown or text.label is None or not _alike(text.label, code.label):
                continue
            if text.label.number <= code.label.number:
                found[i, k] = True
            else:
                found[k, i] = True
    return found


def trailing_numbers(cells: Sequence[Reading]) -> Relation:
    """Headings that differ in their last number alone: "Clustering (part 1)" and "... (part 2)"."""
    series: dict[str, list[tuple[tuple[int, ...], int]]] = defaultdict(list)
    for at, cell in enumerate(cells):
        words = cell.title.split()
        if cell.markdown and cell.headings and len(words) > 1 and words[-1].isdecimal():
            number = int(words[-1][:6])
            if number < 100:
                series[" ".join(words[:-1])].append(((number,), at))
    found = nothing(cells)
    for members in series.values():
        if len({number for number, _ in members}) == len(members):
            _rising(found, members)
    return found


def _alike(text: Label, code: Label) -> bool:
    if text.style != code.style or len(text.number) != len(code.number):
        return False
    return text.word == code.word and bool(text.word or len(text.number) > 1)


def _rising(found: Relation, members: Sequence[tuple[tuple[int, ...], int]]) -> None:
    """Mark every pair of two different numbers."""
    order = sorted(members)
    ranks = {number: rank for rank, number in enumerate(sorted({number for number, _ in order}))}
    at = np.array([position for _, position in order], dtype=np.intp)
    rank = np.array([ranks[number] for number, _ in order])
    found[np.ix_(at, at)] |= rank[:, None] < rank[None, :]
