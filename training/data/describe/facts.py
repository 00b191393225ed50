"""A corpus, counted in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sources import (
    Example,
    Skipped,
    notebook_count,
    read_examples,
    source_files,
)
from jupyter_cellorder.notebook import Cell
from training.data.describe.tally import Tally
from training.data.language import guess_language

KINDS = ("markdown", "code")
LONGEST = 0.05  # of the notebooks: what share of the metric's weight they carry
LARGEST_FAMILIES = 5
BATCH = 1_024  # cells tokenised at once


class TokenCounter(Protocol):
    """Counts the tokens of texts."""

    def __call__(self, texts: list[str]) -> list[int]:
        """How many tokens each text has, special tokens apart."""
        ...


@dataclass
class Facts:
    """What a corpus holds.

    Memory grows with the number of families and with the distinct lengths, not with the text.

    Attributes:
        families: Notebooks by family of near-duplicates.
        clusters: Notebooks by what they are alike by: the repository, else the family.
        languages: Notebooks by language of the markdown.
        guessed: How many of the languages are our guess, for the source names none.
        cells: (notebooks) cells of each.
        kinds: (notebooks) cells of each, by kind.
        tokens: (cells) tokens of each, by kind; nothing in them without a tokenizer.
        skipped: What was left out.
    """

    families: Counter[str] = field(default_factory=Counter)
    clusters: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    guessed: int = 0
    cells: Tally = field(default_factory=Tally)
    kinds: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    tokens: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    skipped: Skipped = field(default_factory=Skipped)

    @property
    def notebooks(self) -> int:
        """How many there are."""
        return len(self.cells)

    def largest_families(self) -> list[tuple[str, int]]:
        """Name and notebooks of the largest families, those of one notebook apart."""
        return [
            (name, count)
            for name, count in self.families.most_common(LARGEST_FAMILIES)
            if count > 1
        ]

    def as_json(self) -> dict[str, Any]:
        """All of it as objects for JSON."""
        return {
            "notebooks": self.notebooks,
            "families": len(self.families),
            "clusters": len(self.clusters),
            "cells": self.cells.summary(),
            "cells_by_kind": {kind: tally.summary() for kind, tally in self.kinds.items()},
            "tokens_by_kind": {kind: tally.summary() for kind, tally in self.tokens.items()},
            "languages": dict(self.languages.most_common()),
            "languages_guessed": self.guessed,
            "pair_weight_of_longest": {
                "share_of_notebooks": LONGEST,
                "share_of_weight": self.cells.weight_of_longest(LONGEST),
            },
            "largest_families": dict(self.largest_families()),
            "skipped": dict(self.skipped.counts),
        }


def describe(path: Path, count_tokens: TokenCounter | None = None) -> Facts:
    """Count what a source of notebooks holds, with a progress bar.

    Args:
        path: Corpus file or folder, Kaggle folder, or folder of ``.ipynb`` files.
        count_tokens: Without it no tokens are counted.

    Raises:
        SourceError: The path is missing or damaged.
        CellOrderError: `nothing-to-describe`: no notebook in it can be used.
    """
    facts = Facts()
    total = notebook_count(source_files(path))
    examples = tqdm(
        read_examples(path, facts.skipped), "reading", total, unit=" notebooks", mininterval=1
    )
    for cells in _batches(_count(examples, facts)):
        if count_tokens is not None:
            tokens = count_tokens([cell.source for cell in cells])
            for kind, tally in facts.tokens.items():
                tally.add(
                    number for cell, number in zip(cells, tokens, strict=True) if cell.kind == kind
                )
    if not facts.notebooks:
        left_out = " ".join(facts.skipped.sentences())
        raise CellOrderError(
            f"{path} has no notebook with code and markdown to describe. {left_out}".strip(),
            "nothing-to-describe",
        )
    return facts


def _count(examples: Iterable[Example], facts: Facts) -> Iterator[Cell]:
    """Count all but the tokens; hands on the cells."""
    for example in examples:
        cells = example.notebook.cells
        facts.families[example.ancestor] += 1
        facts.clusters[example.cluster] += 1
        facts.cells.add([len(cells)])
        for kind, tally in facts.kinds.items():
            tally.add([sum(cell.kind == kind for cell in cells)])
        facts.guessed += not example.language
        language = example.language or guess_language(
            cell.source for cell in cells if cell.kind == "markdown"
        )
        facts.languages[language] += 1
        yield from cells


def _batches(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    batch: list[Cell] = []
    for cell in cells:
        batch.append(cell)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
