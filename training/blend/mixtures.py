"""Ensembles of one to three pointwise members with one pairwise, as the team of 2022 chose theirs.

They had nine hours for 20,000 notebooks: about 1.5 for a pointwise model and 4 for the pairwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

from training.blend.weights import Clock, Scores, search

NOTEBOOKS = 20_000
MOST_POINTWISE = 3


@dataclass(frozen=True)
class Mixture:
    """Some members together.

    Attributes:
        name: As in 2022: "2-1" is two pointwise members and one pairwise.
        members: Their indices in the ensemble.
        hours: For 20,000 notebooks, on the machine that was asked, one question at a time.
        equal: K with equal weights; None where ``hours`` is beyond the limit.
        fitted: K with weights fitted on the same notebooks; None as well.
        weights: Those, of all members of the ensemble; empty as well.
    """

    name: str
    members: tuple[int, ...]
    hours: float
    equal: float | None
    fitted: float | None
    weights: tuple[float, ...]


def mixtures(
    scores: Scores, kinds: Sequence[str], seconds: Sequence[float], limit: float, clock: Clock
) -> list[Mixture]:
    """Every mixture of the ensemble's members that 2022 knew, those within the limit scored.

    Args:
        scores: Of the notebooks asked.
        kinds: Of the members.
        seconds: That a member takes for a notebook.
        limit: Hours that 20,000 notebooks may take.
        clock: Ends the searches.
    """
    ranked = [at for at, kind in enumerate(kinds) if kind == "pointwise"]
    paired = [at for at, kind in enumerate(kinds) if kind == "pairwise"]
    found = []
    for count in range(1, min(MOST_POINTWISE, len(ranked)) + 1):
        for chosen, last in product(combinations(ranked, count), paired):
            members = (*chosen, last)
            among = [at in members for at in range(len(kinds))]
            hours = NOTEBOOKS * sum(seconds[at] for at in members) / 3600
            equal, fitted = None, None
            weights: tuple[float, ...] = ()
            if hours <= limit:
                equal = scores.tau([float(may) for may in among])
                weights = search(scores, among, clock)
                fitted = scores.tau(weights)
            found.append(Mixture(f"{count}-1", members, hours, equal, fitted, weights))
    return found
