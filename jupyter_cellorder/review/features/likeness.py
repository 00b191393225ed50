"""Words that the cell shares with those beside a place."""

from __future__ import annotations

import numpy as np

from jupyter_cellorder.review.features.subject import Subject
from jupyter_cellorder.review.places import Places, Values

NAMES = (
    "alike_behind",  # cosine of TF-IDF with the cell before the place
    "alike_before",  # and with that behind it
    "alike_code_behind",  # with the nearest code before
    "alike_code_before",  # and behind
    "named_code_behind",  # share of the cell's weight whose words occur in that code
    "named_code_before",
    "named_code_before_lead",  # less the largest such share at another place
    "alike_ahead",  # cosine with the most alike of the next three cells
)


def of(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`NAMES`."""
    alike, named = subject.words.of(at.index)
    previous, following = at.nearest(~subject.markdown)
    ahead = np.max([at.before(alike, steps) for steps in (1, 2, 3)], axis=0)
    behind = np.where(previous >= 0, named[previous], 0.0)
    before = np.where(following >= 0, named[following], 0.0)
    most = before.max()
    # Places with the same code behind them have the same share; the lead is over other shares.
    second = before[before < most].max(initial=0.0)
    return {
        "alike_behind": at.behind(alike),
        "alike_before": at.before(alike),
        "alike_code_behind": np.where(previous >= 0, alike[previous], 0.0),
        "alike_code_before": np.where(following >= 0, alike[following], 0.0),
        "named_code_behind": behind,
        "named_code_before": before,
        "named_code_before_lead": before - np.where(before == most, second, most),
        "alike_ahead": ahead,
    }
