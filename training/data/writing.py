"""Files that are there whole or not at all, and one sentence where they cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_cellorder.errors import CellOrderError

PARTIAL = ".part"


class CacheError(CellOrderError):
    """The cache cannot be made; the message says what to do."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write below ``folder`` into a sentence.

    Raises:
        CacheError: `cache-write`, for any OSError (a full disk, a quota, no permission).
    """
    try:
        yield
    except OSError as error:
        raise CacheError(
            f"{folder} cannot be written ({error.strerror or error}); free space there or choose "
            "another folder with --cache, then run again: what is finished is found again.",
            "cache-write",
        ) from error


def partial(path: Path) -> Path:
    """The name under which this process writes ``path`` until it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")


def write_whole(path: Path, *content: bytes | memoryview) -> None:
    """Write a file by way of a temporary one beside it.

    Raises:
        CacheError: it cannot be written; nothing is left under either name.
    """
    temporary = partial(path)
    with writing(path.parent):
        try:
            with temporary.open("wb") as file:
                for part in content:
                    file.write(part)
                settle(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def settle(file: int) -> None:
    """Have a file on disk before it gets its name: else a power cut leaves the name without it."""
    os.fsync(file)
