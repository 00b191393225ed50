"""What a suggestion costs: what `make bench` calls.

    python scripts/bench_serving.py --data NOTEBOOKS [--bundle BUNDLE] [--limit 200] [--threads 2]

One process loads a bundle as the server does and asks about a seeded sample of notebooks: each as
it comes (its cells new), again, and again after one cell was edited; then one notebook of 1,000
cells. Beside every first answer in mode `all` a pointwise member of 2022 answers too, with the
same encoder, precision and runtime: the ratios are of one run on one machine.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]
from tqdm import tqdm

from jupyter_cellorder.bundle import DEFAULT, load_bundle
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sample import sample
from jupyter_cellorder.evaluation.sources import Example, read_examples
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.suggest import suggest

LARGE = 1_000  # cells
RIVAL = "codebert-20"  # whose layout and tokens the pointwise member has
SEED = 0


def main() -> int:
    """Print the table; 2 where nothing can be measured, with a sentence that says why."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--data", type=Path, required=True, help="notebooks, as `evaluate` reads them"
    )
    made.add_argument("--bundle", type=Path, default=DEFAULT)
    made.add_argument("--limit", type=int, default=200, help="notebooks, a seeded sample")
    made.add_argument("--threads", type=int, default=2)
    made.add_argument("--json", action="store_true")
    chosen = made.parse_args()
    try:
        examples = sample(read_examples(chosen.data), chosen.limit, SEED)
        with tempfile.TemporaryDirectory() as scratch:
            # In a process of its own: torch, which export needs, is no part of what is measured.
            rival = Path(scratch) / "rival"
            _apart(_make_rival, chosen.bundle, rival)
            figures = _measured(examples, chosen.bundle, rival, chosen.threads)
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(asdict(figures), indent=1) if chosen.json else _table(figures))
    return 0


@dataclass
class Clock:
    """Seconds of several calls of one kind."""

    name: str
    seconds: list[float] = field(default_factory=list)

    def time(self, call: Callable[[], object]) -> None:
        """Call, and keep the seconds that it took."""
        began = time.perf_counter()
        call()
        self.seconds.append(time.perf_counter() - began)


@dataclass(frozen=True)
class Side:
    """One of two ensembles that answered the same questions: means a notebook, mode `all`."""

    gflop: float
    seconds: float


@dataclass(frozen=True)
class Figures:
    """What was measured: seconds, and megabytes (1e6 bytes)."""

    notebooks: int
    threads: int
    load_and_first: float
    clocks: list[Clock]
    resident_before: float
    resident_first: float
    resident_large: float
    bundle: float
    ours: Side
    pointwise: Side


def _measured(
    examples: Sequence[Example], bundle: Path, rival_bundle: Path, threads: int
) -> Figures:
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.perf_counter()
    ensemble = load_bundle(bundle, threads=threads)
    suggest(examples[0].notebook, ensemble)
    started = time.perf_counter() - began
    after_first = process.memory_info().rss

    new = Clock("review, every cell new")
    again = Clock("review, asked again")
    edited = Clock("review, one cell edited")
    for example in tqdm(examples[1:], desc="review", unit=" notebooks", mininterval=5):
        new.time(partial(suggest, example.notebook, ensemble))
        again.time(partial(suggest, example.notebook, ensemble))
        edited.time(partial(suggest, _edited(example.notebook), ensemble))
    large = _large(examples)
    large_new = Clock(f"review, {len(large.cells):,} cells, every cell new")
    large_again = Clock(f"review, {len(large.cells):,} cells, asked again")
    del ensemble
    gc.collect()
    ensemble = load_bundle(bundle, threads=threads)
    large_new.time(partial(suggest, large, ensemble))
    large_again.time(partial(suggest, large, ensemble))
    resident = process.memory_info().rss

    ours, pointwise = _compared(
        examples, load_bundle(bundle, threads=threads), load_bundle(rival_bundle, threads=threads)
    )
    return Figures(
        len(examples),
        threads,
        started,
        [new, again, edited, large_new, large_again],
        before / 1e6,
        after_first / 1e6,
        resident / 1e6,
        sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file()) / 1e6,
        ours,
        pointwise,
    )


def _compared(
    examples: Sequence[Example], ensemble: Ensemble, rival: Ensemble
) -> tuple[Side, Side]:
    """Both asked about the same notebooks, every cell new."""
    pair = (ensemble, rival)
    clocks, gflop = (Clock("ours"), Clock("pointwise")), ([0.0], [0.0])
    for number, example in enumerate(
        tqdm(examples, desc="beside pointwise", unit=" notebooks", mininterval=5)
    ):
        question = Layout(example.notebook, movable(example.notebook)).placement
        # Who goes first warms the machine for the other: they take turns.
        for at in (0, 1) if number % 2 else (1, 0):
            clocks[at].time(partial(pair[at].precedence, question))
            gflop[at].append(sum(member.gflop(question) for member in pair[at].members))
    first, second = (
        Side(sum(cost) / len(examples), statistics.mean(clock.seconds))
        for cost, clock in zip(gflop, clocks, strict=True)
    )
    return first, second


def _edited(notebook: Notebook) -> Notebook:
    """The notebook after its middle cell with text was written on."""
    written = [at for at, cell in enumerate(notebook.cells) if not cell.is_empty]
    at = written[len(written) // 2]
    cells = list(notebook.cells)
    cells[at] = replace(cells[at], source=f"{cells[at].source}\nedited for the measurement")
    return Notebook(tuple(cells))


def _large(examples: Sequence[Example]) -> Notebook:
    """The sample's notebooks one after the other, until there are enough cells."""
    cells: list[Cell] = []
    for example in examples:
        cells += [cell for cell in example.notebook.cells if not cell.is_empty]
        if len(cells) >= LARGE:
            break
    return Notebook(
        tuple(replace(cell, id=f"cell-{number}") for number, cell in enumerate(cells[:LARGE]))
    )


def _apart(work: Callable[[Path, Path], None], bundle: Path, output: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(work, (bundle, output))


def _make_rival(bundle: Path, output: Path) -> None:
    """A pointwise member on the encoder of the bundle's first member that has one.

    Its head is not trained: an answer takes as long as that of one which is.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    from jupyter_cellorder.networks.sequence import SequenceScorer
    from training import tasks
    from training.export import bundle as export
    from training.pointwise.recipe import PointwiseRecipe
    from training.sequences.checkpoint import write_checkpoint

    source = next(bundle.rglob("encoder.json")).parent
    encoder = AutoModel.from_config(  # type: ignore[no-untyped-call]
        AutoConfig.from_pretrained(source / "encoder.json")
    )
    encoder.pooler = None
    stored = load_file(source / "weights.safetensors")
    encoder.load_state_dict(
        {
            name.removeprefix("encoder."): value.float()
            for name, value in stored.items()
            if name.startswith("encoder.")
        }
    )
    torch.manual_seed(SEED)
    network = SequenceScorer(encoder, 1)
    recipe = tasks.load(RIVAL)
    assert isinstance(recipe, PointwiseRecipe)
    run = output.with_name("run")
    write_checkpoint(
        run / "checkpoint",
        recipe,
        RIVAL,
        network.state_dict(),
        source / "tokenizer.json",
        encoder.config.to_dict(),
        0.1,
    )
    export(run, output, "pointwise", "", False)


def _table(figures: Figures) -> str:
    lines = [
        f"{figures.notebooks} notebooks, {figures.threads} threads, ONNX Runtime",
        "",
        f"{'seconds':44} {'median':>8} {'95 %':>8} {'n':>5}",
        f"{'loading and the first suggestion':44} {figures.load_and_first:8.2f}",
    ]
    for clock in figures.clocks:
        middle, high = np.percentile(clock.seconds, [50, 95])
        lines.append(f"{clock.name:44} {middle:8.3f} {high:8.3f} {len(clock.seconds):5d}")
    ours, pointwise = figures.ours, figures.pointwise
    lines += [
        "",
        f"{'MB':44}",
        f"{'resident before loading':44} {figures.resident_before:8.0f}",
        f"{'resident after the first suggestion':44} {figures.resident_first:8.0f}",
        f"{'resident after the largest':44} {figures.resident_large:8.0f}",
        f"{'bundle on disk':44} {figures.bundle:8.0f}",
        "",
        f"{'mode all, a notebook on average':44} {'this':>8} {'pointwise':>10} {'ratio':>7}",
        _ratio("GFLOP, without padding", ours.gflop, pointwise.gflop),
        _ratio("seconds", ours.seconds, pointwise.seconds),
    ]
    return "\n".join(lines)


def _ratio(name: str, ours: float, theirs: float) -> str:
    return f"{name:44} {ours:8.2f} {theirs:10.2f} {ours / theirs:7.2f}"


if __name__ == "__main__":
    sys.exit(main())
