"""Shards to one store: every distinct cell once, in the order in which the source has them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tqdm import tqdm

from jupyter_cellorder.members.cell_features import WIDTH
from training.data.array_file import ArrayFile
from training.data.cells import NAMES, NOTEBOOKS
from training.data.shards import read_shard
from training.data.writing import partial, write_whole, writing

# Column of lists in a shard: files of their values, and of where each list begins.
LISTS = {
    "tokens": ("tokens", "tokens_offsets"),
    "buckets": ("buckets", "words_offsets"),
    "counts": ("counts", None),  # as many as buckets
    "number": ("numbers", "numbers_offsets"),
}


def merge(shards: Sequence[Path], folder: Path) -> None:
    """Write the store of these shards, in this order; the folder appears when it is whole.

    In memory are the cells' keys and numbers and the notebooks' rows (some 60 bytes a cell) and
    one shard at a time.

    Raises:
        CacheError: It cannot be written; the folder is then not there.
    """
    temporary = partial(folder)
    with writing(folder.parent):
        try:
            temporary.mkdir(parents=True)
            _write(shards, temporary)
            os.replace(temporary, folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _write(shards: Sequence[Path], folder: Path) -> None:
    keys: list[NDArray[np.uint64]] = []
    tokens = np.dtype(np.uint16)
    for shard in shards:
        cells, _ = read_shard(shard)
        keys.append(_keys(cells).copy())
        tokens = np.result_type(tokens, _values(cells, "tokens"))
    numbers, first = number(np.concatenate(keys))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in keys])])
    names: list[pa.Table] = []
    with ExitStack() as stack:
        files: dict[str, ArrayFile] = {}
        ends: dict[str, int] = {}

        def append(name: str, rows: NDArray[np.generic]) -> None:
            if name not in files:
                files[name] = stack.enter_context(ArrayFile(folder / f"{name}.npy", rows))
            files[name].append(rows)

        def append_ends(name: str, column: pa.ChunkedArray) -> None:
            if name not in ends:
                ends[name] = 0
                append(name, np.zeros(1, dtype=np.int64))
            lengths = np.diff(column.combine_chunks().offsets.to_numpy())
            append(name, ends[name] + np.cumsum(lengths, dtype=np.int64))
            ends[name] += int(lengths.sum())

        for at, shard in enumerate(tqdm(shards, desc="merging", unit=" shards", mininterval=5)):
            cells, notebooks = read_shard(shard)
            here = slice(starts[at], starts[at + 1])
            # What is new here comes right after what was new before: numbers ascend.
            new = cells.filter(pa.array(first[here]))
            append("keys", _keys(new).view("S8"))
            append("markdown", new["markdown"].to_numpy())
            append("levels", new["level"].to_numpy())
            append("features", _values(new, "features").reshape(-1, WIDTH))
            for column, (values, offsets) in LISTS.items():
                found = _values(new, column)
                append(values, found.astype(tokens) if column == "tokens" else found)
                if offsets:
                    append_ends(offsets, new[column])
            append("cells", numbers[here][_values(notebooks, "cells")])
            append_ends("cells_offsets", notebooks["cells"])
            names.append(notebooks.select(NAMES))
    sink = pa.BufferOutputStream()
    table = pa.concat_tables(names).combine_chunks()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    write_whole(folder / NOTEBOOKS, memoryview(sink.getvalue()))


def number(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """(keys,) numbers of the distinct keys by first place, and which keys are new there."""
    _, at, inverse = np.unique(keys, return_index=True, return_inverse=True)
    first = np.zeros(len(keys), dtype=np.bool_)
    first[at] = True
    rank = np.cumsum(first, dtype=np.int32) - 1
    return rank[at][inverse], first


def _keys(cells: pa.Table) -> NDArray[np.uint64]:
    column = cells["key"].combine_chunks()
    if not len(column):  # a shard of copies alone
        return np.empty(0, dtype=np.uint64)
    _, data = column.buffers()
    found: NDArray[np.uint64] = np.frombuffer(data, np.uint64, len(column), 8 * column.offset)
    return found


def _values(cells: pa.Table, column: str) -> NDArray[np.generic]:
    """The values of a column of lists, joined."""
    values: NDArray[np.generic] = cells[column].combine_chunks().flatten().to_numpy()
    return values
