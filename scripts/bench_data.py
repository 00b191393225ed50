"""The corpus cache at the size of Kaggle's data set: what `make bench-data` calls.

Writes synthetic notebooks in Kaggle's layout, builds the cache of both parts, kills the build in
the middle (SIGKILL), builds again, and prints what it took. Not part of the tests: at full size it
needs some 12 GB of disk and takes an hour on two cores.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]
from tqdm import tqdm

from jupyter_cellorder.evaluation.splits import Split
from training.data.cache import SHARDS, STORES, open_store
from training.data.shards import CHUNK

SEED = 2022
NOTEBOOKS = 139_256  # as in AI4Code
CELLS = 35, 0.74  # of a notebook: median and sigma of a log-normal; quartiles 21/35/57, mean 46
MOST_CELLS = 1_005
MARKDOWN = 0.34  # of the cells
COPIES = 0.10  # of the cells: their text is drawn from a pool of common ones
COMMON = 20_000
# Characters of a cell: median and sigma of a log-normal, as in notebooks of public repositories.
CHARACTERS = {"code": (142, 1.37), "markdown": (155, 1.45)}
MOST_CHARACTERS = 6_000
WORDS = 200_000
TEXT = 4_000_000  # characters that cells are cut from
LIMITS = {"markdown": 64, "code": 128}
PARTS = ("train", "valid")
MEMORY = 8 << 30  # the limit
ENCODER = "sentence-transformers/all-MiniLM-L6-v2"


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Long texts that cells are cut from: words drawn as words are, few often and most seldom."""
    rng = np.random.default_rng(SEED)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    words = [
        "".join(letters[np.minimum(rng.geometric(0.12, size), 26) - 1])
        for size in rng.integers(2, 11, WORDS)
    ]
    marks = {
        "code": (" = ", "(", ")\n", ".", "_", ", ", " "),
        "markdown": (" ",) * 9 + (". ", "\n"),
    }
    found = {}
    for kind, between in marks.items():
        drawn = np.minimum(rng.zipf(1.2, TEXT // 5), WORDS) - 1
        gaps = rng.integers(0, len(between), len(drawn))
        joined = "".join(
            f"{words[word]}{between[gap]}" for word, gap in zip(drawn, gaps, strict=True)
        )
        found[kind] = joined[:TEXT]
    return found


def draw_text(kind: str, rng: np.random.Generator) -> str:
    """The text of one cell."""
    median, sigma = CHARACTERS[kind]
    size = int(min(MOST_CHARACTERS, max(3, rng.lognormal(math.log(median), sigma))))
    start = int(rng.integers(0, TEXT - size))
    head = "# " if kind == "markdown" and rng.random() < 0.4 else ""
    return f"{head}{texts()[kind][start : start + size]}x"  # never white space alone


def draw_notebook(number: int) -> tuple[str, dict[str, dict[str, str]], list[str]]:
    """Id, content (code, then shuffled markdown) and true order of a notebook; always the same."""
    rng = np.random.default_rng((SEED, number))
    median, sigma = CELLS
    count = int(np.clip(round(rng.lognormal(math.log(median), sigma)), 2, MOST_CELLS))
    markdown = rng.random(count) < MARKDOWN
    markdown[:2] = True, False
    rng.shuffle(markdown)
    order, kinds, sources = [], {}, {}
    for at in range(count):
        kind = "markdown" if markdown[at] else "code"
        if rng.random() < COPIES:
            # A pool of common cells, some much more common than others.
            common = int(COMMON * rng.random() ** 3)
            source = draw_text(kind, np.random.default_rng((SEED, NOTEBOOKS + common)))
        else:
            source = draw_text(kind, rng)
        name = f"{at:04x}{int(rng.integers(0, 1 << 16)):04x}"
        order.append(name)
        kinds[name], sources[name] = kind, source
    code = [name for name in order if kinds[name] == "code"]
    shuffled = [name for name in order if kinds[name] == "markdown"]
    rng.shuffle(shuffled)
    names = [*code, *shuffled]
    content = {
        "cell_type": {name: kinds[name] for name in names},
        "source": {name: sources[name] for name in names},
    }
    return f"{number * 2_654_435_761 % (1 << 56):014x}", content, order


def write_notebook(number: int, folder: Path) -> tuple[str, str, int]:
    """Write one notebook; its id, its order, and how many characters it has."""
    id, content, order = draw_notebook(number)
    (folder / f"{id}.json").write_text(json.dumps(content))
    return id, " ".join(order), sum(map(len, content["source"].values()))


def write_corpus(folder: Path, notebooks: int, workers: int) -> None:
    """Write a corpus in Kaggle's layout; every third notebook is akin to the one before."""
    (folder / "train").mkdir(parents=True)
    write = partial(write_notebook, folder=folder / "train")
    with (
        (folder / "train_orders.csv").open("w", newline="") as orders,
        (folder / "train_ancestors.csv").open("w", newline="") as ancestors,
        ProcessPoolExecutor(workers, get_context("spawn")) as pool,
    ):
        order, ancestor = csv.writer(orders), csv.writer(ancestors)
        order.writerow(["id", "cell_order"])
        ancestor.writerow(["id", "ancestor_id", "parent_id"])
        written = pool.map(write, range(notebooks), chunksize=64)
        bar = tqdm(written, "writing", notebooks, unit=" notebooks", mininterval=5)
        for number, (id, cells, _) in enumerate(bar):
            order.writerow([id, cells])
            ancestor.writerow([id, f"{number - number % 3 // 2:08x}", ""])


def build(data: Path, cache: Path, tokenizer: Path, workers: int) -> None:
    """Open both parts, and print what they hold and how long it took as a line of JSON."""
    started = time.monotonic()
    stores = [
        open_store(Split(data), part, cache, tokenizer, LIMITS, workers=workers) for part in PARTS
    ]
    seconds = time.monotonic() - started
    figures = {
        "seconds": seconds,
        "notebooks": sum(len(store.notebooks) for store in stores),
        "cells": sum(sum(len(row.cells) for row in store.notebooks) for store in stores),
        "distinct cells": sum(map(len, stores)),
        "tokens of distinct cells": sum(len(store.tokens.flat) for store in stores),
    }
    print(json.dumps(figures))


@dataclass
class Watch:
    """The most memory that a process and its children had, sampled twice a second."""

    process: subprocess.Popen[str]
    peak: int = 0
    peak_private: int = 0

    def follow(self) -> None:
        """Sample until the process ends."""
        while self.process.poll() is None:
            resident = private = 0
            try:
                root = psutil.Process(self.process.pid)
                for one in [root, *root.children(recursive=True)]:
                    memory = one.memory_info()
                    resident += memory.rss
                    private += memory.rss - memory.shared
            except psutil.Error:
                continue
            self.peak = max(self.peak, resident)
            self.peak_private = max(self.peak_private, private)
            time.sleep(0.5)


def start(step: list[str]) -> tuple[subprocess.Popen[str], Watch, threading.Thread]:
    """Run a step in a process of its own, watched."""
    process = subprocess.Popen(
        [sys.executable, __file__, *step], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    watch = Watch(process)
    thread = threading.Thread(target=watch.follow)
    thread.start()
    return process, watch, thread


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def bench(folder: Path, notebooks: int, workers: int, encoder: str) -> dict[str, str]:
    """Write, build, kill, build again, open; the figures as they are printed."""
    from training.encoders import save_tokenizer

    data, cache, tokenizer = folder / "data", folder / "cache", folder / "tokenizer.json"
    save_tokenizer(encoder, tokenizer)
    started = time.monotonic()
    write_corpus(data, notebooks, workers)
    writing = time.monotonic() - started

    step = ["--build", str(folder), "--workers", str(workers)]
    half = max(1, notebooks // CHUNK // 2)
    process, first, thread = start(step)
    started = time.monotonic()
    while process.poll() is None and len(list((cache / SHARDS).glob("*.arrow"))) < half:
        time.sleep(0.2)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    before_kill = time.monotonic() - started
    thread.join()
    left = {file.name: file.stat().st_mtime_ns for file in (cache / SHARDS).glob("*.arrow")}
    _, alive = psutil.wait_procs(children, timeout=30)

    figures: list[dict[str, float]] = []
    watches = [first]
    for _ in ("resumed", "opened again"):
        process, watch, thread = start(step)
        output, _ = process.communicate()
        thread.join()
        if process.returncode:
            sys.exit(f"The build failed with exit code {process.returncode}.")
        figures.append(json.loads(output.splitlines()[-1]))
        watches.append(watch)
    built, opened = figures
    found = sum((cache / SHARDS / name).stat().st_mtime_ns == at for name, at in left.items())
    peak = max(watch.peak for watch in watches)
    private = max(watch.peak_private for watch in watches)
    return {
        "notebooks": f"{built['notebooks']:,.0f}",
        "cells": f"{built['cells']:,.0f}",
        "distinct cells": f"{built['distinct cells']:,.0f}",
        "tokens of distinct cells": f"{built['tokens of distinct cells']:,.0f}",
        "workers": f"{workers}",
        "writing the corpus": f"{writing:,.0f} s, {size(data) / 1e9:.2f} GB",
        "built until SIGKILL": f"{before_kill:,.0f} s, {len(left)} shards",
        "workers alive after it": f"{len(alive)}",
        "resumed to the end": f"{built['seconds']:,.0f} s, {found} of these shards found again",
        "opened again": f"{opened['seconds']:.2f} s",
        "peak memory, resident": f"{peak / 1e9:.2f} GB (sum over the process tree)",
        "peak memory, private": f"{private / 1e9:.2f} GB (without pages of files)",
        "on disk": (
            f"{size(cache / STORES) / 1e9:.2f} GB opened, "
            f"{size(cache / SHARDS) / 1e9:.2f} GB of shards"
        ),
        "within 8 GB": "yes" if peak < MEMORY else "NO",
    }


def main() -> int:
    """Exit code 0: within the limit of memory, and resumed as it should be."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--folder", type=Path, help="where to work; a temporary folder without it")
    made.add_argument("--notebooks", type=int, default=NOTEBOOKS)
    made.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    made.add_argument("--encoder", default=ENCODER, help="whose tokenizer is used")
    made.add_argument("--keep", action="store_true", help="leave the files behind")
    made.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    chosen = made.parse_args()
    if chosen.build:
        folder = chosen.build
        build(folder / "data", folder / "cache", folder / "tokenizer.json", chosen.workers)
        return 0
    if chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-data-", dir=chosen.folder))
    try:
        figures = bench(folder, chosen.notebooks, chosen.workers, chosen.encoder)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder)
    width = max(map(len, figures))
    print("\n".join(f"{name:{width}}  {value}" for name, value in figures.items()))
    return int(figures["within 8 GB"] != "yes")


if __name__ == "__main__":
    sys.exit(main())
