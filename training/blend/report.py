"""What was fitted, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_cellorder.bundle import MemberEntry
from training.blend.mixtures import NOTEBOOKS, Mixture
from training.blend.temperatures import Fitted
from training.blend.weights import Gain, shown


@dataclass(frozen=True)
class Blend:
    """All that was fitted.

    Attributes:
        members: As the manifest had them.
        strategy: What K is of.
        notebooks: Asked.
        clusters: Repositories, or families.
        temperatures: By member; None for a member that has none.
        alone: K of each member alone; None where the strategy cannot be followed by it.
        seconds: Of each member, for a notebook.
        weights: Fitted on all notebooks.
        values: K lost when a member is left out of those, never below 0.
        present: K with the manifest's weights; None where those leave nobody.
        fitted: K with the fitted weights, on the notebooks that they were fitted on.
        gain: Out of fold; None where there are too few repositories or members.
        mixtures: Those of 2022.
        cut_off: Whether the time limit ended the search.
    """

    members: tuple[MemberEntry, ...]
    strategy: str
    notebooks: int
    clusters: int
    temperatures: tuple[Fitted | None, ...]
    alone: tuple[float | None, ...]
    seconds: tuple[float, ...]
    weights: tuple[float, ...]
    values: tuple[float, ...]
    present: float | None
    fitted: float
    gain: Gain | None
    mixtures: tuple[Mixture, ...]
    cut_off: bool


def table(blend: Blend) -> str:
    """The whole report."""
    parts = [_members(blend), _weights(blend)]
    if blend.mixtures:
        parts.append(_mixtures(blend))
    parts.append(
        f"{blend.notebooks:,} notebooks of {blend.clusters:,} repositories, "
        f"strategy {blend.strategy}."
    )
    if blend.cut_off:
        parts.append("The search was cut off by --minutes; with more it may find better weights.")
    return "\n\n".join(parts)


def _members(blend: Blend) -> str:
    rows = [["member", "kind", "temperature", "log-loss", "K alone", "seconds", "weight", "value"]]
    least = min(weight for weight in blend.weights if weight > 0)
    for at, member in enumerate(blend.members):
        fitted, alone = blend.temperatures[at], blend.alone[at]
        rows.append(
            [
                member.name,
                member.kind,
                "" if fitted is None else f"{fitted.present:.3g} -> {fitted.fitted:.3g}",
                "" if fitted is None else f"{fitted.before:.4f} -> {fitted.after:.4f}",
                "" if alone is None else f"{alone:.4f}",
                f"{blend.seconds[at]:.3f}",
                f"{blend.weights[at] / least:.3g}",
                f"{blend.values[at]:.4f}",
            ]
        )
    return aligned(rows, left=4)


def _weights(blend: Blend) -> str:
    rows = [["weights", "Kendall tau"]]
    gain = blend.gain
    if gain is not None:
        rows.append(["equal", f"{gain.equal:.4f}"])
    given = shown([member.weight for member in blend.members])
    if blend.present is not None:
        rows.append([f"as they were, {given}", f"{blend.present:.4f}"])
    if gain is not None:
        rows.append([f"fitted, {gain.folds} folds, out of fold", f"{gain.fitted:.4f}"])
    rows.append([f"fitted, {shown(blend.weights)}, on the same notebooks", f"{blend.fitted:.4f}"])
    lines = [aligned(rows, left=1)]
    if gain is not None:
        low, high = gain.interval
        lines.append(
            f"Gain of fitted over equal weights, out of fold: {gain.fitted - gain.equal:+.4f} "
            f"(95 % interval {low:+.4f} .. {high:+.4f}, paired, by repository)"
        )
    return "\n".join(lines)


def _mixtures(blend: Blend) -> str:
    rows = [["mixture", "members", f"hours for {NOTEBOOKS:,}", "equal", "fitted", "weights"]]
    for one in blend.mixtures:
        names = " + ".join(blend.members[at].name for at in one.members)
        if one.equal is None or one.fitted is None:
            rows.append([one.name, names, f"{one.hours:.1f}", "too slow", "", ""])
            continue
        weights = shown([one.weights[at] for at in one.members])
        rows.append(
            [one.name, names, f"{one.hours:.1f}", f"{one.equal:.4f}", f"{one.fitted:.4f}", weights]
        )
    return aligned(rows, left=2)


def aligned(rows: Sequence[Sequence[str]], left: int) -> str:
    """Columns two spaces apart; the first ``left`` of them, and words, to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
