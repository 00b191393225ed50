"""How often each rule is right on notebooks whose order is known."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.members.rules.catalogue import RULES
from jupyter_cellorder.members.rules.reading import read

SIDES = ("markdown", "code")
"""Pairs of two markdown cells, and of a markdown and a code cell."""

_Z = 1.96  # of a 95 % interval


@dataclass
class Tally:
    """What one rule said of one side's pairs.

    Attributes:
        notebooks: in which it spoke.
        pairs: that it spoke about.
        right: of them.
        families: repository to family of near-duplicates to (pairs, right ones).
    """

    notebooks: int = 0
    pairs: int = 0
    right: int = 0
    families: dict[str, dict[str, tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def add(self, repository: str, family: str, pairs: int, right: int) -> None:
        """Count one notebook."""
        self.notebooks += 1
        self.pairs += pairs
        self.right += right
        known = self.families[repository].get(family, (0, 0))
        self.families[repository][family] = (known[0] + pairs, known[1] + right)

    @property
    def precision(self) -> float:
        """Share of right pairs; repositories count alike, and so do the families of one."""
        return fmean(
            fmean(right / pairs for pairs, right in families.values())
            for families in self.families.values()
        )

    @property
    def confidence(self) -> float:
        """Lower end of Wilson's 95 % interval of the precision, repositories being the trials."""
        return wilson(self.precision, len(self.families))


@dataclass(frozen=True)
class Measured:
    """Tallies of all rules that spoke, by (rule, side), and what they were taken over.

    Attributes:
        tallies: by rule and side.
        notebooks: read.
        pairs: side to number of pairs of all notebooks, spoken about or not.
    """

    tallies: Mapping[tuple[str, str], Tally]
    notebooks: int
    pairs: Mapping[str, int]


def measure(examples: Iterable[Example]) -> Measured:
    """Ask every rule about every notebook, in the author's order."""
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    pairs = dict.fromkeys(SIDES, 0)
    notebooks = 0
    for example in examples:
        notebooks += 1
        cells = [read(cell) for cell in example.notebook.cells]
        markdown = np.array([cell.markdown for cell in cells])
        sides = {
            "markdown": markdown[:, None] & markdown[None, :],
            "code": markdown[:, None] != markdown[None, :],
        }
        for side, where in sides.items():
            pairs[side] += int(np.triu(where, 1).sum())
        for name, rule in RULES.items():
            found = rule(cells)
            if not found.any():
                continue
            for side, where in sides.items():
                spoken = found & where
                if spoken.any():
                    right = int(np.triu(spoken, 1).sum())
                    tallies[name, side].add(
                        example.cluster, example.ancestor, int(spoken.sum()), right
                    )
    return Measured(dict(tallies), notebooks, pairs)


def wilson(share: float, trials: int) -> float:
    """Lower end of Wilson's 95 % interval of a share (E. B. Wilson, 1927)."""
    middle = share + _Z**2 / (2 * trials)
    spread = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return max(0.0, (middle - spread) / (1 + _Z**2 / trials))
