"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(
    path: str | os.PathLike[str], like: os.stat_result | None = None
) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the place of `path` when the block has ended well.

    It lies in the same folder and is flushed to the disk before it gets its name; whatever
    fails, what stood under that name stays as it was. A symbolic link stays one: the file behind
    it is replaced. A file that was there before leaves its mode bits, owner and group.

    Args:
        path: the file to write.
        like: whose mode bits and owner a file gets that was not there before; None for those of
            any new file.

    Raises:
        OSError: it cannot be written, is read-only, or is something else than a file.
    """
    target = Path(os.path.realpath(path))
    if target.exists():
        _refuse_read_only(target)
        like = target.stat()
    handle, name = tempfile.mkstemp(
        prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent
    )
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if like is not None and hasattr(os, "chown"):
            # The superuser would take a file from its owner; all others may not give theirs away.
            with suppress(OSError):
                os.chown(name, like.st_uid, like.st_gid)
        os.chmod(name, _mode_of_new_files() if like is None else stat.S_IMODE(like.st_mode))
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    if hasattr(os, "O_DIRECTORY"):
        # The new content is in place already; not every file system can flush a folder.
        with suppress(OSError):
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _refuse_read_only(target: Path) -> None:
    """Renaming over a file needs no right to write it; its owner's wish counts all the same."""
    if not target.is_file():
        raise OSError(errno.EISDIR, "it is not a regular file")
    # Mode bits too, because the superuser has access to everything.
    if not os.access(target, os.W_OK) or not target.stat().st_mode & 0o222:
        raise PermissionError(errno.EACCES, "it is read-only")


def _mode_of_new_files() -> int:
    mask = os.umask(0)  # can only be read by setting it
    os.umask(mask)
    return 0o666 & ~mask
