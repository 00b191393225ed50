"""What was measured, as the member's file and as a table for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.members.priors import FORMAT
from jupyter_cellorder.members.rules.catalogue import RULES
from training.priors.measure import SIDES, Measured, Tally

LEAST = 0.7
"""Confidence from which a rule is asked: chosen on held-out notebooks among 0.7, 0.8 and 0.9."""

LEAST_REPOSITORIES = 5
"""A rule that spoke in fewer is left out, however right it was there."""


def kept(tally: Tally, least: float) -> bool:
    """Whether a rule is precise enough, in enough repositories, to be asked."""
    return tally.confidence >= least and len(tally.families) >= LEAST_REPOSITORIES


def record_of(measured: Measured, least: float) -> dict[str, Any]:
    """The content of ``priors.json``: the rules that are kept, with what was measured of them.

    Raises:
        CellOrderError: ``no-rules`` where none is precise enough.
    """
    rules: dict[str, dict[str, Any]] = {}
    for name in RULES:
        for side in SIDES:
            tally = measured.tallies.get((name, side))
            if tally is not None and kept(tally, least):
                rules.setdefault(name, {})[side] = {
                    "confidence": round(tally.confidence, 4),
                    "precision": round(tally.precision, 4),
                    "pairs": tally.pairs,
                    "notebooks": tally.notebooks,
                    "repositories": len(tally.families),
                }
    return _some(
        {"format": FORMAT, "least": least, "notebooks": measured.notebooks, "rules": rules}
    )


def confident(record: dict[str, Any], least: float) -> dict[str, Any]:
    """A record that was read, without the rules that are less confident.

    Raises:
        CellOrderError: ``no-rules`` where none is left; ``rules-missing``.
    """
    try:
        rules = {
            name: {side: one for side, one in sides.items() if one["confidence"] >= least}
            for name, sides in record["rules"].items()
        }
        left = {name: sides for name, sides in rules.items() if sides}
        return _some({**record, "least": max(least, record["least"]), "rules": left})
    except (AttributeError, KeyError, TypeError) as error:
        raise _no_rules("The file", repr(error), "FILE") from error


def _some(record: dict[str, Any]) -> dict[str, Any]:
    if not record["rules"]:
        raise CellOrderError(
            f"No rule has a confidence of {record['least']} on these {record['notebooks']} "
            "notebooks. Give more notebooks, of more repositories, or a lower --least.",
            "no-rules",
        )
    return record


def table(measured: Measured, least: float) -> str:
    """Every rule that spoke, the most confident first; a star marks those that are kept."""
    shown = sorted(measured.tallies.items(), key=lambda entry: -entry[1].confidence)
    width = max((len(name) for (name, _), _ in shown), default=4)
    lines = [
        f"  {'rule':<{width}}  pairs of   confidence  precision  notebooks  repositories"
        "      pairs  of all pairs",
        *(
            f"{'*' if kept(tally, least) else ' '} {name:<{width}}  {side:<9}"
            f"{tally.confidence:>12.3f}{tally.precision:>11.3f}{tally.notebooks:>11,}"
            f"{len(tally.families):>14,}{tally.pairs:>11,}"
            f"{tally.pairs / measured.pairs[side]:>14.2%}"
            for (name, side), tally in shown
        ),
    ]
    lines.append(
        f"{measured.notebooks:,} notebooks; a pair of 'code' is of a markdown and a code cell. "
        "Precision: repositories count alike, and so do the families of near-duplicates in one. "
        "Confidence: lower end of its 95 % interval (Wilson, over repositories)."
    )
    return "\n".join(lines)


def write_record(record: dict[str, Any], path: Path) -> None:
    """Write the member's file; it is there whole or not at all.

    Raises:
        CellOrderError: ``result-write``.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CellOrderError(
            f"{path} could not be written ({error}). Choose another place with --output.",
            "result-write",
        ) from error


def read_record(path: Path) -> dict[str, Any]:
    """Read a file that :func:`write_record` wrote; the member itself looks at its content.

    Raises:
        CellOrderError: ``rules-missing``.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_rules(path, str(error), path) from error
    if not isinstance(record, dict):
        raise _no_rules(path, "no table", path)
    return record


def _no_rules(what: object, why: str, path: object) -> CellOrderError:
    return CellOrderError(
        f"{what} holds no measured rules ({why}). Write them with "
        f"python -m training.priors --data CORPUS --output {path}.",
        "rules-missing",
    )
