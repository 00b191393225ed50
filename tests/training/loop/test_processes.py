"""Several processes of one run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from training.loop import processes


def test_processes_wait_as_long_as_the_first_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """It encodes a whole corpus, which takes longer than the minutes that torch would wait."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(processes, "PartialState", lambda **options: given.update(options))
    processes.state()
    assert given["timeout"] >= timedelta(hours=12)
