"""``python -m training.calibrate BUNDLE --data VALIDATION``: fit the manifest's numbers.

Review mode's weights, the confidence of its moves and the thresholds from which they are shown, so
that intact notebooks stay untouched; the prior of evenly spread markdown for *keep markdown
order*; and how sure a selected cell's place is. Fitted on held-out notebooks, never on training.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_cellorder.atomic_file import replacing
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sample import sample
from jupyter_cellorder.evaluation.sources import Example, Skipped, SourceError
from jupyter_cellorder.evaluation.splits import validation
from jupyter_cellorder.review.hidden import FILE, Hidden
from jupyter_cellorder.review.settings import Eagerness
from training.calibrate.asking import Asking
from training.calibrate.examined import Examined, best_diagonal, best_gap_temperature, examine
from training.calibrate.fit import NEVER, Fitted, fit_review
from training.calibrate.lessons import LONGEST, lesson, lessons
from training.calibrate.trials import Trial
from training.manifest import update_manifest


def review_figures(fitted: Fitted) -> dict[str, Any]:
    """What the manifest says of review mode, measured on repositories not fitted on."""
    balanced = fitted.shown[Eagerness.BALANCED]
    return {
        "false_moves_per_100_markdown": balanced.false_moves,
        "repair_precision": balanced.precision,
        "repair_recall": balanced.recall,
        "repair_calibration_error": fitted.result.calibration_error,
        "repair": {
            eagerness.value: {
                **point.as_dict(),
                "confidence": fitted.settings.threshold(eagerness),
            }
            for eagerness, point in fitted.shown.items()
        },
    }


def several_repositories(examples: Sequence[Example]) -> None:
    """Refuse no notebooks, and those that are all of one cluster.

    Raises:
        SourceError: `none`, `one-cluster`.
    """
    if not examples:
        raise SourceError(
            "There is no notebook that could be asked about. Calibrate on others (--data).", "none"
        )
    if len({example.cluster for example in examples}) < 2:
        raise SourceError(
            f"All {len(examples)} notebooks are of one repository: nothing would show how well "
            "review mode does elsewhere. Calibrate on notebooks of several (--data).",
            "one-cluster",
        )


@contextmanager
def _laid(path: Path, hidden: Hidden) -> Iterator[None]:
    """Put the layer in place; what stood there comes back where the block fails."""
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as stream:
        hidden.write(stream)
    try:
        yield
    except OSError:
        path.unlink()
        if before is not None:
            path.write_bytes(before)
        raise


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return value


def _doubt(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: the manifest holds the fitted numbers; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    made.add_argument("bundle", type=Path, help="folder of the bundle; its manifest is rewritten")
    made.add_argument("--data", type=Path, required=True, help="held-out notebooks")
    made.add_argument(
        "--held-out",
        action="store_true",
        help="only the notebooks that training on this data held out (so it is, too, where a "
        "corpus comes split)",
    )
    made.add_argument("--limit", type=_count, default=500, help="notebooks read, a seeded sample")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument(
        "--jobs", type=_count, default=1, help="processes that ask; each loads the bundle once"
    )
    made.add_argument(
        "--least-doubt",
        type=_doubt,
        help="from how much log-probability on a cell is doubtful (0: from any; default: the "
        "bundle's own): fewer questions for members that speak plainly",
    )
    made.add_argument(
        "--trained-on",
        type=Path,
        help="the corpus that the bundle was trained on: what was not held out of it teaches "
        "review mode what authors of many repositories do, and is measured by nothing",
    )
    made.add_argument(
        "--each",
        type=_count,
        default=8,
        help=f"so many notebooks of each repository of it, of at most {LONGEST} cells",
    )
    chosen = made.parse_args(arguments)
    bundle, skipped = chosen.bundle.resolve(), Skipped()
    asking = Asking(bundle, chosen.least_doubt, chosen.seed, chosen.jobs, skipped)
    used: list[Example] = []
    found: list[Examined] = []
    seen: list[Trial] = []

    def keep(example: Example, examined: Examined) -> None:
        used.append(example)
        found.append(examined)

    def learn(_: Example, met: tuple[Trial, ...]) -> None:
        seen.extend(met)

    try:
        examples = sample(
            validation(chosen.data, chosen.held_out, skipped), chosen.limit, chosen.seed
        )
        several_repositories(examples)
        crew = asking.all_of(examples, "calibrate", partial(examine, seed=chosen.seed), keep)
        several_repositories(used)
        if chosen.trained_on is not None:
            measured = {example.cluster for example in used}
            taught = lessons(chosen.trained_on, chosen.each, measured, chosen.seed, skipped)
            if taught:
                asking.all_of(taught, "lessons", partial(lesson, seed=chosen.seed), learn)
            else:
                print(
                    f"{chosen.trained_on} teaches nothing: it has no notebook of at most {LONGEST} "
                    "cells of a repository that is not measured on.",
                    file=sys.stderr,
                )
    except CellOrderError as error:
        print(*skipped.sentences(), error, sep="\n", file=sys.stderr)
        return 2
    for sentence in skipped.sentences():
        print(sentence, file=sys.stderr)
    met = [trial for examined in found for trial in examined.trials]
    fitted = fit_review(met, crew.review, crew.name, chosen.seed, seen)
    if fitted.settings.threshold(Eagerness.EAGER) == NEVER:
        print(
            "No threshold keeps false moves rare and still finds anything. Train longer, or "
            "calibrate on more notebooks (--limit).",
            file=sys.stderr,
        )
        return 2
    diagonal, keep_order = best_diagonal(
        np.array([examined.inversions for examined in found], dtype=np.float64),
        np.array([len(example.notebook.cells) for example in used]),
    )
    figures = {
        **review_figures(fitted),
        "keep_order_kendall_tau": keep_order,
        "calibration_notebooks": len(used),
        "calibration_clusters": len({example.cluster for example in used}),
        "calibration_lessons": len({trial.notebook for trial in seen}),
    }
    temperature = best_gap_temperature([gap for examined in found for gap in examined.gaps])
    hidden = fitted.settings.hidden
    assert hidden is not None  # or no threshold would show anything
    changes = {
        "review": {**vars(fitted.settings), "hidden": FILE},
        "diagonal": diagonal,
        "gap_temperature": float(f"{temperature:.4g}"),
    }
    print(fitted.result.table())
    print(json.dumps({**changes, **figures}, indent=1))
    try:
        with _laid(bundle / FILE, hidden):
            update_manifest(bundle, changes, figures)
    except OSError as error:
        print(
            f"The manifest of {bundle} was not written ({error.strerror}); what was found is "
            "printed above. Make the folder writable and calibrate again.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
