from __future__ import annotations

import pickle

import pytest

from jupyter_cellorder import errors


@pytest.mark.parametrize(
    "kind", [errors.CellOrderError, errors.NotebookError, errors.RequestError, errors.BundleError]
)
def test_errors_reach_another_process_whole(kind: type[errors.CellOrderError]) -> None:
    error = pickle.loads(pickle.dumps(kind("Say what to do.", "some-code")))
    assert type(error) is kind
    assert (str(error), error.message, error.code) == ("Say what to do.",) * 2 + ("some-code",)
