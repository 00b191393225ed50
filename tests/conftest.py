from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tiny_training import TinyRun

# No test is about time, and the same tests run everywhere.
settings.register_profile("unhurried", deadline=None, derandomize=True)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    """One finished training run and its bundle, made once for all tests."""
    from tiny_training import TinyRun  # imports torch: not for those who never ask

    return TinyRun(tmp_path_factory.mktemp("tiny"))
