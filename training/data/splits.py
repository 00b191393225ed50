"""Which notebooks are trained on and which are held out."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_cellorder.evaluation.sources import Example

HELD_OUT = 0.05


@dataclass(frozen=True)
class Split:
    """A folder with ``train-*`` and ``valid*`` files is split as it comes; all else by ancestor.

    The share :data:`HELD_OUT` of the families of near-duplicates is then held out, chosen by a hash
    of the family's name: the same on every machine, whatever the order of reading.
    """

    data: Path

    def part(self, name: str) -> tuple[list[Path], Callable[[Example], bool]]:
        """Files of ``train`` or ``valid``, and which of their notebooks belong to it."""
        if self.data.is_dir():
            files = {
                part: sorted(self.data.glob(f"{part}*.jsonl.zst")) for part in ("train", "valid")
            }
            if files["train"] and files["valid"]:
                return files[name], _everything
        held_out = name == "valid"
        return [self.data], lambda example: _is_held_out(example.ancestor) == held_out


def _everything(_: Example) -> bool:
    return True


def _is_held_out(ancestor: str) -> bool:
    return zlib.crc32(ancestor.encode()) % 10_000 < HELD_OUT * 10_000
