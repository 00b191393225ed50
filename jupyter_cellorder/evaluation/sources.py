"""Notebooks whose true order is known, streamed from the places they are kept in.

Three kinds of source are read: corpus files (``*.jsonl.zst``, one JSON object a line), Kaggle's
AI4Code training data, and folders of ``.ipynb`` files. All come out in one form, that of AI4Code:
code and markdown only, no empty cells, in the author's order.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from jupyter_cellorder.errors import NotebookError
from jupyter_cellorder.evaluation.example import (
    NO_CODE,
    NO_FILE,
    NO_MARKDOWN,
    NO_ORDER,
    UNREADABLE,
    WRONG_CELLS,
    Example,
    Skipped,
    SourceError,
    id_of,
    make_example,
)
from jupyter_cellorder.evaluation.kaggle import (
    ANCESTORS,
    ORDERS,
    TRAIN,
    labelled_root,
    read_kaggle,
    read_notebook,
)
from jupyter_cellorder.notebook import Cell

__all__ = [
    "NO_CODE",
    "NO_FILE",
    "NO_MARKDOWN",
    "NO_ORDER",
    "UNREADABLE",
    "WRONG_CELLS",
    "Example",
    "Skipped",
    "SourceError",
    "notebook_count",
    "read_examples",
    "source_files",
]

_LOG = logging.getLogger(__name__)


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
    if read is read_kaggle:
        tables = (root / ORDERS, root / ANCESTORS)
        notebooks = sorted((root / TRAIN).glob("*.json"))
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
    elif (root := labelled_root(path)) is not None:
        return read_kaggle, root
    elif any(path.glob("*.jsonl.zst")):
        return _read_corpus_folder, path
    elif any(_notebook_files(path)):
        return _read_notebook_folder, path
    raise SourceError(
        f"{path} holds nothing that can be scored; give a folder with .ipynb files, a Kaggle "
        "AI4Code folder (train/*.json and train_orders.csv) or corpus files (*.jsonl.zst).",
        code="source-empty",
    )


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
    return make_example(
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
        id = id_of(path.relative_to(folder).as_posix())
        # A checkout inside the folder is a repository; a chapter folder is not.
        cluster = id
        for parent in path.relative_to(folder).parents[:-1]:
            inside = folder / parent
            if inside not in repositories:
                repositories[inside] = (inside / ".git").exists()
            if repositories[inside]:
                cluster = id_of(parent.as_posix())
                break
        example = _notebook_example(path, id, cluster, skipped)
        if example is not None:
            yield example


def _read_notebook_file(path: Path, skipped: Skipped) -> Iterator[Example]:
    id = id_of(path.name)
    example = _notebook_example(path, id, id, skipped)
    if example is not None:
        yield example


def _notebook_example(path: Path, id: str, cluster: str, skipped: Skipped) -> Example | None:
    notebook = read_notebook(path, id, skipped)
    if notebook is None:
        return None
    return make_example(
        notebook.cells, id=id, cluster=cluster, ancestor=id, language="", skipped=skipped
    )
