"""What a stage did, as JSON lines in ``log.jsonl``: losses, rates, scores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from training.loop.errors import LoopError

LOG = "log.jsonl"


class JsonLog(TrainerCallback):
    """Appends every entry as it comes; a resumed run drops what lies beyond its checkpoint.

    Raises:
        LoopError: it cannot be written, as on a full disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write what the checkpoint knows."""
        if state.is_world_process_zero:
            self.rewrite(state.log_history)

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Append."""
        if state.is_world_process_zero and state.log_history:
            with _told(self._path), self._path.open("a", encoding="utf-8") as stream:
                stream.write(_line(state.log_history[-1]))

    def rewrite(self, entries: Iterable[dict[str, Any]]) -> None:
        """These entries and no others."""
        partial = self._path.with_suffix(".part")
        with _told(self._path):
            partial.write_text("".join(map(_line, entries)), encoding="utf-8")
            partial.replace(self._path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LoopError(
            f"{path} could not be written ({error.strerror or error}). Free some space and give "
            "the same command again: training goes on from the last checkpoint.",
            "log-write",
        ) from error


def _line(entry: dict[str, Any]) -> str:
    return json.dumps(entry) + "\n"
