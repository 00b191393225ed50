"""Asking a bundle about many notebooks, by several processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from jupyter_cellorder.bundle import load_bundle
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.crew import Crew
from jupyter_cellorder.evaluation.gather import gather
from jupyter_cellorder.evaluation.sources import Example, Skipped
from jupyter_cellorder.processes import cores

T = TypeVar("T")


@dataclass(frozen=True)
class Asking:
    """Whom to ask, and how.

    Attributes:
        bundle: folder of the bundle.
        least_doubt: in place of its own `ReviewSettings.least_doubt`, where one is given.
        seed: of what is drawn.
        jobs: processes; each loads the bundle once.
        skipped: filled with what was left out.
    """

    bundle: Path
    least_doubt: float | None
    seed: int
    jobs: int
    skipped: Skipped

    def all_of(
        self,
        examples: Sequence[Example],
        name: str,
        ask: Callable[[Example, Ensemble], T | str],
        keep: Callable[[Example, T], None],
    ) -> Crew[T | str]:
        """Ask about all of them, with a progress bar of that name."""
        threads = max(1, cores() // self.jobs)
        with tqdm(total=len(examples), desc=name, unit=" notebooks", mininterval=5) as bar:

            def one_more(done: int, total: int | None) -> None:
                bar.update()

            return gather(
                examples,
                partial(loaded, self.bundle, threads, self.least_doubt),
                ask,
                keep,
                seed=self.seed,
                limit=None,
                progress=one_more,
                skipped=self.skipped,
                jobs=self.jobs,
            )


def loaded(bundle: Path, threads: int, least_doubt: float | None) -> Ensemble:
    """The bundle, with another `ReviewSettings.least_doubt` where one is given."""
    ensemble = load_bundle(bundle, threads=threads)
    if least_doubt is None:
        return ensemble
    return replace(ensemble, review=replace(ensemble.review, least_doubt=least_doubt))
