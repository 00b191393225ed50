"""What the subcommands share: traits, loading the model, and ending with one sentence."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, NoReturn, cast

from jupyter_core.application import JupyterApp, base_aliases, base_flags
from traitlets import Unicode
from traitlets.config.loader import KVArgParseConfigLoader

from jupyter_cellorder._version import __version__
from jupyter_cellorder.bundle import Backend, load_bundle
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import CellOrderError

USAGE_ERROR = 2
INTERRUPTED = 130  # as shells report a process ended by Ctrl-C


class _StrictLoader(KVArgParseConfigLoader):
    """Refuses misspelt options, which traitlets would leave out with a warning."""

    def _handle_unrecognized_alias(self, arg: str) -> None:
        self.parser.error(f"unrecognized arguments: -{arg}")


class Command(JupyterApp):
    """One (sub)command: `run` does the work, and every error a person can mend is a sentence."""

    # One name for all, so that all read jupyter_cellorder_config.py.
    name = "jupyter-cellorder"
    version = __version__
    usage = "jupyter cellorder SUBCOMMAND; --help lists them"

    def start(self) -> None:
        """Run the command; exit with status 2 and one sentence on stderr where it cannot."""
        super().start()
        for stream in (sys.stdout, sys.stderr):
            # A heading with an emoji is no reason to fail where output has another encoding.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            self.run()
            sys.stdout.flush()
        except CellOrderError as error:
            self.fail(str(error))
        except BrokenPipeError:
            # The reader (`| head`) has seen enough; keep the interpreter's own flush quiet too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except KeyboardInterrupt:
            self.exit(INTERRUPTED)

    def run(self) -> None:
        """Do the work; implemented by each command."""
        raise NotImplementedError

    def remark(self, sentence: str) -> None:
        """Say something beside the result, on stderr."""
        print(f"{self.name}: {sentence}", file=sys.stderr)

    def fail(self, sentence: str) -> NoReturn:
        """End with a sentence on stderr that says what is wrong and what to do."""
        self.remark(sentence)
        self.exit(USAGE_ERROR)
        raise AssertionError("exit returned")

    def exit(self, exit_status: int | str | None = 0) -> None:
        """Exit; traitlets' status 1 for a bad value of an option becomes 2, as for a bad option."""
        super().exit(USAGE_ERROR if exit_status == 1 else exit_status)

    def _create_loader(self, argv: Any, aliases: Any, flags: Any, classes: Any) -> _StrictLoader:
        return _StrictLoader(
            argv,
            aliases,
            flags,
            classes=classes,
            log=self.log,
            subcommands=self.subcommands,
            allow_abbrev=False,
            prog=self.name,
            usage=self.usage,
        )


class ModelCommand(Command):
    """A command that needs the model."""

    bundle = Unicode(
        "", help="Folder of the model bundle; empty for the one that ships with the package."
    ).tag(config=True)
    backend = Unicode(
        "onnx", help="What computes: 'onnx', or 'torch' where torch is installed."
    ).tag(config=True)

    model_aliases = {  # noqa: RUF012
        **base_aliases,
        "bundle": "ModelCommand.bundle",
        "backend": "ModelCommand.backend",
    }
    model_flags = dict(base_flags)  # noqa: RUF012

    def load(self) -> Ensemble:
        """Load the bundle that the options name.

        Raises:
            BundleError: It is missing, damaged, of another version, or lacks its backend.
        """
        # A cast and no check: load_bundle refuses other names with a sentence.
        return load_bundle(self.bundle or None, backend=cast(Backend, self.backend))
