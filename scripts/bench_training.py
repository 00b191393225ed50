"""Tokens a second of a training step: a plain loop, and what each choice of ours adds to it.

    python scripts/bench_training.py --data CORPUS [--notebooks 200] [--rounds 5]

All variants train MiniLM-L6 on the sequences of 2022 (recipe `codebert-20`), one step each in every
round, in turn; a token counts where it is text, not padding. The last line says what the
`context` task saves by encoding identical cells of a batch once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from jupyter_cellorder.evaluation.splits import Split
from training import tasks
from training.context.data import LengthBatches
from training.context.recipe import ContextRecipe
from training.data.cache import open_store
from training.data.cells import CellStore
from training.data.chunks import chunking, token_chunks
from training.encoders import load_encoder, save_tokenizer
from training.pointwise.data import PointwiseQuestions
from training.pointwise.recipe import PointwiseRecipe
from training.sequences.data import LikeLengths, Row, SequenceBatch, collate
from training.sequences.model import SequenceModel

BATCH = 8


@dataclass
class Variant:
    """A way to make a step: its batches, its precision, its dropout."""

    name: str
    fixed_length: bool
    by_length: bool
    bf16: bool
    dropout: float | None


VARIANTS = (
    Variant("plain: fixed length, fp32, dropout", True, False, False, None),
    Variant("padded to the longest of a random batch", False, False, False, None),
    Variant("batches by length", False, True, False, None),
    Variant("... and bf16", False, True, True, None),
    Variant("... and no dropout", False, True, True, 0.0),
)


def batches(
    store: CellStore, questions: PointwiseQuestions, variant: Variant, length: int
) -> Iterator[SequenceBatch]:
    """Endless batches as the variant forms them."""
    sampler = LikeLengths(store, questions, BATCH, 1)
    chosen = list(sampler)
    if not variant.by_length:
        rng = np.random.default_rng(1)
        indices = [index for batch in chosen for index in batch]
        order = rng.permutation(len(indices))
        chosen = [
            [indices[at] for at in order[start : start + BATCH]]
            for start in range(0, len(order) - BATCH, BATCH)
        ]
    while True:
        for batch in chosen:
            rows: list[Row] = [questions.row(store, index) for index in batch]
            made = collate(rows, 0, 1)
            if variant.fixed_length:
                wide = length - made.ids.shape[1]
                pad = torch.nn.functional.pad
                made = made._replace(
                    ids=pad(made.ids, (0, wide)),
                    mask=pad(made.mask, (0, wide)),
                    types=pad(made.types, (0, wide)),
                )
            yield made


def stepper(recipe: PointwiseRecipe, variant: Variant) -> Callable[[SequenceBatch], float]:
    """A function that makes one optimiser step and gives its seconds."""
    torch.manual_seed(1)
    questions = PointwiseQuestions(recipe.layout, recipe.tokens.tail)
    model = SequenceModel(load_encoder(recipe.encoder, variant.dropout), questions).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)

    def step(batch: SequenceBatch) -> float:
        started = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=variant.bf16):
            loss = model(batch)["loss"]
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        return time.perf_counter() - started

    return step


def repeats(store: CellStore, recipe: ContextRecipe) -> tuple[float, float]:
    """Share of a batch's cells that are repeats of others, and of its tokens that are padding."""
    assert recipe.unfrozen is not None
    stage = recipe.unfrozen
    cells, distinct, tokens, padded = 0, 0, 0, 0
    for batch in LengthBatches(store, stage.longest, stage.cells, recipe.seed):
        read = [store.notebooks[number].cells[: stage.longest] for _, number in batch]
        own = np.unique(np.concatenate(read))
        cells += sum(map(len, read))
        distinct += len(own)
        chunks, _ = token_chunks([store.tokens[int(cell)] for cell in own], 0, chunking())
        tokens += sum(int(mask.sum()) for _, mask in chunks)
        padded += sum(mask.numel() for _, mask in chunks)
    return 1 - distinct / cells, 1 - tokens / padded


def main() -> None:
    """Print a table."""
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--notebooks", type=int, default=200)
    made.add_argument("--rounds", type=int, default=5)
    chosen = made.parse_args()
    small = "sentence-transformers/all-MiniLM-L6-v2"
    recipe = tasks.load("codebert-20", [f"encoder={small}"])
    assert isinstance(recipe, PointwiseRecipe)
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer = Path(scratch) / "tokenizer.json"
        save_tokenizer(recipe.encoder, tokenizer)
        store = open_store(
            Split(chosen.data),
            "valid",
            Path(scratch) / "cache",
            tokenizer,
            vars(recipe.tokens),
            notebooks=chosen.notebooks,
            seed=1,
        )
        questions = PointwiseQuestions(recipe.layout, recipe.tokens.tail)
        steps = [stepper(recipe, variant) for variant in VARIANTS]
        feeds = [batches(store, questions, variant, recipe.layout.length) for variant in VARIANTS]
        speeds: list[list[float]] = [[] for _ in VARIANTS]
        padding: list[list[float]] = [[] for _ in VARIANTS]
        context = tasks.load("minilm-context")
        assert isinstance(context, ContextRecipe)
        again, empty_share = repeats(store, context)
        for number in range(chosen.rounds + 1):
            for at, (step, feed) in enumerate(zip(steps, feeds, strict=True)):
                batch = next(feed)
                seconds = step(batch)
                if number:  # the first round warms up
                    speeds[at].append(float(batch.mask.sum()) / seconds)
                    padding[at].append(1 - float(batch.mask.float().mean()))
    print(f"{torch.get_num_threads()} threads, batches of {BATCH}, {chosen.rounds} rounds\n")
    print(f"{'variant':42} {'tokens/s':>9} {'padding':>8} {'against plain':>14}")
    for variant, own, empty in zip(VARIANTS, speeds, padding, strict=True):
        ratio = statistics.median(a / b for a, b in zip(own, speeds[0], strict=True))
        print(
            f"{variant.name:42} {statistics.median(own):9.0f} {statistics.mean(empty):8.1%} "
            f"{ratio:13.1f}x"
        )
    print(
        f"\ncontext: {again:.1%} of a batch's cells are repeats and encoded once; "
        f"{empty_share:.1%} of what is encoded is padding"
    )


if __name__ == "__main__":
    main()
