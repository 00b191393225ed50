"""Files of one JSON object a line, compressed; the same objects give the same bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zstandard

from training.data.build.errors import BuildError
from training.data.writing import whole

ADVICE = "choose another folder with --output, then run again: what is fetched is found again"

LEVEL = 10  # of zstandard; more takes much longer for little


@contextmanager
def writing_lines(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A function that appends an object to a file; the file is there when the block has ended well.

    Raises:
        CacheError: It cannot be written; nothing is left of it.
    """
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    with whole(path, ADVICE) as file, compressor.stream_writer(file, closefd=False) as stream:

        def append(row: dict[str, Any]) -> None:
            stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

        yield append


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file, one in memory at a time.

    Raises:
        BuildError: `part-damaged`.
    """
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
                yield json.loads(line)
    except (OSError, zstandard.ZstdError, ValueError) as error:
        raise BuildError(
            f"{path} cannot be read ({error}); delete it and run again.", "part-damaged"
        ) from error
