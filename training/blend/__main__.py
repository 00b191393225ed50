"""``python -m training.blend BUNDLE --data VALIDATION``: fit temperatures and weights.

First the temperature of each member that has one, then all members' weights, directly on Kendall
tau. Both on held-out notebooks, never on training; the members are asked once. The manifest is
given the fitted numbers, and each member what it is worth where time is short.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from jupyter_cellorder.bundle import MANIFEST, MemberEntry, load_bundle, read_manifest
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sample import sample
from jupyter_cellorder.evaluation.splits import validation
from jupyter_cellorder.strategies import STRATEGIES
from training.blend.held_out import Asked, ask
from training.blend.mixtures import mixtures
from training.blend.report import Blend, table
from training.blend.temperatures import ADAPTERS, Fitted, fit
from training.blend.weights import Clock, Scores, cross_validated, search
from training.checkpoint import read_json
from training.loop.results import whole_folder
from training.manifest import MEASURED, update_manifest


class BlendError(CellOrderError):
    """What cannot be fitted; the message says why."""


def blend(
    members: tuple[MemberEntry, ...],
    temperatures: tuple[float | None, ...],
    asked: list[Asked],
    strategy: str,
    *,
    minutes: float | None = None,
    hours: float = 9.0,
    folds: int = 5,
    seed: int = 0,
) -> Blend:
    """Fit everything on what members said.

    Args:
        members: As the manifest has them.
        temperatures: Under which they answered; None for a member that has none.
        asked: Their answers.
        strategy: Whose K the weights are fitted on.
        minutes: For the searches; None: as long as they take.
        hours: That 20,000 notebooks may take with a mixture of 2022.
        folds: Of the cross-validation, at most; fewer where there are fewer repositories.
        seed: Of the folds.

    Raises:
        BlendError: ``nothing-asked``, or ``strategy-unfit``.
    """
    if not asked:
        raise BlendError(
            "No notebook could be asked: the members refused all of them. Give other notebooks.",
            "nothing-asked",
        )
    if strategy == "rank-mean" and all(answer.rank is None for answer in asked[0].answers):
        raise BlendError(
            "No member of the bundle has ranks, so there are no weights of rank-mean to fit. "
            "Choose another --strategy.",
            "strategy-unfit",
        )
    fitted: list[Fitted | None] = []
    for at, (member, present) in enumerate(zip(members, temperatures, strict=True)):
        if present is None:
            fitted.append(None)
            continue
        adapter = ADAPTERS[member.kind]
        found = fit(asked, at, adapter, present)
        fitted.append(found)
        asked = [
            one.with_answer(at, adapter(one.answers[at], present, found.fitted)) for one in asked
        ]
    scores, clock = Scores(asked, strategy), Clock(minutes)
    seconds = tuple(np.mean([one.seconds for one in asked], axis=0).tolist())
    # Under rank-mean only those with ranks can be weighed.
    among = [strategy != "rank-mean" or answer.rank is not None for answer in asked[0].answers]
    alone = tuple(
        scores.tau([float(other == at) for other in range(len(members))]) if among[at] else None
        for at in range(len(members))
    )
    weights = search(scores, among, clock)
    given = [member.weight * may for member, may in zip(members, among, strict=True)]
    clusters = len(set(scores.clusters))
    folds = min(folds, clusters)
    gain = None
    if folds > 1 and sum(among) > 1:
        gain = cross_validated(scores, among, clock, folds, seed)
    return Blend(
        members,
        strategy,
        len(asked),
        clusters,
        tuple(fitted),
        alone,
        seconds,
        weights,
        _values(scores, weights, among),
        scores.tau(given) if any(given) else None,
        scores.tau(weights),
        gain,
        tuple(mixtures(scores, [member.kind for member in members], seconds, hours, clock))
        if strategy != "rank-mean"
        else (),
        clock.is_over(),
    )


def _values(scores: Scores, weights: tuple[float, ...], among: list[bool]) -> tuple[float, ...]:
    """K lost when a member is left out; 0 for one without a weight, and for one alone."""
    whole = scores.tau(weights)
    values = []
    for at, weight in enumerate(weights):
        rest = [0.0 if other == at else own for other, own in enumerate(weights)]
        values.append(max(0.0, whole - scores.tau(rest)) if weight and any(rest) else 0.0)
    return tuple(values)


def save(folder: Path, found: Blend) -> None:
    """Write the numbers into a bundle, all of them or none.

    Raises:
        LoopError: It cannot be written.
    """
    least = min(weight for weight in found.weights if weight > 0)
    record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    entries = [
        {**entry, "weight": float(f"{weight / least:.4g}"), "value": round(value, 6)}
        for entry, weight, value in zip(record["members"], found.weights, found.values, strict=True)
    ]
    figures = {
        "blend": {
            "strategy": found.strategy,
            "notebooks": found.notebooks,
            "kendall_tau": found.fitted,
            **(
                {}
                if found.gain is None
                else {
                    "out_of_fold": found.gain.fitted,
                    "equal_weights": found.gain.equal,
                    "gain_ci95": list(found.gain.interval),
                }
            ),
        }
    }
    # A copy that takes the bundle's place: a member's file and the manifest change together.
    with whole_folder(folder) as part:
        shutil.copytree(folder, part, dirs_exist_ok=True)
        for member, fitted in zip(found.members, found.temperatures, strict=True):
            if fitted is not None:
                path = part / member.folder / f"{member.kind}.json"
                facts = json.loads(path.read_text(encoding="utf-8"))
                facts["temperature"] = float(f"{fitted.fitted:.6g}")
                path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        kept = {name: one for name, one in record["figures"].items() if name not in MEASURED}
        update_manifest(part, {"members": entries, "figures": kept}, figures)


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def parsed(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} must be above 0")
        return value

    parsed.__name__ = "number"  # what argparse calls it
    return parsed


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: fitted, and written unless ``--dry-run``; 2: not, with a sentence why."""
    made = argparse.ArgumentParser(
        prog="python -m training.blend",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("bundle", type=Path, help="folder of the bundle; it is rewritten")
    made.add_argument("--data", type=Path, required=True, help="held-out notebooks")
    made.add_argument(
        "--held-out",
        action="store_true",
        help="only the notebooks that training on this data held out (so it is, too, where a "
        "corpus comes split)",
    )
    made.add_argument(
        "--limit", type=_positive(int), default=300, help="notebooks asked, a seeded sample"
    )
    made.add_argument("--minutes", type=_positive(float), help="for the searches, not for asking")
    made.add_argument(
        "--hours",
        type=_positive(float),
        default=9.0,
        help="that 20,000 notebooks may take; slower mixtures of 2022 are not scored",
    )
    made.add_argument("--folds", type=_positive(int), default=5, help="of the cross-validation")
    made.add_argument(
        "--strategy", choices=STRATEGIES, help="whose K is fitted; the bundle's if left out"
    )
    made.add_argument("--seed", type=int, default=0, help="of the sample, the shuffles, the folds")
    made.add_argument("--dry-run", action="store_true", help="print, but write nothing")
    chosen = made.parse_args(arguments)
    try:
        manifest = read_manifest(chosen.bundle)
        ensemble = load_bundle(chosen.bundle)
        temperatures = tuple(
            float(read_json(chosen.bundle / member.folder, f"{member.kind}.json")["temperature"])
            if member.kind in ADAPTERS
            else None
            for member in manifest.members
        )
        examples = sample(validation(chosen.data, chosen.held_out), int(chosen.limit), chosen.seed)
        found = blend(
            manifest.members,
            temperatures,
            ask(examples, ensemble, chosen.seed),
            chosen.strategy or manifest.strategy,
            minutes=chosen.minutes,
            hours=chosen.hours,
            folds=int(chosen.folds),
            seed=chosen.seed,
        )
        print(table(found))
        if not chosen.dry_run:
            save(chosen.bundle, found)
            print(
                f"Written: {chosen.bundle / MANIFEST}; scores of the old weights are gone. Next: "
                "python -m training.calibrate (review mode was fitted on those), jupyter "
                "cellorder evaluate, python -m training.card."
            )
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
