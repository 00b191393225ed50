"""Which notebooks training learns from, and which it holds out."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_cellorder.evaluation.sources import Example, Skipped, read_examples

HELD_OUT = 0.05


@dataclass(frozen=True)
class Split:
    """A folder with ``train-*`` and ``valid*`` files is split as it comes; all else by family.

    The share :data:`HELD_OUT` of the families is then held out, chosen by a hash of the family's
    name: the same on every machine, whatever the order of reading. A family is the ancestor's;
    where none is known it is the repository, else the notebook alone.
    """

    data: Path

    @property
    def comes_split(self) -> bool:
        """Whether files say what is held out."""
        return bool(self._files("train") and self._files("valid"))

    def part(self, name: str) -> tuple[list[Path], Callable[[Example], bool]]:
        """Files of ``train`` or ``valid``, and which of their notebooks belong to it."""
        if self.comes_split:
            return self._files(name), _everything
        held_out = name == "valid"
        # A test set beside them is for neither.
        paths = self._files("train") or [self.data]
        return paths, lambda example: _is_held_out(example) == held_out

    def _files(self, part: str) -> list[Path]:
        return sorted(self.data.glob(f"{part}*.jsonl.zst")) if self.data.is_dir() else []


def held_out(data: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The notebooks that training on this source does not see.

    Args:
        data: as `read_examples` takes it.
        skipped: filled with what was left out.

    Raises:
        SourceError: as `read_examples`.
    """
    paths, belongs = Split(data).part("valid")
    return filter(belongs, read_examples(paths, skipped))


def validation(data: Path, unseen: bool, skipped: Skipped | None = None) -> Iterator[Example]:
    """What a bundle may be fitted on: all of a source, or what training on it did not see.

    Args:
        data: as `read_examples` takes it.
        unseen: the second; a corpus that comes split is always taken so.
        skipped: filled with what was left out.

    Raises:
        SourceError: as `read_examples`.
    """
    if unseen or Split(data).comes_split:
        return held_out(data, skipped)
    return read_examples(data, skipped)


def _everything(_: Example) -> bool:
    return True


def _is_held_out(example: Example) -> bool:
    known = example.ancestor != example.id
    family = example.ancestor if known else example.cluster
    return zlib.crc32(family.encode()) % 10_000 < HELD_OUT * 10_000
