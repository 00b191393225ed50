"""Vectors of a frozen encoder: each cell's own, whatever interrupts."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from small_store import example, kinds, store
from torch import Tensor, nn

from training.context import vectors
from training.context.vectors import encode_rows, frozen_vectors
from training.data.cells import CellStore
from training.data.chunks import Chunking
from training.data.writing import CacheError

WIDTH = 5


class CutOffError(Exception):
    pass


class Encoder(nn.Module):
    """A vector a token; gives up after some calls, as a machine does."""

    def __init__(self, calls: int = 1_000) -> None:
        super().__init__()
        self.config = SimpleNamespace(hidden_size=WIDTH)
        table = torch.randn(300, WIDTH, generator=torch.Generator().manual_seed(0))
        self.table = nn.Parameter(table)
        self.calls, self.left = 0, calls

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        if not self.left:
            raise CutOffError
        self.left -= 1
        self.calls += 1
        assert not self.training
        assert torch.is_inference_mode_enabled()
        assert attention_mask.shape == input_ids.shape
        return SimpleNamespace(last_hidden_state=self.table[input_ids])


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CellStore:
    monkeypatch.setattr(vectors, "chunking", lambda: Chunking(20, 0.1))
    monkeypatch.setattr(vectors, "SAVE_EVERY", 2)
    return store([example("a", kinds("mc" * 20)), example("b", kinds("cm" * 20))], tmp_path)


def test_a_vector_is_the_mean_over_the_cells_tokens(corpus: CellStore, tmp_path: Path) -> None:
    encoder = Encoder()
    found = frozen_vectors(corpus, encoder.train(), tmp_path / "v.npy", 299)
    assert (found.shape, found.dtype) == ((len(corpus), WIDTH), np.float16)
    table = encoder.table.detach().numpy()
    for cell in range(len(corpus)):
        mean = table[corpus.tokens[cell].astype(int)].mean(0)
        assert found[cell] == pytest.approx(mean, abs=5e-3)


def test_cut_off_and_continued_it_ends_with_the_same_array(
    corpus: CellStore, tmp_path: Path
) -> None:
    whole = Encoder()
    truth = np.array(frozen_vectors(corpus, whole, tmp_path / "whole.npy", 0))
    path = tmp_path / "cut.npy"
    calls = 0
    for left in (1, 7, 4):  # nothing noted yet; noted; noted again
        encoder = Encoder(left)
        with pytest.raises(CutOffError):
            frozen_vectors(corpus, encoder, path, 0)
        calls += encoder.calls
    last = Encoder()
    found = frozen_vectors(corpus, last, path, 0)
    assert np.array_equal(found, truth)
    # Lost were the calls since the last note: one, one, none.
    assert calls + last.calls == whole.calls + 2


def test_finished_vectors_are_read_not_made(corpus: CellStore, tmp_path: Path) -> None:
    first = np.array(frozen_vectors(corpus, Encoder(), tmp_path / "v.npy", 0))
    again = frozen_vectors(corpus, Encoder(0), tmp_path / "v.npy", 0)
    assert np.array_equal(again, first)


def test_rows_come_back_in_their_order(corpus: CellStore) -> None:
    rows = [corpus.tokens[cell] for cell in (9, 0, 5)]
    encoder = Encoder().eval()
    together = encode_rows(encoder, rows, 0)
    alone = [encode_rows(encoder, [row], 0)[0] for row in rows]
    assert np.allclose(together, np.stack(alone), atol=2e-3)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system cannot reserve space")
def test_a_full_disk_is_a_sentence_not_a_signal(
    corpus: CellStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = np.array(frozen_vectors(corpus, Encoder(), tmp_path / "whole.npy", 0))

    def full(file: int, start: int, size: int) -> None:
        assert size > truth.nbytes
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "posix_fallocate", full)
        with pytest.raises(CacheError, match="choose another folder with --output"):
            frozen_vectors(corpus, Encoder(), tmp_path / "v.npy", 0)
    assert np.array_equal(frozen_vectors(corpus, Encoder(), tmp_path / "v.npy", 0), truth)
