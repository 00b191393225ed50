"""What goes wrong while a cache is made: told in a sentence, and nothing half-written is used."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import build_a_cache
import pytest
from kaggle_corpus import (
    HELD_OUT,
    NOTEBOOKS,
    cell_names,
    notebook_id,
    write_corpus,
    write_orders,
)
from small_tokenizer import write_tokenizer
from tiny_training import tiny_encoder, tiny_recipe

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.evaluation.splits import Split
from training import run
from training.data import shards, workers
from training.data.cache import open_store
from training.data.cells import CellStore
from training.data.shards import Tokenizing
from training.data.writing import CacheError

TRAINED = NOTEBOOKS - len(HELD_OUT)


@pytest.fixture(autouse=True)
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "CHUNK", 8)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path / "tokenizer.json")
    return write_corpus(tmp_path / "kaggle")


def opened(corpus: Path, at: str = "cache", workers: int = 1) -> CellStore:
    here = corpus.parent
    tokenizer = here / "tokenizer.json"
    return open_store(Split(corpus), "train", here / at, tokenizer, build_a_cache.LIMITS, workers)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def built_apart(
    corpus: Path, kill_at: int = -1, file_size: int | None = None
) -> subprocess.CompletedProcess[str]:
    limit = [] if file_size is None else ["prlimit", f"--fsize={file_size}"]
    return subprocess.run(
        [*limit, sys.executable, build_a_cache.__file__, str(corpus), str(kill_at)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("processes", [1, 2])
def test_bad_files_are_left_out_counted_and_told_once(
    corpus: Path, processes: int, caplog: pytest.LogCaptureFixture
) -> None:
    orders = {number: " ".join(cell_names(number)) for number in range(NOTEBOOKS)}
    cut, without_row, unknown_cell, wrong_too = 3, 9, 30, 50
    file = corpus / "train" / f"{notebook_id(cut)}.json"
    file.write_text(file.read_text()[:-20])
    del orders[without_row]
    orders[unknown_cell] = orders[unknown_cell].replace(cell_names(0)[0], "ffffffff")
    orders[wrong_too] += " eeeeeeee"
    write_orders(corpus, orders)

    for call in ("built", "found"):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            store = opened(corpus, workers=processes)
        assert sorted(caplog.messages) == [
            f"train: Left out 1 notebook (no row in train_orders.csv): {notebook_id(without_row)}.",
            f"train: Left out 1 notebook (not readable as a notebook, not-json): "
            f"{notebook_id(cut)}.",
            "train: Left out 2 notebooks (cells other than those its row in train_orders.csv "
            f"names): {notebook_id(unknown_cell)}, {notebook_id(wrong_too)}.",
        ], call
        ids = {row.id for row in store.notebooks}
        assert len(ids) == TRAINED - 4
        bad = (cut, without_row, unknown_cell, wrong_too)
        assert not ids & {notebook_id(number) for number in bad}


def test_a_disk_that_is_full_at_any_moment_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tokenizer(tmp_path / "tokenizer.json")
    corpus = write_corpus(tmp_path / "kaggle", 12)
    monkeypatch.setattr(shards, "CHUNK", 6)
    truth = content(opened(corpus, "whole").folder)
    pieces = len(list((tmp_path / "whole" / "shards").iterdir()))
    written = 0

    def fill_up(file: int) -> None:
        nonlocal written
        if written == moment:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written += 1

    monkeypatch.setattr(os, "fsync", fill_up)
    failures = 0
    for moment in range(100):
        cache = corpus.parent / f"cache-{moment}"
        written = 0
        try:
            opened(corpus, cache.name)
        except CacheError as error:
            failures += 1
            assert error.code == "cache-write"
            assert "No space left on device" in error.message
            assert "free space there or choose another folder with --cache" in error.message
            assert str(cache) in error.message
        else:
            break
        assert not list(cache.rglob("*.part"))
        assert not list(cache.glob("sources/*"))
        for store in cache.glob("stores/*"):  # named, but not noted yet
            assert content(store) == truth
        with monkeypatch.context() as room:
            room.setattr(os, "fsync", lambda _: None)
            assert content(opened(corpus, cache.name).folder) == truth
    assert failures == pieces + len(truth) + 1  # and the record
    assert pieces > 1


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is a tool of Linux")
def test_a_file_that_may_not_grow_is_a_sentence_and_exit_code_two(corpus: Path) -> None:
    done = built_apart(corpus, file_size=1_000)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "File too large" in done.stderr
    assert "choose another folder with --cache" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not [file for file in (corpus.parent / "cache").rglob("*") if file.stat().st_size > 1e4]
    again = built_apart(corpus)
    assert content(Path(again.stdout.strip())) == content(opened(corpus, "whole").folder)


def test_a_folder_that_cannot_be_made_is_a_sentence(corpus: Path) -> None:
    (corpus.parent / "cache").write_text("a file")
    with pytest.raises(CacheError, match="choose another folder with --cache"):
        opened(corpus)


# Of the names given: the first shard, the third, the notebooks of the store, the store, the record.
@pytest.mark.parametrize("moment", [0, 2, -3, -2, -1])
def test_killed_and_built_again_it_has_the_same_bytes(corpus: Path, moment: int) -> None:
    truth = opened(corpus, "whole")
    pieces = len(list((corpus.parent / "whole" / "shards").iterdir()))
    assert pieces > 4
    at = moment if moment >= 0 else pieces + 3 + moment
    cache = corpus.parent / "cache"

    killed = built_apart(corpus, at)

    assert killed.returncode == -signal.SIGKILL
    assert not list(cache.glob("sources/*.json"))
    left = {file: file.stat().st_mtime_ns for file in cache.glob("shards/*.arrow")}
    assert len(left) == min(at, pieces)
    half = list(cache.rglob("*.part"))
    assert half

    again = opened(corpus)

    assert again.folder.name == truth.folder.name
    assert content(again.folder) == content(truth.folder)
    assert all(file.stat().st_mtime_ns == written for file, written in left.items())
    assert not any(file.exists() for file in half)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_with_a_parent_that_was_killed(corpus: Path) -> None:
    killed = built_apart(corpus, kill_at=-2)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    processes = [Path("/proc") / number for number in killed.stdout.split()]
    assert len(processes) == 2
    deadline = time.monotonic() + 60
    while any(map(is_alive, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert content(opened(corpus).folder) == content(opened(corpus, "whole").folder)


def is_alive(process: Path) -> bool:
    try:
        # "pid (name) state ...": Z is dead, and only not yet buried.
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class FatalTokenizing(Tokenizing):
    """Ends the worker that wants its tokenizer, as a machine without memory does."""

    def tokenizer(self) -> None:  # type: ignore[override]
        os._exit(1)


def test_a_worker_that_dies_is_a_sentence(corpus: Path) -> None:
    tokenizing = FatalTokenizing(corpus.parent / "tokenizer.json", build_a_cache.LIMITS)
    chunk: list[Example] = []
    paths = (corpus / f"{number}.arrow" for number in range(9))
    with pytest.raises(CacheError, match="with fewer workers") as caught:
        workers.write_shards(((chunk, path) for path in paths), tokenizing, 2)
    assert caught.value.code == "cache-worker"


def test_a_run_ends_with_the_sentence_and_exit_code_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = write_corpus(tmp_path / "kaggle")
    recipe = tiny_recipe(tmp_path / "tiny.toml", tiny_encoder(tmp_path / "encoder"))

    def fill_up(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fill_up)
    order = ["--data", str(corpus), "--output", str(tmp_path / "run")]
    assert run.main([str(recipe), *order, "--cache", str(tmp_path / "cache")]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(str(tmp_path / "cache"))
    assert "No space left on device" in last
    assert "choose another folder with --cache" in last
