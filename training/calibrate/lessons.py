"""Notebooks that a bundle was trained on, as lessons for review mode's judge.

Held-out notebooks are of a few dozen repositories; those trained on are of hundreds, and show what
authors do. What the members say of them is surer than elsewhere: see
:mod:`training.calibrate.judge`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.sample import sample_of_each
from jupyter_cellorder.evaluation.sources import Example, Skipped, read_examples
from jupyter_cellorder.evaluation.splits import Split
from training.calibrate.trials import Trial, trials

LONGEST = 150  # cells: longer notebooks take long, and teach no more


def lessons(
    corpus: Path, each: int, measured: Collection[str], seed: int, skipped: Skipped
) -> list[Example]:
    """Some notebooks of every cluster that was trained on.

    Args:
        corpus: what the bundle was trained on; its held-out part is left alone.
        each: so many of a cluster, by their seeded hash.
        measured: clusters that something is measured on: none of them teaches.
        seed: of the choice.
        skipped: filled with what was left out.

    Raises:
        SourceError: as `read_examples`.
    """
    paths, belongs = Split(corpus).part("train")
    return sample_of_each(
        (
            example
            for example in read_examples(paths, skipped)
            if belongs(example)
            and example.cluster not in measured
            and len(example.notebook.cells) <= LONGEST
        ),
        each,
        seed,
    )


def lesson(example: Example, ensemble: Ensemble, seed: int) -> tuple[Trial, ...] | str:
    """What review mode meets in one of them; why not, where the ensemble refuses it."""
    try:
        return tuple(replace(trial, seen=True) for trial in trials(example, ensemble, seed))
    except RequestError as refusal:
        return refusal.code
