"""What is made of one repository, kept in a file of its own: a build that was cut off goes on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.evaluation.sources import Skipped
from training.data.build.families import signature
from training.data.build.lines import read_lines, writing_lines
from training.data.build.listing import Source
from training.data.build.notebooks import TOO_LARGE, Unfit, read_cells
from training.data.build.repositories import File
from training.data.language import guess_language

FORMAT = 1  # to be raised when the same repository comes out as other rows


@dataclass(frozen=True)
class Row:
    """One notebook of a part.

    Attributes:
        id: 14 hexadecimal digits, of the repository, the commit and the path.
        path: Inside the repository.
        lang: Guessed from the markdown.
        signature: (BANDS,) of its cells.
        cells: Kind and source of each.
    """

    id: str
    path: str
    lang: str
    signature: NDArray[np.uint64]
    cells: list[tuple[str, str]]


class Part:
    """The file of one repository at one commit.

    Args:
        folder: Where all parts lie.
        source: The repository.
    """

    def __init__(self, folder: Path, source: Source) -> None:
        self._source = source
        key = f"{FORMAT}\0{source.repo}\0{source.commit}".encode()
        digest = hashlib.blake2b(key, digest_size=8).hexdigest()
        name = source.repo.replace("/", "--")[:80]
        self.path = folder / f"{name}-{digest}.jsonl.zst"

    def write(self, files: Iterable[File]) -> None:
        """Clean the notebooks of a repository; the file is there when all are in it.

        Raises:
            FetchError: The files could not be read to their end.
            CacheError: The part cannot be written.
        """
        skipped = Skipped()
        with writing_lines(self.path) as append:
            for one in files:
                path = one.path.decode("utf-8", "replace")
                try:
                    cells = _cells(one)
                except Unfit as unfit:
                    skipped.add(str(unfit), f"{self._source.repo}/{path}")
                    continue
                append(
                    {
                        "id": self._id(one.path),
                        "path": path,
                        "lang": guess_language(text for kind, text in cells if kind == "markdown"),
                        "signature": signature(text for _, text in cells).tolist(),
                        "cells": cells,
                    }
                )
            append({"skipped": skipped.counts, "names": skipped.names})

    def rows(self, skipped: Skipped | None = None) -> Iterator[Row]:
        """The notebooks by path, one in memory at a time.

        Args:
            skipped: What was left out is added to it at the end.

        Raises:
            BuildError: `part-damaged`.
        """
        for row in read_lines(self.path):
            if "id" in row:
                bands = np.array(row["signature"], dtype=np.uint64)
                yield Row(row["id"], row["path"], row["lang"], bands, row["cells"])
            elif skipped is not None:
                skipped.merge(Skipped(Counter(row["skipped"]), row["names"]))

    def _id(self, path: bytes) -> str:
        key = b"%b\0%b\0%b" % (self._source.repo.encode(), self._source.commit.encode(), path)
        return hashlib.blake2b(key, digest_size=7).hexdigest()


def _cells(file: File) -> list[tuple[str, str]]:
    if file.content is None:
        raise Unfit(TOO_LARGE)
    return read_cells(file.content)
