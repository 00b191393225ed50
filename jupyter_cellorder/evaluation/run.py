"""Scoring an ensemble on notebooks whose order is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.baselines import ORDERED, SHUFFLED
from jupyter_cellorder.evaluation.hide import hide, random_for
from jupyter_cellorder.evaluation.result import EvaluationResult, Setting
from jupyter_cellorder.evaluation.sample import sample
from jupyter_cellorder.evaluation.sources import Example, Skipped, SourceError
from jupyter_cellorder.evaluation.tally import Tally
from jupyter_cellorder.suggest import Mode, suggest

Progress = Callable[[int, int | None], None]
"""Called with the notebooks done and their number, None where the source does not know it."""


def evaluate(
    examples: Iterable[Example],
    ensemble: Ensemble,
    mode: str = "all",
    *,
    keep_markdown_order: bool = False,
    seed: int = 0,
    limit: int | None = None,
    progress: Progress | None = None,
    skipped: Skipped | None = None,
) -> EvaluationResult:
    """Hide each example's order, ask for a suggestion, and pool Kendall tau over the answers.

    Args:
        examples: Notebooks in their true order; streamed, never all in memory.
        ensemble: What is scored.
        mode: Only ``all``: the other modes lean on the present order, and here it is hidden.
        keep_markdown_order: Give the markdown's own order away and hide only its place.
        seed: Shuffles, sample and bootstrap follow from it and from the notebooks' ids alone.
        limit: Score a seeded sample of this many.
        progress: Told after each notebook.
        skipped: What the source left out; notebooks that the ensemble refuses are added to it.

    Raises:
        RequestError: The mode cannot be evaluated.
        SourceError: No notebook is left to score.
    """
    if mode != Mode.ALL.value:
        raise RequestError(
            f"Mode '{mode}' cannot be evaluated: it leans on the present order of the markdown, "
            "which is hidden here. Use mode 'all'.",
            code="unknown-mode",
        )
    left_out = Skipped() if skipped is None else skipped
    chosen: Iterable[Example] = examples
    total: int | None = None
    if limit is not None:
        chosen = kept = sample(examples, limit, seed)
        total = len(kept)

    tally = Tally(ORDERED if keep_markdown_order else SHUFFLED)
    for done, example in enumerate(chosen, start=1):
        hidden = hide(example, seed, keep_markdown_order=keep_markdown_order)
        began = time.perf_counter()
        try:
            answer = suggest(
                hidden.notebook, ensemble, mode, keep_markdown_order=keep_markdown_order
            )
        except RequestError as refusal:
            left_out.add(f"refused by the model, {refusal.code}", example.id)
        else:
            seconds = time.perf_counter() - began
            draw = random_for(seed, "baselines", example.id)
            tally.add(hidden, answer.order, example.cluster, seconds, draw)
        if progress is not None:
            progress(done, total)
    if not len(tally):
        raise SourceError(
            "No notebook could be scored: none has both code and markdown that the model takes.",
            code="source-empty",
        )
    setting = Setting(ensemble.name, mode, keep_markdown_order, seed, limit)
    return tally.result(setting, left_out.counts)
