"""Running the command line inside the test process, with a member that needs no model."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scripted_members import ByNumber, ensemble

from jupyter_cellorder.cli import main
from jupyter_cellorder.cli.command import ModelCommand
from jupyter_cellorder.ensemble import Ensemble


class Said(NamedTuple):
    status: int
    out: str
    err: str


def command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """A function that runs `jupyter cellorder` with its arguments."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    load = ModelCommand.load

    def run(
        *argv: object,
        member: Any = None,
        whole: Ensemble | None = None,
        real_bundle: bool = False,
    ) -> Said:
        fake = whole or ensemble(member or ByNumber())
        monkeypatch.setattr(ModelCommand, "load", load if real_bundle else lambda self: fake)
        status = 0
        try:
            main([str(argument) for argument in argv])
        except SystemExit as end:
            status = int(end.code or 0)
        return Said(status, *capsys.readouterr())

    return run


_PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from scripted_members import ByNumber, ensemble
from jupyter_cellorder.cli import main
from jupyter_cellorder.cli.command import ModelCommand
ModelCommand.load = lambda self: ensemble(ByNumber())
main(sys.argv[1:])
"""


def in_a_process(*argv: object) -> list[str]:
    """Arguments of a process that runs `jupyter cellorder` with such a member."""
    program = _PROGRAM.format(tests=str(Path(__file__).parent))
    return [sys.executable, "-B", "-c", program, *(str(argument) for argument in argv)]
