"""What the answers say of a place, and how sure they are of the cell."""

from __future__ import annotations

import math

import numpy as np

from jupyter_cellorder.precedence import Array
from jupyter_cellorder.review.features.subject import LEAST_LOG, Subject
from jupyter_cellorder.review.places import Places, Values

_MOST_ODDS = 4.0  # log-odds are kept within this

OF_PLACES = (
    "alone",  # log-probability with everything else in place
    "alone_best",  # whether that is the largest
    "alone_between_code",  # that of all places with the same neighbours in code
    "alone_beside",  # the larger one of the places right beside
    "together",  # with all doubtful cells floating
    "together_best",  # whether that is the largest
    "in_folds",  # log-probability when its fold was asked about
    "in_folds_best",  # whether that is the largest
    "among_code",  # log-probability of these neighbours in code, all markdown floating
    "crowd",  # log number of places with the same neighbours in code
    "demand",  # markdown expected there in that answer, less what there is, -3..3
    "before_all",  # log-odds of standing right with all markdown before and behind
    "before_previous",  # the same with the nearest markdown before
    "before_next",  # and the nearest behind
)
OF_DOUBT = (
    "doubt_best",  # log-probability of the likeliest place
    "doubt_lead",  # between the likeliest places with other and others neighbours in code
    "doubt_present",  # log-probability of the present place
    "doubt_entropy",  # nats
    "doubt_together_present",  # with all doubtful cells floating
    "doubt_folds_present",  # log-probability of the present place when its fold was asked about
    "doubt_rank",  # how many cells are more doubtful
    "doubt_others",  # other cells that seem misplaced, at most 4
)


def of_places(subject: Subject, at: Places) -> dict[str, Values]:
    """The features :data:`OF_PLACES`."""
    answers = subject.answers
    alone = np.maximum(answers.alone[at.index], LEAST_LOG)
    together = np.maximum(answers.together[at.index], LEAST_LOG)
    in_folds = np.maximum(answers.in_folds[at.index], LEAST_LOG)
    row = answers.floats.index(at.index)
    # Places with the same neighbours in code, and those neighbours where all markdown floats:
    # there pinned markdown, which does not, parts them too.
    code = at.passed(~subject.markdown)
    anchors = at.passed(~subject.floating)
    among = np.maximum(subject.log_gap[row], LEAST_LOG)[anchors]
    here = np.bincount(anchors, minlength=subject.expected.shape[1]) - 1
    demand = subject.expected.sum(axis=0) - subject.expected[row] - here
    # Log-odds that this cell stands before each other one; misplaced ones have no say.
    odds = np.zeros(at.count)
    before = np.clip(answers.among_code.before[row], 1e-4, 1 - 1e-4)
    odds[list(answers.floats)] = np.clip(np.log(before / (1 - before)), -_MOST_ODDS, _MOST_ODDS)
    steady = subject.markdown.copy()
    steady[[*subject.others_misplaced(at.index), at.index]] = False
    odds[~steady] = 0.0
    previous, following = at.nearest(steady)
    scale = 2 * math.sqrt(len(answers.floats))
    edged = np.concatenate([[LEAST_LOG], alone, [LEAST_LOG]])
    return {
        "alone": alone,
        "alone_best": alone == alone.max(),
        "alone_between_code": _between_code(subject, at)[code],
        "alone_beside": np.maximum(edged[:-2], edged[2:]),
        "together": together,
        "together_best": together == together.max(),
        "in_folds": in_folds,
        "in_folds_best": in_folds == in_folds.max(),
        "among_code": among,
        "crowd": np.log(np.bincount(code)[code]),
        "demand": np.clip(demand[anchors], -3, 3),
        "before_all": (odds.sum() - 2 * at.passed(odds)) / scale,
        "before_previous": np.where(previous >= 0, -odds[previous], 0.0),
        "before_next": np.where(following >= 0, odds[following], 0.0),
    }


def of_doubt(subject: Subject, at: Places) -> dict[str, float]:
    """The features :data:`OF_DOUBT`."""
    alone = subject.answers.alone[at.index]
    best = np.sort(_between_code(subject, at))[::-1]
    together = float(subject.answers.together[at.index][at.index])
    in_folds = float(subject.answers.in_folds[at.index][at.index])
    return {
        "doubt_best": max(float(alone.max()), LEAST_LOG),
        "doubt_lead": float(best[0] - best[1]) if len(best) > 1 else -LEAST_LOG,
        "doubt_present": max(float(alone[at.index]), LEAST_LOG),
        "doubt_entropy": -float((np.exp(alone) * alone).sum()),
        "doubt_together_present": max(together, LEAST_LOG),
        "doubt_folds_present": max(in_folds, LEAST_LOG),
        "doubt_rank": float(subject.doubtful.index(at.index)),
        "doubt_others": float(min(len(subject.others_misplaced(at.index)), 4)),
    }


def _between_code(subject: Subject, at: Places) -> Array:
    """(code cells + 1) log-probability of all places before, between and behind code cells."""
    code = at.passed(~subject.markdown)
    shares = np.bincount(code, weights=np.exp(subject.answers.alone[at.index]))
    logs: Array = np.log(np.maximum(shares, math.exp(LEAST_LOG)))
    return logs
