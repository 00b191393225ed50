"""Notebooks whose true order is known, streamed from the places they are kept in.

Three kinds of source are read: corpus files (``*.jsonl.zst``, one JSON object a line), Kaggle's
AI4Code training data, and folders of ``.ipynb`` files. All come out in one form, that of AI4Code:
code and markdown only, no empty cells, in the author's order.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_cellorder.errors import CellOrderError, NotebookError
from jupyter_cellorder.notebook import Cell, Notebook

_LOG = logging.getLogger(__name__)

NO_CODE = "no code cell"
NO_MARKDOWN = "no markdown cell"
UNREADABLE = "not readable as a notebook"
NO_ORDER = "no row in train_orders.csv"
NO_FILE = "a row in train_orders.csv but no file"
WRONG_CELLS = "cells other than those its row in train_orders.csv names"

_NAMES_KEPT = 5


class SourceError(CellOrderError):
    """The path holds no notebooks that can be scored; the message says what was looked for."""


@dataclass(frozen=True)
class Example:
    """One notebook in its author's order.

    Attributes:
        id: Name within its source: corpus or Kaggle id, or the path inside the folder.
        cluster: What notebooks are alike by: the repository, else the ancestor, else the id.
        ancestor: Family of near-duplicates, or the id where the source knows none.
        language: Language of the markdown as the source gives it; empty where it does not.
        notebook: At least one code and one markdown cell, none of them empty, no raw cells.
    """

    id: str
    cluster: str
    ancestor: str
    language: str
    notebook: Notebook


@dataclass
class Skipped:
    """What a source held that could not be used, counted by reason."""

    counts: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, name: str) -> None:
        """Count one notebook; the first few names of each reason are kept for the report."""
        self.counts[reason] += 1
        kept = self.names.setdefault(reason, [])
        if len(kept) < _NAMES_KEPT:
            kept.append(name)

    def merge(self, other: Skipped) -> None:
        """Count what another count has, too."""
        self.counts.update(other.counts)
        for reason, names in other.names.items():
            kept = self.names.setdefault(reason, [])
            kept += names[: _NAMES_KEPT - len(kept)]

    def sentences(self) -> list[str]:
        """One sentence for each reason, with the count and the first few names."""
        sentences = []
        for reason, count in sorted(self.counts.items()):
            names = ", ".join(self.names[reason])
            rest = count - len(self.names[reason])
            more = f" and {rest} more" if rest else ""
            noun = "notebook" if count == 1 else "notebooks"
            sentences.append(f"Left out {count} {noun} ({reason}): {names}{more}.")
        return sentences


def read_examples(
    path: Path | str | Sequence[Path | str], skipped: Skipped | None = None
) -> Iterator[Example]:
    """Stream the examples of one or more sources, in the order the sources keep them.

    Args:
        path: Corpus files, ``.ipynb`` files, folders of either, or a Kaggle AI4Code folder.
        skipped: Filled with what was left out. Without it a warning for each reason is logged at
            the end.

    Raises:
        SourceError: A path is missing or holds none of these; raised before anything is read.
    """
    paths = [path] if isinstance(path, (str, Path)) else list(path)
    readers = [_reader(Path(one)) for one in paths]
    tally = Skipped() if skipped is None else skipped

    def stream() -> Iterator[Example]:
        for read, root in readers:
            yield from read(root, tally)
        if skipped is None:
            for sentence in tally.sentences():
                _LOG.warning(sentence)

    return stream()


def source_files(path: Path) -> list[Path]:
    """The files that :func:`read_examples` reads of a source, without opening them.

    Raises:
        SourceError: As there.
    """
    read, root = _reader(path)
    if read is _read_corpus_folder:
        return sorted(root.glob("*.jsonl.zst"))
    if read is _read_notebook_folder:
        return sorted(_notebook_files(root))
    if read is _read_kaggle:
        tables = (root / "train_orders.csv", root / "train_ancestors.csv")
        notebooks = sorted((root / "train").glob("*.json"))
        return [*(table for table in tables if table.is_file()), *notebooks]
    return [root]


def notebook_count(files: Iterable[Path]) -> int | None:
    """How many notebooks :func:`source_files` hold at most, where each has a file of its own."""
    notebooks = [file for file in files if file.suffix != ".csv"]
    return None if any(file.suffix == ".zst" for file in notebooks) else len(notebooks)


def _reader(path: Path) -> tuple[Callable[[Path, Skipped], Iterator[Example]], Path]:
    if not path.exists():
        raise SourceError(
            f"{path} does not exist; give a folder of .ipynb files, a Kaggle AI4Code folder or "
            "corpus files (*.jsonl.zst).",
            code="source-missing",
        )
    if path.is_file():
        if path.name.endswith(".jsonl.zst"):
            return _read_corpus_file, path
        if path.suffix == ".ipynb":
            return _read_notebook_file, path
    elif (path / "train_orders.csv").is_file() and (path / "train").is_dir():
        return _read_kaggle, path
    elif any(path.glob("*.jsonl.zst")):
        return _read_corpus_folder, path
    elif any(_notebook_files(path)):
        return _read_notebook_folder, path
    raise SourceError(
        f"{path} holds nothing that can be scored; give a folder with .ipynb files, a Kaggle "
        "AI4Code folder (train/*.json and train_orders.csv) or corpus files (*.jsonl.zst).",
        code="source-empty",
    )


def _example(
    cells: Iterable[Cell],
    *,
    id: str,
    cluster: str,
    ancestor: str,
    language: str,
    skipped: Skipped,
) -> Example | None:
    """The example made of these cells in true order, or None where there is nothing to decide."""
    kept = [cell for cell in cells if cell.kind != "raw" and not cell.is_empty]
    kinds = {cell.kind for cell in kept}
    if "code" not in kinds:
        skipped.add(NO_CODE, id)
        return None
    if "markdown" not in kinds:
        skipped.add(NO_MARKDOWN, id)
        return None
    return Example(id, cluster, ancestor, language, Notebook.from_cells(kept))


def _read_corpus_folder(folder: Path, skipped: Skipped) -> Iterator[Example]:
    for path in sorted(folder.glob("*.jsonl.zst")):
        yield from _read_corpus_file(path, skipped)


def _read_corpus_file(path: Path, skipped: Skipped) -> Iterator[Example]:
    import zstandard

    try:
        with path.open("rb") as compressed:
            stream = zstandard.ZstdDecompressor().stream_reader(compressed, read_across_frames=True)
            lines = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
            for number, line in enumerate(lines, start=1):
                example = _corpus_example(line, f"{path.name}:{number}", skipped)
                if example is not None:
                    yield example
    except (OSError, zstandard.ZstdError, UnicodeDecodeError, _CutOffError) as error:
        raise SourceError(
            f"{path} cannot be read to its end ({error}); fetch the file again.",
            code="source-corrupt",
        ) from error


class _CutOffError(ValueError):
    """A last line without its end: zstandard itself does not tell of a file that breaks off."""


def _corpus_example(line: str, name: str, skipped: Skipped) -> Example | None:
    try:
        row = json.loads(line)
        id, ancestor = str(row["id"]), str(row.get("ancestor") or row["id"])
        cells = [
            Cell(f"cell-{place}", kind, source) for place, (kind, source) in enumerate(row["cells"])
        ]
    except (ValueError, KeyError, TypeError, AttributeError, NotebookError) as error:
        if isinstance(error, json.JSONDecodeError) and not line.endswith("\n"):
            raise _CutOffError("its last line is cut off") from None
        skipped.add(f"{UNREADABLE}, not-a-notebook", name)
        return None
    return _example(
        cells,
        id=id,
        cluster=str(row.get("repo") or ancestor),
        ancestor=ancestor,
        language=str(row.get("lang") or ""),
        skipped=skipped,
    )


def _notebook_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.ipynb"):
        if ".ipynb_checkpoints" not in path.parts and path.is_file():
            yield path


def _read_notebook_folder(folder: Path, skipped: Skipped) -> Iterator[Example]:
    repositories: dict[Path, bool] = {}
    for path in sorted(_notebook_files(folder)):
        id = path.relative_to(folder).as_posix()
        # A checkout inside the folder is a repository; a chapter folder is not.
        cluster = id
        for parent in path.relative_to(folder).parents[:-1]:
            inside = folder / parent
            if inside not in repositories:
                repositories[inside] = (inside / ".git").exists()
            if repositories[inside]:
                cluster = parent.as_posix()
                break
        example = _notebook_example(path, id, cluster, skipped)
        if example is not None:
            yield example


def _read_notebook_file(path: Path, skipped: Skipped) -> Iterator[Example]:
    example = _notebook_example(path, path.name, path.name, skipped)
    if example is not None:
        yield example


def _notebook_example(path: Path, id: str, cluster: str, skipped: Skipped) -> Example | None:
    notebook = _read(path, id, skipped)
    if notebook is None:
        return None
    return _example(
        notebook.cells, id=id, cluster=cluster, ancestor=id, language="", skipped=skipped
    )


def _read(path: Path, id: str, skipped: Skipped) -> Notebook | None:
    try:
        return Notebook.read(path)
    except NotebookError as error:
        skipped.add(f"{UNREADABLE}, {error.code}", id)
        return None


def _read_kaggle(folder: Path, skipped: Skipped) -> Iterator[Example]:
    orders = _csv_column(folder / "train_orders.csv", "cell_order")
    ancestors_file = folder / "train_ancestors.csv"
    ancestors = _csv_column(ancestors_file, "ancestor_id") if ancestors_file.is_file() else {}
    for path in sorted((folder / "train").glob("*.json")):
        id = path.stem
        order = orders.pop(id, None)
        if order is None:
            skipped.add(NO_ORDER, id)
            continue
        notebook = _read(path, id, skipped)
        if notebook is None:
            continue
        by_id = {cell.id: cell for cell in notebook.cells}
        names = order.split()
        if len(names) != len(by_id) or set(names) != by_id.keys():
            skipped.add(WRONG_CELLS, id)
            continue
        ancestor = ancestors.get(id) or id
        example = _example(
            [by_id[name] for name in names],
            id=id,
            cluster=ancestor,
            ancestor=ancestor,
            language="",
            skipped=skipped,
        )
        if example is not None:
            yield example
    for id in orders:
        skipped.add(NO_FILE, id)


def _csv_column(path: Path, column: str) -> dict[str, str]:
    """Column of a Kaggle table by notebook id, as the text it is: an id "NA" stays "NA"."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            if {"id", column} <= set(rows.fieldnames or ()):
                return {row["id"]: row[column] or "" for row in rows}
            problem = f"has no columns 'id' and '{column}'"
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"cannot be read ({error})"
    raise SourceError(f"{path} {problem}; use the file as Kaggle gives it.", code="source-corrupt")
