"""The corpus cache: a part of a corpus, tokenised once and found again by what went into it."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sources import (
    Example,
    Skipped,
    notebook_count,
    read_examples,
    source_files,
)
from jupyter_cellorder.evaluation.splits import Split
from jupyter_cellorder.processes import cores
from training.data.cells import CellStore
from training.data.merge import merge
from training.data.shards import Tokenizing, chunks, shard_name
from training.data.subset import subset
from training.data.workers import write_shards
from training.data.writing import PARTIAL, write_whole, writing

_LOG = logging.getLogger(__name__)

SHARDS, STORES, SOURCES = "shards", "stores", "sources"


def open_store(
    split: Split,
    part: str,
    cache: Path,
    tokenizer_file: Path,
    limits: Mapping[str, float],
    workers: int | None = None,
    notebooks: int | None = None,
    seed: int = 0,
) -> CellStore:
    """Open the cells of a part of a corpus; tokenise them first where the cache has them not.

    ``cache/shards`` holds the tokenised notebooks in pieces: a build that was cut off finds them
    again, and a notebook that has changed costs its piece alone; they may be deleted when the store
    is there. ``cache/stores`` holds what is opened. ``cache/sources`` says which store was made of
    which files: while these keep their size and time of change they are not read again. Processes
    that ask one cache build in turn. What was left out of the source is told on every call.

    Args:
        split: The corpus.
        part: ``train`` or ``valid``.
        cache: A folder, made where it is missing; several corpora and runs may share it.
        tokenizer_file: A fast tokenizer's ``tokenizer.json``.
        limits: As for :class:`~jupyter_cellorder.members.tokens.CellTokenizer`.
        workers: Processes that tokenise; without it one for each core.
        notebooks: Only so many of the part, those with the least seeded hash; without it all.
        seed: Of that choice; with one seed a larger number adds to a smaller.

    Raises:
        SourceError: The corpus is missing or damaged.
        CacheError: The cache cannot be written, or a worker was ended.
        CellOrderError: `part-empty`: no notebook belongs to the part.
    """
    tokenizing = Tokenizing(tokenizer_file, dict(limits))
    source = _Source(split, part, notebooks, seed)
    record = cache / SOURCES / f"{source.fingerprint(tokenizing)}.json"
    made = _Made.read(record, cache)
    if made is None:
        with _alone(cache):
            # Perhaps by the process that was waited for.
            made = _Made.read(record, cache)
            if made is None:
                with closing(source):
                    store = build_store(source.examples(), tokenizing, cache, workers or cores())
                made = _Made(store.folder.name, source.skipped)
                made.write(record)
    for sentence in made.skipped.sentences():
        _LOG.warning("%s: %s", part, sentence)
    return CellStore(cache / STORES / made.store)


def build_store(
    examples: Iterable[Example], tokenizing: Tokenizing, cache: Path, workers: int
) -> CellStore:
    """Tokenise a stream of at least one notebook, as far as the cache has not its pieces."""
    with writing(cache):
        for room in (SHARDS, STORES):
            (cache / room).mkdir(parents=True, exist_ok=True)
    shards: list[Path] = []

    def missing() -> Iterator[tuple[Sequence[Example], Path]]:
        for chunk in chunks(examples):
            shards.append(cache / SHARDS / shard_name(chunk, tokenizing))
            if not shards[-1].exists():
                yield chunk, shards[-1]

    write_shards(missing(), tokenizing, workers)
    names = "".join(shard.name for shard in shards)
    folder = cache / STORES / hashlib.blake2b(names.encode(), digest_size=16).hexdigest()
    if not folder.exists():
        merge(shards, folder)
    return CellStore(folder)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Build while no other process builds in this cache."""
    with writing(cache):
        cache.mkdir(parents=True, exist_ok=True)
        lock = FileLock(cache / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            _LOG.info("Another process builds in %s; this one waits for it.", cache)
            lock.acquire()
    try:
        # Left behind by a process that was killed.
        for room in (SHARDS, STORES, SOURCES):
            for half in (cache / room).glob(f"*{PARTIAL}"):
                shutil.rmtree(half) if half.is_dir() else half.unlink()
        yield
    finally:
        lock.release()


class _Source:
    """The notebooks of a part, and which files they are read from."""

    def __init__(self, split: Split, part: str, notebooks: int | None, seed: int) -> None:
        self.skipped = Skipped()
        self._bar: tqdm[Example] | None = None
        self._split, self._part, self._notebooks, self._seed = split, part, notebooks, seed
        self._paths, self._keep = split.part(part)
        self._files = [file for path in self._paths for file in source_files(path)]

    def fingerprint(self, tokenizing: Tokenizing) -> str:
        """Names the files by path, size and time of change, and what is asked of them.

        The same files are split otherwise when one that says what is held out comes or goes.
        """
        choice = None if self._notebooks is None else (self._notebooks, self._seed)
        digest = hashlib.blake2b(tokenizing.digest, digest_size=16)
        digest.update(json.dumps([self._part, choice, self._split.comes_split]).encode())
        for file in self._files:
            state = file.stat()
            name = str(file.absolute()).encode("utf-8", "surrogatepass")
            digest.update(b"%b\0%d\0%d\n" % (name, state.st_size, state.st_mtime_ns))
        return digest.hexdigest()

    def examples(self) -> Iterator[Example]:
        """The part's notebooks, at least one, with a progress bar."""
        empty = True
        count = self._notebooks
        for example in self._read() if count is None else subset(self._read, count, self._seed):
            empty = False
            yield example
        if empty:
            left_out = " ".join(self.skipped.sentences())
            raise CellOrderError(
                f"{self._split.data} has no notebook for the part '{self._part}'; give more "
                f"notebooks. {left_out}".strip(),
                "part-empty",
            )

    def _read(self) -> Iterator[Example]:
        self.skipped = Skipped()
        self.close()
        read = read_examples(self._paths, self.skipped)
        count = notebook_count(self._files)
        self._bar = tqdm(read, self._part, count, unit=" notebooks", mininterval=2)
        return filter(self._keep, self._bar)

    def close(self) -> None:
        """End the progress bar's line, so that a sentence does not stand behind it."""
        if self._bar is not None:
            self._bar.close()


@dataclass(frozen=True)
class _Made:
    """What was made of a source."""

    store: str
    skipped: Skipped

    @classmethod
    def read(cls, path: Path, cache: Path) -> _Made | None:
        """What was noted, where the store is still there."""
        try:
            noted = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        made = cls(noted["store"], Skipped(Counter(noted["skipped"]), noted["names"]))
        return made if (cache / STORES / made.store).is_dir() else None

    def write(self, path: Path) -> None:
        """Note it."""
        with writing(path.parent):
            path.parent.mkdir(exist_ok=True)
        skipped = self.skipped
        noted = {"store": self.store, "skipped": skipped.counts, "names": skipped.names}
        write_whole(path, json.dumps(noted, indent=1).encode())
