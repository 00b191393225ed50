"""A NumPy file that grows: rows are appended, and never more than those are in memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from training.data.writing import settle


class ArrayFile:
    """Writes ``.npy``; the number of rows is filled in at the end.

    Args:
        path: The new file.
        like: An array of the type and the width of the rows.
    """

    def __init__(self, path: Path, like: NDArray[np.generic]) -> None:
        # Plain writes, not a memory map: a full disk is then an error, not the signal SIGBUS.
        self._file = path.open("wb")
        self._dtype, self._width = like.dtype, like.shape[1:]
        self._rows = 0
        self._write_header()
        self._start = self._file.tell()

    def append(self, rows: NDArray[np.generic]) -> None:
        """Append rows of the one type and width."""
        if rows.dtype != self._dtype or rows.shape[1:] != self._width:
            raise ValueError(
                f"{rows.dtype}{rows.shape} is not of {self._dtype}(rows, *{self._width})"
            )
        if len(rows):
            self._file.write(np.ascontiguousarray(rows).tobytes())
            self._rows += len(rows)

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._file.seek(0)
                self._write_header()
                # NumPy leaves room in the header for a growing first axis.
                assert self._file.tell() == self._start
                self._file.flush()
                settle(self._file.fileno())
        finally:
            self._file.close()

    def _write_header(self) -> None:
        npy.write_array_header_1_0(
            self._file,
            {
                "descr": npy.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": (self._rows, *self._width),
            },
        )
