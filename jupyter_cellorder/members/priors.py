"""The ``priors`` member: what numbers, titles and lists of contents say of the order of cells.

Rules in place of a network (:mod:`jupyter_cellorder.members.rules`). Each rule's confidence is its
precision on a corpus, measured by ``python -m training.priors``; rules that were not precise enough
there are not in the member's file and are never asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.members.latest import Latest
from jupyter_cellorder.members.memory import Memory
from jupyter_cellorder.members.rules.catalogue import RULES
from jupyter_cellorder.members.rules.reading import Reading, read
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement, Precedence

FORMAT = 1
FILE = "priors.json"
REMEMBERED_CELLS = 20_000


@dataclass(frozen=True)
class Confidence:
    """How often a rule is right; None where it is not to be asked.

    Attributes:
        markdown: for a pair of markdown cells, above 0.5.
        code: for a markdown and a code cell, above 0.5.
    """

    markdown: float | None = None
    code: float | None = None


class PriorsMember:
    """See the module's text.

    Where several rules speak about a pair, the surest on either side counts, one against the other.
    Where none does, the pair's probability is exactly 0.5: the member abstains. What it says is
    `added` to the other members' answers. A gap is as likely as the surest pair that it would put
    the wrong way round is wrong, and gaps that break no rule are equally likely: pairs of one rule
    are right or wrong together, so they are not multiplied. On valid (130 notebooks, one to three
    markdown cells displaced, shipped thresholds) the product of all pairs brought three times as
    many false moves of review mode as no gaps, the surest pair half of that.
    """

    def __init__(self, name: str, confidences: Mapping[str, Confidence]) -> None:
        self._name = name
        self._confidences = dict(confidences)
        self._known: Memory[Reading] = Memory()
        self._pairs: Latest[np.float64] = Latest()

    @property
    def name(self) -> str:
        """Name inside the bundle."""
        return self._name

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        """See :class:`jupyter_cellorder.members.base.Member`."""
        n = len(placement.anchors)
        odds = self._log_odds([*placement.anchors, *placement.floats])
        earlier = 1 / (1 + np.exp(-odds))
        return Precedence(
            after=earlier[:n, n:].T,
            before=earlier[n:, n:],
            gap=gap_shares(odds[:n, n:].T),
            added=True,
        )

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        """See :class:`jupyter_cellorder.members.base.Member`: there is no network."""
        return 0.0

    def _log_odds(self, cells: Sequence[Cell]) -> NDArray[np.float64]:
        keys = [blake2b(f"{c.kind}\0{c.source}".encode(), digest_size=16).digest() for c in cells]
        for key, cell in zip(keys, cells, strict=True):
            if key not in self._known:
                self._known.keep(key, read(cell))
        readings = self._known.take(keys, REMEMBERED_CELLS)
        return self._pairs.of(
            keys, lambda order: log_odds([readings[at] for at in order], self._confidences)
        )


def log_odds(
    cells: Sequence[Reading], confidences: Mapping[str, Confidence]
) -> NDArray[np.float64]:
    """(L, L) log-odds that the row's cell stands before the column's; 0 where no rule speaks."""
    markdown = np.array([cell.markdown for cell in cells], dtype=np.bool_)
    both = markdown[:, None] & markdown[None, :]
    surest = np.zeros((len(cells), len(cells)))
    for name, confidence in confidences.items():
        found = RULES[name](cells)
        if not found.any():
            continue
        for value, where in ((confidence.markdown, both), (confidence.code, ~both)):
            if value is not None:
                sure = math.log(value / (1 - value))
                np.maximum(surest, sure, out=surest, where=found & where)
    odds: NDArray[np.float64] = surest - surest.T
    return odds


def gap_shares(after: NDArray[np.float64]) -> NDArray[np.float64]:
    """(M, N + 1) probabilities of the gaps, from (M, N) log-odds of standing after each anchor.

    The logarithm of a gap is less by the log-odds of the surest pair that it breaks.
    """
    floats, anchors = after.shape
    broken = np.zeros((floats, anchors + 1))
    # In gap g a float stands after the anchors 0..g-1 and before the others.
    broken[:, :-1] = np.maximum.accumulate(np.maximum(after, 0)[:, ::-1], axis=1)[:, ::-1]
    broken[:, 1:] = np.maximum(broken[:, 1:], np.maximum.accumulate(np.maximum(-after, 0), axis=1))
    share = np.exp(-broken)
    shares: NDArray[np.float64] = share / share.sum(axis=1, keepdims=True)
    return shares


def load_priors(name: str, folder: Path, backend: str, threads: int | None) -> PriorsMember:
    """Read the member's folder: ``priors.json``, as ``python -m training.priors`` writes it.

    The arithmetic needs no backend, so any will do.

    Raises:
        BundleError: ``bundle-version`` where the file is of another format or names a rule that
            this version does not have, ``bundle-corrupt`` where a number in it makes no sense.
    """
    record = json.loads((folder / FILE).read_text(encoding="utf-8"))
    if record["format"] != FORMAT:
        raise BundleError(
            f"{folder / FILE} has format {record['format']}; this version of jupyter-cellorder "
            f"reads format {FORMAT}. Upgrade jupyter-cellorder, or measure the rules again with "
            "python -m training.priors.",
            "bundle-version",
        )
    unknown = sorted(set(record["rules"]) - RULES.keys())
    if unknown:
        raise BundleError(
            f"{folder / FILE} names the rule {unknown[0]!r}, which this version of "
            "jupyter-cellorder does not have. Upgrade jupyter-cellorder, or measure the rules "
            "again with python -m training.priors.",
            "bundle-version",
        )
    return PriorsMember(
        name, {rule: _confidence(folder, rule, sides) for rule, sides in record["rules"].items()}
    )


def _confidence(folder: Path, rule: str, sides: Mapping[str, Mapping[str, float]]) -> Confidence:
    values = {side: float(measured["confidence"]) for side, measured in sides.items()}
    if (
        not values
        or values.keys() - {"markdown", "code"}
        or not all(0.5 < value < 1 for value in values.values())
    ):
        raise BundleError(
            f"{folder / FILE} gives the rule {rule!r} confidences that make no sense: they are for "
            "'markdown' and 'code', between 0.5 and 1. Measure the rules again with "
            "python -m training.priors.",
            "bundle-corrupt",
        )
    return Confidence(**values)
