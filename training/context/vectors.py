"""Vectors of all distinct cells from a frozen encoder, computed once and kept on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from jupyter_cellorder.networks.pooling import mean_pool
from training.data.cells import CellStore
from training.data.chunks import chunking, token_chunks
from training.data.writing import reserve, whole, writing
from training.loop.precision import half

SAVE_EVERY = 200  # chunks between notes of progress
ADVICE = "choose another folder with --output"


def frozen_vectors(
    store: CellStore, encoder: nn.Module, path: Path, pad: int
) -> NDArray[np.float16]:
    """(cells, vector) memory-mapped fp16; continues where an earlier call was cut off.

    Raises:
        CacheError: They cannot be written.
    """
    progress = path.with_suffix(".progress.json")
    width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
    # Longest first: memory is known at once, and chunks hold like lengths.
    order = np.argsort(-store.tokens.lengths(), kind="stable")
    done = 0
    if path.exists() and progress.exists():
        done = int(json.loads(progress.read_text())["cells"])
        vectors = np.lib.format.open_memmap(path, mode="r+")
    else:
        with writing(path.parent, ADVICE):
            vectors = np.lib.format.open_memmap(path, "w+", np.float16, (len(store), width))
            reserve(path)
    encoder = encoder.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    bar = tqdm(total=len(store), initial=done, desc="vectors", unit=" cells", mininterval=5.0)
    chunks = 0
    while done < len(store):
        longest = max(1, len(store.tokens[int(order[done])]))
        rows = order[done : done + max(1, chunking().tokens // longest)]
        vectors[rows] = encode_rows(encoder, [store.tokens[int(row)] for row in rows], pad)
        done += len(rows)
        chunks += 1
        bar.update(len(rows))
        if chunks % SAVE_EVERY == 0 or done == len(store):
            vectors.flush()
            _note(progress, done)
    bar.close()
    read: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return read


def encode_rows(
    encoder: nn.Module, tokens: Sequence[NDArray[np.generic]], pad: int
) -> NDArray[np.float16]:
    """(rows, vector) of rows of tokens, by an encoder in evaluation mode."""
    device = next(encoder.parameters()).device
    chunks, back = token_chunks(tokens, pad, chunking())
    pooled = []
    with torch.inference_mode(), half(device):
        for ids, mask in chunks:
            hidden = encoder(input_ids=ids.to(device), attention_mask=mask.to(device))
            pooled.append(mean_pool(hidden.last_hidden_state.float(), mask.to(device)).cpu())
    vectors: NDArray[np.float16] = torch.cat(pooled)[back].numpy().astype(np.float16)
    return vectors


def _note(path: Path, cells: int) -> None:
    with whole(path, ADVICE) as file:
        file.write(json.dumps({"cells": cells}).encode())
