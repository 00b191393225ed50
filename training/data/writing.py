"""Files that are there whole or not at all, and one sentence where they cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from jupyter_cellorder.errors import CellOrderError

PARTIAL = ".part"

ADVICE = "choose another folder with --cache, then run again: what is finished is found again"


class CacheError(CellOrderError):
    """The cache, or what a command makes, cannot be written; the message says what to do."""


@contextmanager
def writing(folder: Path, advice: str = ADVICE) -> Iterator[None]:
    """Turn a failure to write below ``folder`` into a sentence that ends with the advice.

    Raises:
        CacheError: `cache-write`, for any OSError (a full disk, a quota, no permission).
    """
    try:
        yield
    except OSError as error:
        raise CacheError(
            f"{folder} cannot be written ({error.strerror or error}); free space there or "
            f"{advice}.",
            "cache-write",
        ) from error


def partial(path: Path) -> Path:
    """The name under which this process writes ``path`` until it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")


def write_whole(path: Path, *content: bytes | memoryview) -> None:
    """Write a file by way of a temporary one beside it.

    Raises:
        CacheError: as :func:`whole`.
    """
    with whole(path) as file:
        for part in content:
            file.write(part)


@contextmanager
def whole(path: Path, advice: str = ADVICE) -> Iterator[BinaryIO]:
    """Open a temporary file that gets the name ``path`` when the block has ended well.

    Raises:
        CacheError: it cannot be written; nothing is left under either name.
    """
    temporary = partial(path)
    with writing(path.parent, advice):
        try:
            with temporary.open("wb") as file:
                yield file
                settle(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def settle(file: int) -> None:
    """Have a file on disk before it gets its name: else a power cut leaves the name without it."""
    os.fsync(file)


def reserve(path: Path) -> None:
    """Take the disk space of a file that will be written through a memory map.

    Where it is not there this is an OSError now, not the signal SIGBUS in the middle.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
