"""The main job: a notebook goes in, the places of its markdown come out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from typing import Any

from jupyter_cellorder.decode import (
    fewest_moves,
    in_turn,
    least_inversions,
    likeliest_gaps,
    monotone_alignment,
    support,
)
from jupyter_cellorder.ensemble import Ensemble, check
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.hearing import Voice, hear
from jupyter_cellorder.layout import Layout, movable
from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.precedence import Precedence
from jupyter_cellorder.review.moves import review
from jupyter_cellorder.review.questions import most_questions
from jupyter_cellorder.review.settings import Eagerness


class Mode(str, Enum):
    """What is asked.

    `review`: which markdown stands in the wrong place? `selected`: where do the selected cells
    belong? `all`: where does all markdown belong, its present place telling nothing?
    """

    REVIEW = "review"
    SELECTED = "selected"
    ALL = "all"


@dataclass(frozen=True)
class Move:
    """One cell taken out of its place and put into another.

    Attributes:
        cell_id: the cell.
        from_index: its index in the present order.
        to_index: its index in the suggested order.
        gain: drop in expected inversions when this cell alone is moved; zero for an empty cell,
            which only follows the cell before it.
        confidence: 0..1. In review mode the calibrated probability that the move is right; in
            mode `selected` that of the gap it goes to; in mode `all` the mean probability, over
            the cells that it crosses, that it belongs on their other side.
    """

    cell_id: str
    from_index: int
    to_index: int
    gain: float
    confidence: float


@dataclass(frozen=True)
class Suggestion:
    """An order for the whole notebook and the fewest moves that lead to it.

    Attributes:
        mode: what was asked.
        order: every id once; code and raw cells in their present order.
        moves: markdown cells only, in the reading order of the suggestion.
        notice: None where there are moves, else why there are none: `in-order`, `no-cells`,
            `no-markdown` (no markdown that could be moved) or `no-code` (nothing to place it by).
        members: who spoke, for how many cells and how long; empty where nobody was asked.
    """

    mode: Mode
    order: tuple[str, ...]
    moves: tuple[Move, ...]
    notice: str | None
    members: tuple[Voice, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The fields as the REST interface and `--json` name them."""
        return {
            "mode": self.mode.value,
            "order": list(self.order),
            "moves": [
                {
                    "cell": move.cell_id,
                    "from": move.from_index,
                    "to": move.to_index,
                    "gain": move.gain,
                    "confidence": move.confidence,
                }
                for move in self.moves
            ],
            "notice": self.notice,
            "members": [
                {"name": voice.name, "cells": voice.cells, "seconds": round(voice.seconds, 4)}
                for voice in self.members
            ],
        }


def suggest(
    notebook: Notebook,
    ensemble: Ensemble,
    mode: Mode | str = Mode.REVIEW,
    *,
    selected: Collection[str] = (),
    keep_markdown_order: bool = False,
    eagerness: Eagerness | str = Eagerness.BALANCED,
    budget: float | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Suggestion:
    """Say where the markdown of a notebook belongs.

    Whatever the strategy that the ensemble is evaluated by, code never moves: the members'
    probabilities are mixed, and gains and confidences are read from the mixture.

    Args:
        notebook: the notebook in its present order.
        ensemble: who is asked, from `load_bundle`.
        mode: see `Mode`.
        selected: in mode `selected`, the ids of the cells to place; code, raw, pinned and empty
            cells among them stay where they are.
        keep_markdown_order: in the modes `selected` and `all`, the placed cells keep their order
            among themselves. Review mode moves single cells and has no use for it.
        eagerness: in review mode, how sure a move must be to be suggested; see `Eagerness`.
        budget: seconds that members may take, None for all they need; the cheapest is always
            heard. See `jupyter_cellorder.budget`.
        cancelled: asked between member calls.

    Raises:
        RequestError: `unknown-mode`, `unknown-eagerness`, `unknown-cell`, `nothing-selected` or
            `bad-budget`.
        Cancelled: `cancelled` returned true.
    """
    mode = _mode(mode)
    wanted = Eagerness.named(eagerness)
    if budget is not None and not 0 < budget < math.inf:
        raise RequestError(
            f"A budget of {budget} seconds makes no sense. Give a number above 0, or none.",
            "bad-budget",
        )
    check(cancelled)
    chosen = _selected(notebook, selected) if mode is Mode.SELECTED and notebook.cells else None
    notice = _nothing_to_do(notebook)
    if notice is not None:
        return Suggestion(mode, notebook.ids, (), notice)
    if mode is Mode.REVIEW:
        hearing = hear(ensemble, budget, most_questions(ensemble.review, len(movable(notebook))))
        reviewed = review(notebook, hearing, cancelled, wanted)
        if reviewed is None:
            return Suggestion(mode, notebook.ids, (), "in-order", hearing.voices)
        return _suggestion(
            notebook,
            mode,
            reviewed.layout,
            reviewed.precedence,
            reviewed.order,
            hearing.voices,
            reviewed.confidence,
        )
    hearing = hear(ensemble, budget, 1)
    every = movable(notebook)
    floats = every if chosen is None else movable(notebook, chosen)
    # Evenly spread is all markdown of a notebook, and its whole order is what members were taught
    # to keep; neither holds for a few cells of it.
    ordered = keep_markdown_order and len(floats) == len(every)
    if not keep_markdown_order:
        floats = _by_content(notebook, floats)
    layout = Layout(notebook, floats, ordered=ordered)
    answer = hearing.precedence(layout.placement, cancelled)
    check(cancelled)
    if keep_markdown_order:
        order = monotone_alignment(answer, ensemble.diagonal if ordered else 0.0)
    elif mode is Mode.SELECTED:
        order = likeliest_gaps(answer, _twins(notebook, floats))
    else:
        order = in_turn(least_inversions(answer), answer.anchors, _twins(notebook, floats))
    sure = None
    if mode is Mode.SELECTED:
        sure = _gap_confidence(layout, answer, order, ensemble.gap_temperature)
    return _suggestion(notebook, mode, layout, answer, order, hearing.voices, sure)


def _mode(mode: Mode | str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        known = ", ".join(each.value for each in Mode)
        raise RequestError(
            f"There is no mode {str(mode)!r}. Use one of: {known}.", "unknown-mode"
        ) from None


def _selected(notebook: Notebook, selected: Collection[str]) -> set[str]:
    if not selected:
        raise RequestError(
            "No cell is selected. Select at least one markdown cell.", "nothing-selected"
        )
    unknown = set(selected).difference(notebook.ids)
    if unknown:
        raise RequestError(
            f"The notebook has no cell {min(unknown)!r}. Select cells of this notebook.",
            "unknown-cell",
        )
    chosen = set(movable(notebook, selected))
    if not chosen:
        raise RequestError(
            "None of the selected cells can be placed. Select at least one markdown cell that "
            "has text and is not locked.",
            "nothing-selected",
        )
    return chosen


def _nothing_to_do(notebook: Notebook) -> str | None:
    if not notebook.cells:
        return "no-cells"
    if not movable(notebook):
        return "no-markdown"
    if all(cell.is_empty for cell in notebook.cells if cell.kind == "code"):
        return "no-code"
    return None


def _by_content(notebook: Notebook, floats: list[str]) -> list[str]:
    """The same ids in an order that tells nothing of the present one, so that ties leak nothing."""
    source = {cell.id: cell.source for cell in notebook.cells}
    return sorted(floats, key=lambda name: hashlib.sha256(source[name].encode()).digest())


def _twins(notebook: Notebook, floats: Sequence[str]) -> list[list[int]]:
    """Places in `floats` of cells of one text, each group in its present order.

    To exchange two of them changes nothing that can be read.
    """
    present = {cell.id: (at, cell.source) for at, cell in enumerate(notebook.cells)}
    groups: dict[str, list[int]] = {}
    for at, name in sorted(enumerate(floats), key=lambda entry: present[entry[1]][0]):
        groups.setdefault(present[name][1], []).append(at)
    return [group for group in groups.values() if len(group) > 1]


def _suggestion(
    notebook: Notebook,
    mode: Mode,
    layout: Layout,
    answer: Precedence,
    decoded: Sequence[int],
    voices: tuple[Voice, ...],
    confidence: Mapping[str, float] | None = None,
) -> Suggestion:
    """Put the cells in order and find the fewest moves and what speaks for each."""
    order = layout.arrange(decoded, keep_place=mode is not Mode.ALL)
    names = fewest_moves(notebook.ids, order, layout.travelling)
    found = _supports(layout, answer, decoded, set(names))
    present = {name: index for index, name in enumerate(notebook.ids)}
    suggested = {name: index for index, name in enumerate(order)}
    moves = []
    for name in names:
        cell_id, gain, sure = found[name]
        if confidence is not None:
            sure = confidence[cell_id]
        moves.append(Move(name, present[name], suggested[name], gain, sure))
    return Suggestion(mode, order, tuple(moves), None if moves else "in-order", voices)


def _gap_confidence(
    layout: Layout, answer: Precedence, decoded: Sequence[int], temperature: float
) -> dict[str, float]:
    """For each float the probability of the gap that it was put into."""
    probability = answer.gap_probability(temperature)
    passed, found = 0, {}
    for index in decoded:
        if index < answer.anchors:
            passed += 1
        else:
            found[layout.ids(index)[0]] = float(probability[index - answer.anchors, passed])
    return found


def _supports(
    layout: Layout, answer: Precedence, decoded: Sequence[int], moved: AbstractSet[str]
) -> dict[str, tuple[str, float, float]]:
    """For each moved id: the float that it is or follows, gain and confidence.

    A cell is taken as crossing what stands, in the suggested order, between its new place and
    the nearest unmoved cell that it has to pass.
    """
    place = {index: number for number, index in enumerate(decoded)}
    ids = {index: layout.ids(index) for index in decoded}
    # The nearest unmoved cells before and behind each cell, now.
    above: dict[int, int | None] = _nearest(layout.present, ids, moved)
    below: dict[int, int | None] = _nearest(layout.present[::-1], ids, moved)
    found = {}
    for index, names in ids.items():
        if names[0] not in moved:
            continue
        here, up, down = place[index], above[index], below[index]
        gain, sure = 0.0, 0.5  # it passes nothing that members were asked about
        if down is not None and place[down] < here:
            gain, sure = support(answer, index, decoded[place[down] : here], down=True)
        elif up is not None and place[up] > here:
            gain, sure = support(answer, index, decoded[here + 1 : place[up] + 1], down=False)
        found.update({name: (names[0], 0.0, sure) for name in names})
        found[names[0]] = (names[0], gain, sure)
    return found


def _nearest(
    sequence: Sequence[int], ids: Mapping[int, list[str]], moved: AbstractSet[str]
) -> dict[int, int | None]:
    """For each index, the last one before it in `sequence` that is not moved."""
    nearest: dict[int, int | None] = {}
    last: int | None = None
    for index in sequence:
        nearest[index] = last
        if ids[index][0] not in moved:
            last = index
    return nearest
