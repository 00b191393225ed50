"""A bar on a terminal while notebooks are scored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

from jupyter_cellorder.evaluation.example import Example

# Gone at the end; disable=None: no bar where stderr is not a terminal.
_BAR: dict[str, Any] = {"unit": " notebooks", "leave": False, "disable": None}


def while_reading(examples: Iterable[Example]) -> Iterable[Example]:
    """The same examples with a bar: a sample is drawn from the whole of a source."""
    return tqdm(examples, "Reading", **_BAR)


class Progress:
    """A bar that appears with the first notebook scored, after all reading of a sample."""

    def __init__(self) -> None:
        self._shown: tqdm[Example] | None = None

    def __call__(self, done: int, total: int | None) -> None:
        """Show that so many are done."""
        if self._shown is None:
            self._shown = tqdm(desc="Scoring", total=total, **_BAR)
        self._shown.update(done - self._shown.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._shown is not None:
            self._shown.close()
