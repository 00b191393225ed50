"""``python -m training.data describe | build``: look at a corpus, or build one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from jupyter_cellorder.errors import CellOrderError
from training.data.build import repositories
from training.data.build.listing import OURS
from training.data.build.run import build, report
from training.data.describe import run as describe

DONE, INCOMPLETE, USAGE_ERROR, INTERRUPTED = 0, 1, 2, 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.data", description="Describe a corpus of notebooks, or build one."
    )
    commands = made.add_subparsers(dest="command", required=True)
    _add_describe(
        commands.add_parser("describe", help="count notebooks, families, cells and tokens")
    )
    _add_build(
        commands.add_parser("build", help="rebuild a corpus from public repositories, with git")
    )
    return made


def _add_describe(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path",
        type=Path,
        help="corpus file or folder (*.jsonl.zst), Kaggle folder, or folder of .ipynb",
    )
    command.add_argument(
        "--tokenizer",
        default=describe.TOKENIZER,
        help="whose tokens are counted: a folder, or a name on the hub (%(default)s)",
    )
    command.add_argument("--output", type=Path, help="folder for describe.json and plots")
    command.set_defaults(run=_describe)


def _add_build(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "sources",
        nargs="?",
        type=Path,
        default=OURS,
        metavar="SOURCES.csv",
        help="repo, commit, licence, notebooks_used, split; the list of our own where left out",
    )
    command.add_argument("--output", type=Path, required=True, help="folder of the corpus")
    command.add_argument(
        "--repositories",
        default=repositories.HOST,
        metavar="DIR_OR_URL",
        help="what the repositories' names are put behind: a folder, or a URL (%(default)s)",
    )
    command.add_argument(
        "--any-licence", action="store_true", help="take repositories of any licence"
    )
    command.set_defaults(run=_build)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: done; 1: built without some repositories; 2: not done, a sentence says why."""
    chosen = parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("Stopped; run again to go on.", file=sys.stderr)
        return INTERRUPTED
    return code


def _describe(chosen: argparse.Namespace) -> int:
    describe.run(chosen.path, chosen.tokenizer, chosen.output)
    return DONE


def _build(chosen: argparse.Namespace) -> int:
    built = build(chosen.sources, chosen.output, chosen.repositories, chosen.any_licence)
    print(report(built, chosen.output))
    return INCOMPLETE if built.failed else DONE


if __name__ == "__main__":
    sys.exit(main())
