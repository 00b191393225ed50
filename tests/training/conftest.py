from __future__ import annotations

import pytest
from tiny_training import TinyRun


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    """One finished run and its bundle, made once for all tests."""
    return TinyRun(tmp_path_factory.mktemp("tiny"))
