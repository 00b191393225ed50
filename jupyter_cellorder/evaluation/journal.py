"""What has been found so far, on disk, so that an evaluation that was cut off can go on.

One JSON object a line: first what is being evaluated, then a row for each notebook. Lines are only
ever added; a last line that breaks off is dropped and its notebook asked again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from jupyter_cellorder._version import __version__
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.evaluation.question import Question
from jupyter_cellorder.evaluation.score import Row

FORMAT = 1


class JournalError(CellOrderError):
    """The file to resume from cannot be used; the message says why and what to do."""


class Journal:
    """Rows by notebook. In memory is no more than where each row lies in the file."""

    def __init__(self, path: Path, question: Question, bundle: str) -> None:
        """Open or begin a file.

        Args:
            path: Of the file.
            question: What is asked about every notebook.
            bundle: Names the ensemble exactly: sha256 of its manifest, and what computes.

        Raises:
            JournalError: `journal-other`: it is of another evaluation. `journal-corrupt`: it is no
                such file. `journal-in-use`: another process writes it. `journal-write`.
        """
        self._path = path
        self._places: dict[str, int] = {}
        self._file = self._open()
        try:
            self._lock()
            self._read(
                {
                    "bundle": bundle,
                    "version": __version__,
                    "mode": question.mode,
                    "keep_markdown_order": question.keep_markdown_order,
                    "seed": question.seed,
                    "strategy": str(question.kept),
                    "budget": question.budget,
                }
            )
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Rows in the file."""
        return len(self._places)

    def find(self, example: Example) -> Row | None:
        """The row of a notebook, if it was asked before with the same cells."""
        place = self._places.get(fingerprint(example))
        if place is None:
            return None
        self._file.seek(place)
        return Row.from_json(json.loads(self._file.readline())["row"])

    def add(self, example: Example, row: Row) -> None:
        """Add a row; it survives this process from here on.

        Raises:
            JournalError: `journal-write`.
        """
        name = fingerprint(example)
        self._places[name] = self._append({"notebook": name, "row": row.as_json()})

    def _open(self) -> BinaryIO:
        try:
            # Not "a+b": with that, a write after a seek lands at the end on some systems only.
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise self._cannot_write(error) from error
        return os.fdopen(handle, "r+b")

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # Windows; two writers at once are then not noticed
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise JournalError(
                f"{self._path} is being written by another evaluation; wait for that, or give "
                "another file.",
                "journal-in-use",
            ) from None

    def _read(self, asked: Mapping[str, Any]) -> None:
        """Check the head, remember where rows lie, and cut off a last line without its end."""
        end = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                if end == 0:
                    self._compare(record["evaluation"], asked)
                else:
                    Row.from_json(record["row"])
                    self._places[str(record["notebook"])] = end
            except (ValueError, KeyError, TypeError, AttributeError):
                raise self._no_journal() from None
            end += len(line)
        if end == 0 and self._file.seek(0, os.SEEK_END) and not self._is_torn_head():
            raise self._no_journal()
        self._file.truncate(end)
        if end == 0:
            self._append({"format": FORMAT, "evaluation": dict(asked)})

    def _is_torn_head(self) -> bool:
        self._file.seek(0)
        head = f'{{"format": {FORMAT}, "evaluation": '.encode()
        found = self._file.read(len(head))
        return head.startswith(found)

    def _compare(self, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        other = [name for name in asked if found.get(name) != asked[name]]
        if other:
            name = other[0]
            raise JournalError(
                f"{self._path} holds an evaluation with another {name.replace('_', ' ')} "
                f"({found.get(name)}, not {asked[name]}); give another file, or the same options.",
                "journal-other",
            )

    def _append(self, record: Mapping[str, Any]) -> int:
        try:
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(json.dumps(record).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise self._cannot_write(error) from error
        return place

    def _no_journal(self) -> JournalError:
        return JournalError(
            f"{self._path} is not a file to resume an evaluation from; give another file, or one "
            "that does not exist yet.",
            "journal-corrupt",
        )

    def _cannot_write(self, error: OSError) -> JournalError:
        return JournalError(
            f"{self._path} cannot be written ({error.strerror}); free space there, or give "
            "another file.",
            "journal-write",
        )


def fingerprint(example: Example) -> str:
    """Names a notebook by its id and its cells."""
    cells = [[cell.kind, cell.source] for cell in example.notebook.cells]
    text = json.dumps([example.id, example.labelled, cells]).encode()
    return hashlib.blake2b(text, digest_size=12).hexdigest()
