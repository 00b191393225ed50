import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest
from command_line import in_a_process
from scripted_members import numbered, write_ipynb

ENTRY = "import sys; from jupyter_cellorder.cli import main; sys.exit(main())"


@pytest.fixture
def command(tmp_path):
    """Run the entry point of `jupyter cellorder` in a process of its own."""

    def run(*argv):
        return subprocess.run(
            [sys.executable, "-c", ENTRY, *argv],
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def test_help_names_subcommands_and_options(command):
    whole = command("--help")
    assert whole.returncode == 0
    assert "suggest" in whole.stdout
    assert "evaluate" in whole.stdout
    suggest = command("suggest", "--help-all").stdout
    for option in (
        "--mode",
        "--cells",
        "--keep-markdown-order",
        "--json",
        "--diff",
        "--in-place",
        "--output",
        "--bundle",
        "--backend",
        "--SuggestApp.keep_markdown_order",
    ):
        assert option in suggest
    evaluate = command("evaluate", "--help").stdout
    for option in ("--mode", "--keep-markdown-order", "--bundle", "--limit", "--seed", "--json"):
        assert option in evaluate


def test_version(command):
    from jupyter_cellorder import __version__

    assert command("--version").stdout.strip() == __version__
    assert command("suggest", "--version").stdout.strip() == __version__


def test_generate_config_writes_every_option(command, tmp_path):
    assert command("--generate-config").returncode == 0
    written = (tmp_path / "config" / "jupyter_cellorder_config.py").read_text()
    for option in ("SuggestApp.mode", "SuggestApp.bundle", "EvaluateApp.seed", "EvaluateApp.limit"):
        assert option in written
    # Everything is commented out, so that it loads and changes nothing.
    assert "There is no file" in command("suggest", "no.ipynb").stderr


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, sys\n"
            "from jupyter_cellorder.cli.command import Command\n"
            "Command.run = lambda self: print('line\\n' * 100_000)\n"
            "Command.launch_instance([])\n",
        ],
        stdout=os.fdopen(_closed_pipe(), "wb"),
        stderr=subprocess.PIPE,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config")},
        timeout=300,
    )
    assert done.stderr == b""


def _closed_pipe():
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_progress_is_shown_on_a_terminal_and_keeps_out_of_the_result(tmp_path):
    for name in "abc":
        write_ipynb(tmp_path / "here" / f"{name}.ipynb", numbered("mcmc"))
    terminal, stderr = pty.openpty()
    fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("4H", 30, 90, 0, 0))
    done = subprocess.run(
        in_a_process("evaluate", tmp_path / "here", "--json", "--limit=2"),
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config")},
        timeout=300,
    )
    os.close(stderr)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert json.loads(done.stdout)["notebooks"] == 2
    assert "Reading" in shown
    assert "Scoring" in shown
