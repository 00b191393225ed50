"""Shards: some hundred notebooks, tokenised, in one file whose name says what went into it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.lexical import BUCKETS
from jupyter_cellorder.members.cell_features import WIDTH
from jupyter_cellorder.members.context_input import CellFacts, cell_facts
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.notebook import Cell
from training.data.cells import NAMES, cell_key
from training.data.writing import write_whole

FORMAT = 1  # to be raised when the same cells come out as other tokens, facts or bytes
CHUNK = 256  # notebooks of a shard on average
LONGEST = 4  # times that: the most of a shard
BATCH = 512  # cells tokenised at once


@dataclass(frozen=True)
class Tokenizing:
    """How cells become tokens: a tokenizer's file, and the limits of :class:`CellTokenizer`."""

    file: Path
    limits: Mapping[str, float]

    def tokenizer(self) -> CellTokenizer:
        """A tokenizer that works so."""
        return CellTokenizer(self.file, self.limits)

    @cached_property
    def digest(self) -> bytes:
        """Names the tokenizer by its content, the limits, and the format of the shards."""
        facts = json.dumps([FORMAT, BUCKETS, WIDTH, sorted(self.limits.items())])
        return hashlib.blake2b(facts.encode() + self.file.read_bytes(), digest_size=16).digest()


def chunks(examples: Iterable[Example]) -> Iterator[list[Example]]:
    """Cut a stream where the notebooks' names say so: one more or less moves no other cut."""
    chunk: list[Example] = []
    for example in examples:
        chunk.append(example)
        cut = zlib.crc32(example.id.encode("utf-8", "surrogatepass")) % CHUNK == 0
        if cut or len(chunk) == LONGEST * CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def shard_name(chunk: Sequence[Example], tokenizing: Tokenizing) -> str:
    """The name of a chunk's shard: a digest of all that goes into it."""
    digest = hashlib.blake2b(tokenizing.digest, digest_size=16)
    for example in chunk:
        cells = [(cell.kind, cell.source) for cell in example.notebook.cells]
        digest.update(json.dumps([*_names(example), cells]).encode())
    return f"{digest.hexdigest()}.arrow"


def write_shard(chunk: Sequence[Example], tokenizer: CellTokenizer, path: Path) -> None:
    """Tokenise a chunk; its file has two Arrow streams, one of cells and one of notebooks.

    Raises:
        CacheError: The file cannot be written; it is then not there.
    """
    numbers: dict[bytes, int] = {}
    distinct: list[Cell] = []
    rows: list[list[int]] = []
    for example in chunk:
        row = []
        for cell in example.notebook.cells:
            number = numbers.setdefault(cell_key(cell), len(numbers))
            if number == len(distinct):
                distinct.append(cell)
            row.append(number)
        rows.append(row)
    tokens = [
        row for at in range(0, len(distinct), BATCH) for row in tokenizer(distinct[at : at + BATCH])
    ]
    cells = _cell_table(list(numbers), tokens, [cell_facts(cell) for cell in distinct])
    names = zip(*map(_names, chunk), strict=True)
    notebooks = pa.table(
        {
            **{column: list(values) for column, values in zip(NAMES, names, strict=True)},
            "cells": _lists([np.array(row, dtype=np.int32) for row in rows], np.int32),
        }
    )
    sink = pa.BufferOutputStream()
    for table in (cells, notebooks):
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
    write_whole(path, memoryview(sink.getvalue()))


def read_shard(path: Path) -> tuple[pa.Table, pa.Table]:
    """Cells and notebooks of a shard, over a memory map of its file."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file).read_all(), pa.ipc.open_stream(file).read_all()


def _cell_table(
    keys: Sequence[bytes], tokens: Sequence[Sequence[int]], facts: Sequence[CellFacts]
) -> pa.Table:
    highest = max(max(row, default=0) for row in tokens)
    features = np.stack([fact.features for fact in facts])
    return pa.table(
        {
            "key": pa.array(keys, pa.binary(8)),
            "markdown": np.array([fact.markdown for fact in facts]),
            "features": pa.FixedSizeListArray.from_arrays(features.reshape(-1), WIDTH),
            "tokens": _lists([np.array(row) for row in tokens], smallest(highest)),
            "buckets": _lists([fact.words.buckets for fact in facts], smallest(BUCKETS - 1)),
            "counts": _lists([fact.words.counts for fact in facts], np.float32),
            "level": np.array([fact.mark.level for fact in facts], dtype=np.int8),
            "number": _lists([np.array(fact.mark.number) for fact in facts], np.int32),
        }
    )


def smallest(highest: int) -> type[np.generic]:
    """The type for numbers up to ``highest``: uint16, or uint32 where that is too narrow."""
    return np.uint16 if highest <= np.iinfo(np.uint16).max else np.uint32


def _lists(rows: Sequence[NDArray[np.generic]], dtype: type[np.generic]) -> pa.ListArray:
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, np.concatenate(rows).astype(dtype))


def _names(example: Example) -> list[str]:
    """The texts of a notebook's row. A file's name can hold bytes that are no text; Arrow not."""
    texts = (example.id, example.cluster, example.ancestor, example.language)
    return [text.encode("utf-8", "replace").decode() for text in texts]
