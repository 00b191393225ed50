"""The parts of all repositories to the files of a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.evaluation.sources import Skipped
from training.data.build.errors import BuildError
from training.data.build.families import families
from training.data.build.lines import ADVICE, writing_lines
from training.data.build.listing import SPLITS, Source
from training.data.build.parts import Part
from training.data.writing import writing

FILES = {
    "train": "train-00.jsonl.zst",
    "valid": "valid.jsonl.zst",
    "test": "test.jsonl.zst",
}
COPY = "of a family that an earlier split has"


@dataclass
class SplitCount:
    """What a file of the corpus holds."""

    notebooks: int = 0
    repositories: int = 0
    families: set[str] = field(default_factory=set)
    cells: int = 0
    markdown: int = 0


@dataclass
class Corpus:
    """What was built.

    Attributes:
        splits: By name, those with a notebook.
        found: Ids of the notebooks that were fit, by repository.
        skipped: All that was left out.
    """

    splits: dict[str, SplitCount] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)
    skipped: Skipped = field(default_factory=Skipped)


def write_corpus(parts: Sequence[tuple[Source, Part]], folder: Path) -> Corpus:
    """Write the files of the splits that have a notebook; remove those of splits that have none.

    No family is in two splits: it stays in the first of train, valid and test that it is in, and
    its copies in the others are left out. So no repository is in two splits either, and what is
    trained on is as much as can be.

    Args:
        parts: By repository; their order is that of the notebooks.
        folder: Of the corpus.

    Raises:
        BuildError: `nothing-built`: no notebook was fit; `part-damaged`.
        CacheError: A file cannot be written.
    """
    corpus = Corpus()
    family = _families(parts, corpus)
    if not family:
        left_out = " ".join(corpus.skipped.sentences())
        raise BuildError(
            f"The repositories hold no notebook that is fit for a corpus. {left_out}".strip(),
            "nothing-built",
        )
    for split in SPLITS:
        here = [(source, part) for source, part in parts if source.split == split]
        if any(id in family for source, _ in here for id in corpus.found[source.repo]):
            corpus.splits[split] = _write_split(here, family, folder / FILES[split])
        else:
            with writing(folder, ADVICE):
                (folder / FILES[split]).unlink(missing_ok=True)
    return corpus


def _families(parts: Sequence[tuple[Source, Part]], corpus: Corpus) -> dict[str, str]:
    """The family of every notebook that the corpus keeps; counts the others."""
    signatures: dict[str, NDArray[np.uint64]] = {}
    paths: dict[str, str] = {}
    for source, part in parts:
        ids = corpus.found[source.repo] = []
        for row in part.rows(corpus.skipped):
            ids.append(row.id)
            signatures[row.id], paths[row.id] = row.signature, row.path
    family = families(signatures)
    home: dict[str, str] = {}
    for split in SPLITS:
        for source, _ in parts:
            if source.split != split:
                continue
            for id in corpus.found[source.repo]:
                if home.setdefault(family[id], split) != split:
                    corpus.skipped.add(COPY, f"{source.repo}/{paths[id]}")
                    del family[id]
    return family


def _write_split(
    parts: Sequence[tuple[Source, Part]], family: Mapping[str, str], path: Path
) -> SplitCount:
    count = SplitCount()
    with writing_lines(path) as append:
        for source, part in parts:
            before = count.notebooks
            for row in part.rows():
                if row.id not in family:
                    continue
                append(
                    {
                        "id": row.id,
                        "ancestor": family[row.id],
                        "repo": source.repo,
                        "path": row.path,
                        "commit": source.commit,
                        "licence": source.licence,
                        "lang": row.lang,
                        "cells": row.cells,
                    }
                )
                count.notebooks += 1
                count.families.add(family[row.id])
                count.cells += len(row.cells)
                count.markdown += sum(kind == "markdown" for kind, _ in row.cells)
            count.repositories += count.notebooks > before
    return count
