"""What a stage did, as JSON lines in ``log.jsonl``: losses, rates, scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

LOG = "log.jsonl"


class JsonLog(TrainerCallback):
    """Appends every entry as it comes; a resumed run drops what lies beyond its checkpoint."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write what the checkpoint knows."""
        if state.is_world_process_zero:
            partial = self._path.with_suffix(".part")
            partial.write_text("".join(_line(entry) for entry in state.log_history))
            partial.replace(self._path)

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Append."""
        if state.is_world_process_zero and state.log_history:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(_line(state.log_history[-1]))


def _line(entry: dict[str, Any]) -> str:
    return json.dumps(entry) + "\n"
