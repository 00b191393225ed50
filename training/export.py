"""``python -m training.export RUN --output BUNDLE``: a trained run to a bundle."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.strategies import DEFAULT
from training.checkpoint import damaged, read_json
from training.context.export import export_context
from training.loop.results import whole_folder
from training.manifest import write_manifest
from training.parity import ExportError, check_parity
from training.sequences.export import export_pairwise, export_pointwise


class Export(Protocol):
    """Writes a member's folder, which does not exist yet, from a run's checkpoint."""

    def __call__(self, checkpoint: Path, folder: Path, quantise: bool) -> float:
        """The largest difference of a probability between the backends.

        Args:
            checkpoint: See :mod:`training.checkpoint`.
            folder: What a reader of :data:`jupyter_cellorder.bundle.READERS` reads.
            quantise: int8 weights inside the ONNX files.

        Raises:
            ExportError: ``checkpoint-damaged``.
        """


KINDS: dict[str, Export] = {
    "context": export_context,
    "pairwise": export_pairwise,
    "pointwise": export_pointwise,
}


@dataclass(frozen=True)
class Plan:
    """What a bundle is made of: the recipe's name, how members answer together, and the members."""

    recipe: str
    strategy: str
    members: list[Part]


@dataclass(frozen=True)
class Part:
    """A member to be: its name and folder in the bundle, its weight, and where it lies."""

    name: str
    weight: float
    checkpoint: Path
    kind: str


def plan(run: Path) -> Plan:
    """What a run is exported as: one member, or an ensemble.

    Raises:
        ExportError: ``run-missing`` where a run is not finished, ``checkpoint-damaged``.
    """
    if not (run / "ensemble.json").exists():
        kind = _kind(run)
        part = Part(kind, 1.0, run / "checkpoint", kind)
        return Plan(_recipe(part), DEFAULT, [part])
    record = read_json(run, "ensemble.json")
    try:
        recipe, strategy = str(record["recipe"]), str(record.get("strategy", DEFAULT))
        named = [(str(entry["name"]), float(entry["weight"])) for entry in record["members"]]
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(run / "ensemble.json", error) from error
    members = [
        Part(name, weight, run / name / "checkpoint", _kind(run / name)) for name, weight in named
    ]
    return Plan(recipe, strategy, members)


def _kind(run: Path) -> str:
    for kind in KINDS:
        if (run / "checkpoint" / f"{kind}.json").exists():
            return kind
    raise ExportError(
        f"{run} holds no finished run of a member (no checkpoint/"
        f"{', '.join(f'{kind}.json' for kind in KINDS)}). "
        "Finish it: python -m training.run RECIPE --data CORPUS --output RUN.",
        "run-missing",
    )


def _recipe(part: Part) -> str:
    return str(read_json(part.checkpoint, f"{part.kind}.json").get("recipe", ""))


def bundle(run: Path, output: Path, name: str | None, corpus: str, quantise: bool) -> None:
    """Write a bundle; it appears whole or not at all.

    Raises:
        ExportError: ``run-missing``, ``checkpoint-damaged``, ``output-exists``, or ``parity``.
        LoopError: It cannot be written.
    """
    made_of = plan(run)
    if output.exists():
        raise ExportError(f"{output} exists. Remove it or choose another folder.", "output-exists")
    with whole_folder(output) as folder:
        _fill(folder, made_of, name or made_of.recipe, corpus, quantise)
        for path in folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


def _fill(folder: Path, made_of: Plan, name: str, corpus: str, quantise: bool) -> None:
    parities: dict[str, float] = {}
    entries: list[dict[str, Any]] = []
    for part in made_of.members:
        difference = KINDS[part.kind](part.checkpoint, folder / part.name, quantise)
        print(f"{part.name}: largest difference of a probability {difference:.1e}", flush=True)
        if quantise:
            # What torch would read: twice the size, and not what these files compute with.
            (folder / part.name / "weights.safetensors").unlink()
        else:
            check_parity(difference)
        parities[part.name] = difference
        entries.append(
            {
                "name": part.name,
                "kind": part.kind,
                "weight": part.weight,
                "folder": part.name,
                "backends": ["onnx"] if quantise else ["onnx", "torch"],
            }
        )
    figures = {
        "parity": max(parities.values()),
        "parities": parities,
        "weights": "int8" if quantise else "fp16",
    }
    write_manifest(folder, name, made_of.recipe, corpus, entries, figures, made_of.strategy)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: exported; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    made.add_argument("run", type=Path, help="folder of a run, as training.run wrote it")
    made.add_argument(
        "--output", type=Path, required=True, help="folder of the bundle; must not exist"
    )
    made.add_argument("--name", help="the bundle's name; the recipe's where it is left out")
    made.add_argument("--corpus", default="", help="what it was trained on, for the manifest")
    made.add_argument(
        "--quantise",
        action="store_true",
        help="matrices in int8: smaller and faster, less exact; for ONNX Runtime only",
    )
    chosen = made.parse_args(arguments)
    try:
        bundle(chosen.run, chosen.output, chosen.name, chosen.corpus, chosen.quantise)
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Exported: {chosen.output}")
    if chosen.quantise:
        print(
            "The differences are what int8 costs; no limit was set to them. Judge by K: "
            f"jupyter cellorder evaluate NOTEBOOKS --bundle {chosen.output}"
        )
    print(f"Next: python -m training.calibrate {chosen.output} --data VALIDATION")
    return 0


if __name__ == "__main__":
    sys.exit(main())
