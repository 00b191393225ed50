"""What a reader sees of a cell at a glance, as numbers: size, heading, numbering, kind of code."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.notebook import Cell

WIDTH = 24

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s*(.*)$", re.MULTILINE)
_NUMBER = re.compile(
    r"^[\s*_>-]*(?:(?:step|part|section|chapter|task|exercise|question|lab|q|ex)\.?\s*)?"
    r"(\d{1,3}(?:\.\d{1,3})*|(?-i:[A-Za-z])(?=[.)]))[.):\s-]",
    re.IGNORECASE,  # under which [a-z] would match İ too, which is no letter of a series
)
# Not \s, which would run through all blank lines from each of them.
_IMPORT = re.compile(r"^[^\S\n]*(?:import|from)\s+\w", re.MULTILINE)
_DEFINE = re.compile(r"^[^\S\n]*(?:def|class|async def)\s+\w", re.MULTILINE)
_PLOT = re.compile(r"\b(?:plt|sns|px|fig|ax|alt|go)\.\w|\.plot\(|\.show\(")
_LINK = re.compile(r"\]\(|<a\s|https?://")


def heading_level(source: str) -> int:
    """Level 1..6 of the first heading of a markdown cell, 0 where it has none."""
    found = _HEADING.search(source)
    return len(found.group(1)) if found else 0


def leading_number(source: str) -> tuple[int, ...]:
    """The number a heading or paragraph opens with.

    "2.1 Data" -> (2, 1), "b) ..." -> (2,), else ().
    """
    found = _HEADING.search(source)
    line = found.group(2) if found else source.lstrip()[:80]
    number = _NUMBER.match(line + " ")
    if not number:
        return ()
    text = number.group(1)
    if text.isalpha():
        return (ord(text.lower()) - ord("a") + 1,)
    return tuple(int(part) for part in text.split("."))


@dataclass(frozen=True)
class NumberMark:
    """What a markdown cell's heading says of its place: level (0: no heading) and number."""

    level: int = 0
    number: tuple[int, ...] = ()


def number_mark(cell: Cell) -> NumberMark:
    """The mark of a cell; code and raw cells have none."""
    if cell.kind != "markdown":
        return NumberMark()
    return NumberMark(heading_level(cell.source), leading_number(cell.source))


def numbering(marks: Sequence[NumberMark]) -> NDArray[np.float32]:
    """(n, n) antisymmetric: 1 where the row's number comes after the column's, -1 before, else 0.

    Headings are compared on one level alone, or one number must extend over levels ("2" before
    "2.1"): "1." of a list and "# 3" of a section say nothing about each other.
    """
    found = np.zeros((len(marks), len(marks)), dtype=np.float32)
    numbered = [i for i, mark in enumerate(marks) if mark.number]
    for at, i in enumerate(numbered):
        for k in numbered[at + 1 :]:
            first, second = marks[i].number, marks[k].number
            nested = len(first) != len(second) and (len(first) > 1 or len(second) > 1)
            if first != second and (marks[i].level == marks[k].level or nested):
                found[i, k] = 1.0 if first > second else -1.0
                found[k, i] = -found[i, k]
    return found


def cell_features(cell: Cell) -> NDArray[np.float32]:
    """(WIDTH,) numbers about one cell; they depend on nothing but the cell."""
    source, markdown = cell.source, cell.kind == "markdown"
    row = np.zeros(WIDTH, dtype=np.float32)
    row[0] = math.log1p(len(source)) / 8
    row[1] = math.log1p(source.count("\n")) / 4
    stripped = source.strip()
    if markdown:
        level = heading_level(source)
        row[2 + min(level, 5)] = 1.0
        row[8] = len(_HEADING.findall(source)) > 1
        row[9] = stripped.startswith("#")
        row[10] = bool(leading_number(source))
        row[11] = stripped.endswith(":")
        row[12] = "?" in source
        row[13] = "```" in source
        row[14] = bool(_LINK.search(source))
        row[15] = "![" in source or "<img" in source
        row[16] = "$" in source
    else:
        row[17] = bool(_IMPORT.search(source))
        row[18] = bool(_DEFINE.search(source))
        row[19] = bool(_PLOT.search(source))
        row[20] = stripped.startswith(("%", "!"))
        row[21] = stripped.startswith("#")
        row[22] = "print(" in source
        row[23] = "\n" not in stripped and "=" not in stripped
    return row
