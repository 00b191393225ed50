"""The notebooks of a public repository at one commit, by git, without a working tree.

Files are read out of git's object store: nothing of a repository is ever written under a name of
its own, run, or followed, be it a symbolic link, a hook, a filter or a submodule.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from training.data.build.errors import BuildError, FetchError
from training.data.build.lines import ADVICE
from training.data.build.listing import Source
from training.data.writing import writing

HOST = "https://github.com"
SCRATCH = "fetch-"  # and more: where a repository is fetched to
_SCHEMES = ("https", "http", "ssh", "git", "file")
_PATIENCE = 60  # seconds of less than a kilobyte each, after which a server is given up

_PLAIN_FILES = ("100644", "100755")  # not 120000, a symbolic link, nor 160000, a submodule

_GIT = (
    "git",
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false"),
    *("-c", "http.lowSpeedLimit=1000", "-c", f"http.lowSpeedTime={_PATIENCE}"),
)
# Where git would look for a repository other than the one it is told.
_MISLEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
)


@dataclass(frozen=True)
class File:
    """A notebook file of a repository.

    Attributes:
        path: Its name from the root, as git keeps it.
        content: None where it is larger than was asked for.
    """

    path: bytes
    content: bytes | None


def prefix(text: str) -> str:
    """The URL that repositories' names are put behind: a folder of them, or a host.

    Raises:
        BuildError: `repositories`: neither a folder nor a URL.
    """
    if re.match(rf"({'|'.join(_SCHEMES)})://", text):
        return text.rstrip("/")
    if Path(text).is_dir():
        return Path(text).absolute().as_uri().rstrip("/")
    raise BuildError(
        f"{text!r} is neither a folder with repositories nor a URL ({', '.join(_SCHEMES)}) that "
        f"their names follow; give one of them with --repositories, or leave it out for {HOST}.",
        "repositories",
    )


def check_git() -> None:
    """Refuse to start without git.

    Raises:
        BuildError: `no-git`.
    """
    if shutil.which("git") is None:
        raise BuildError("Repositories are fetched with git; install it first.", "no-git")


@contextmanager
def fetched(source: Source, url_prefix: str, scratch: Path) -> Iterator[Repository]:
    """Fetch a repository's one commit into a folder that is there for the block alone.

    Raises:
        FetchError: The repository or its commit is not to be had.
        CacheError: ``scratch`` cannot be written.
    """
    with writing(scratch, ADVICE):
        folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch))
    try:
        repository = Repository(folder, source.commit)
        repository.fetch(f"{url_prefix}/{source.repo}")
        yield repository
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Repository:
    """A bare repository that holds one commit, without its history and its other files."""

    def __init__(self, folder: Path, commit: str) -> None:
        self._folder, self._commit = folder, commit

    def fetch(self, url: str) -> None:
        """Fetch the commit and its list of files."""
        # No template: it may bring hooks.
        self._git("init", "--quiet", "--bare", "--template=")
        self._git("remote", "add", "origin", url)
        self._fetch("--depth=1", self._commit)

    def notebooks(self, largest: int) -> Iterator[File]:
        """The ``.ipynb`` files by path, one in memory at a time.

        Args:
            largest: Bytes; the content of larger ones is passed over.
        """
        names = dict(self._names())
        if not names:
            return
        # All at once: git would ask the server for each on its own.
        self._fetch("--stdin", input=b"\n".join(sorted(set(names.values()))) + b"\n")
        with self._reader() as (asked, answer):
            for path, blob in sorted(names.items()):
                yield File(path, _content(blob, asked, answer, largest))

    def _names(self) -> Iterator[tuple[bytes, bytes]]:
        """Path and blob of every notebook; Jupyter's own copies are none."""
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", self._commit)
        for entry in listed.split(b"\0")[:-1]:
            about, _, path = entry.partition(b"\t")
            mode, _, blob = about.split(b" ")
            folders = PurePosixPath(os.fsdecode(path)).parts
            if (
                mode.decode() in _PLAIN_FILES
                and path.endswith(b".ipynb")
                and ".ipynb_checkpoints" not in folders
            ):
                yield path, blob

    def _fetch(self, *what: str, input: bytes | None = None) -> None:
        self._git(
            "fetch",
            *("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
            *("--filter=blob:none", "origin", *what),
            input=input,
        )

    def _git(self, *arguments: str, input: bytes | None = None) -> bytes:
        done = subprocess.run(
            [*_GIT, f"--git-dir={self._folder}", *arguments],
            env=_environment(),
            input=input or b"",
            capture_output=True,
        )
        if done.returncode:
            raise FetchError(_reason(done.stderr), "fetch")
        return done.stdout

    @contextmanager
    def _reader(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        process = subprocess.Popen(
            [*_GIT, f"--git-dir={self._folder}", "cat-file", "--batch"],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None and process.stdout is not None
        try:
            yield process.stdin, process.stdout
        finally:
            process.kill()
            process.communicate()


def _content(blob: bytes, asked: IO[bytes], answer: IO[bytes], largest: int) -> bytes | None:
    with suppress(BrokenPipeError):  # it has ended, and the answer is empty
        asked.write(blob + b"\n")
        asked.flush()
    head = answer.readline().split()
    if len(head) != 3:  # blob, type, size
        raise FetchError(f"git did not give the file {blob.decode()}", "fetch")
    size = int(head[2])
    content = None
    if size <= largest:
        content = answer.read(size)
    else:
        for start in range(0, size, 1 << 20):
            answer.read(min(1 << 20, size - start))
    answer.read(1)  # the line's end
    return content


def _environment() -> dict[str, str]:
    """Ours, in English, without what could lead git astray or have it ask a person."""
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return {
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GCM_INTERACTIVE": "never",
        "LC_ALL": "C",
    }


def _reason(told: bytes) -> str:
    """The line of git's complaint that says what is wrong."""
    lines = [line.strip() for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
    wrong = [line for line in lines if re.match(r"(fatal|error|remote: error)", line)]
    return (wrong or lines or ["git failed"])[0]
