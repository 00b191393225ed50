"""``python -m training.data build``: fetch what the list names, and write the corpus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from training.data.build import repositories
from training.data.build.corpus import FILES, Corpus, write_corpus
from training.data.build.errors import BuildError, FetchError
from training.data.build.lines import ADVICE
from training.data.build.listing import Source, read_sources, write_sources
from training.data.build.notebooks import LARGEST_FILE
from training.data.build.parts import Part
from training.data.writing import PARTIAL, writing

PARTS = ".parts"
SOURCES = "SOURCES.csv"  # beside the corpus: the repositories that are in it, for the model card
_NAMED = 5  # repositories that one sentence names


@dataclass(frozen=True)
class Built:
    """A corpus, and which repositories of its list are not in it.

    Attributes:
        sources: The list.
        corpus: What was written; None where no repository could be had.
        failed: Repository and reason.
    """

    sources: Sequence[Source]
    corpus: Corpus | None
    failed: Sequence[tuple[Source, str]]


def build(listing: Path, folder: Path, host: str, any_licence: bool = False) -> Built:
    """Build a corpus; what an earlier call has fetched is not fetched again.

    The same list gives the same bytes, whatever the order of its rows, and whether or not a build
    was cut off. A repository that cannot be had is left out; a later call tries it again.

    Args:
        listing: The list of sources, :data:`~training.data.build.listing.COLUMNS`.
        folder: Of the corpus, made where it is missing. Its ``.parts`` holds one file for each
            repository and commit, and may be deleted when the corpus is there.
        host: A URL or a folder; ``host/owner/name`` is the repository ``owner/name``.
        any_licence: As for :func:`~training.data.build.listing.read_sources`.

    Raises:
        BuildError: The list is wrong, the folder holds another corpus, git is missing, another
            build is running, or no notebook was fit.
        CacheError: The folder cannot be written.
    """
    sources = read_sources(listing, any_licence)
    prefix = repositories.prefix(host)
    repositories.check_git()
    parts = folder / PARTS
    if not parts.is_dir() and any(folder.glob("*.jsonl.zst")):
        raise BuildError(
            f"{folder} holds a corpus that was not built here; choose another folder with "
            "--output.",
            "other-corpus",
        )
    with writing(folder, ADVICE):
        parts.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        had, failed = _fetch(sources, parts, prefix)
        if not had:
            return Built(sources, None, failed)
        corpus = write_corpus(had, folder)
        write_sources(
            (replace(source, used=len(corpus.found[source.repo])) for source, _ in had),
            folder / SOURCES,
        )
        return Built(sources, corpus, failed)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Build while no other process builds here."""
    lock = FileLock(folder / PARTS / "lock")
    try:
        with writing(folder, ADVICE):
            lock.acquire(timeout=0)
    except Timeout:
        raise BuildError(
            f"Another process builds in {folder}; wait for it, or choose another folder.", "locked"
        ) from None
    try:
        _clear(folder)
        yield
    finally:
        lock.release()


def _clear(folder: Path) -> None:
    """Remove what a build that was killed has left behind."""
    for half in [*folder.glob(f"*{PARTIAL}"), *(folder / PARTS).glob(f"*{PARTIAL}")]:
        half.unlink()
    for half in (folder / PARTS).glob(f"{repositories.SCRATCH}*"):
        shutil.rmtree(half)


def _fetch(
    sources: Sequence[Source], folder: Path, prefix: str
) -> tuple[list[tuple[Source, Part]], list[tuple[Source, str]]]:
    """The parts of the repositories that can be had, and why the others cannot."""
    had: list[tuple[Source, Part]] = []
    failed: list[tuple[Source, str]] = []
    with tqdm(sources, unit=" repositories", mininterval=0.5) as bar:
        for source in bar:
            bar.set_postfix_str(source.repo, refresh=False)
            part = Part(folder, source)
            try:
                if not part.path.exists():
                    with repositories.fetched(source, prefix, folder) as repository:
                        part.write(repository.notebooks(LARGEST_FILE))
            except FetchError as error:
                failed.append((source, error.message))
            else:
                had.append((source, part))
    return had, failed


def report(built: Built, folder: Path) -> str:
    """What was built and what was left out, as lines for a person."""
    lines = []
    if built.corpus is not None:
        lines += [*_table(built.corpus), "", *built.corpus.skipped.sentences()]
        lines += _differences(built.sources, built.corpus)
        lines += [f"Built: {folder}", f"Next: python -m training.data describe {folder}"]
    if built.failed:
        lines.append(f"{len(built.failed)} of {len(built.sources)} repositories could not be had:")
        lines += [
            f"  {source.repo} at {source.commit[:12]}: {reason}" for source, reason in built.failed
        ]
        lines.append("Run again to try these again; the others are not fetched twice.")
    return "\n".join(lines)


def _table(corpus: Corpus) -> list[str]:
    lines = [
        f"{'':20} {'notebooks':>9} {'families':>9} {'repositories':>12} {'cells':>9} "
        f"{'markdown':>8}"
    ]
    for split, count in corpus.splits.items():
        lines.append(
            f"{FILES[split]:20} {count.notebooks:9,} {len(count.families):9,} "
            f"{count.repositories:12,} {count.cells:9,} {count.markdown / count.cells:8.1%}"
        )
    return lines


def _differences(sources: Sequence[Source], corpus: Corpus) -> list[str]:
    """A sentence about the repositories that hold more or fewer notebooks than were used."""
    other = [
        f"{source.repo} ({source.used} used, {len(corpus.found[source.repo])} found)"
        for source in sources
        if source.repo in corpus.found
        and source.used is not None
        and source.used != len(corpus.found[source.repo])
    ]
    if not other:
        return []
    more = f" and {len(other) - _NAMED} more" if len(other) > _NAMED else ""
    return [
        f"{len(other)} of {len(corpus.found)} repositories hold another number of fit notebooks "
        f"than the list says were used: {', '.join(other[:_NAMED])}{more}."
    ]
