"""One notebook: its order is hidden, every member is asked once, and every order scored."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from jupyter_cellorder.decode import least_inversions, monotone_alignment
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.baselines import ORDERED, SHUFFLED
from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.example import Example
from jupyter_cellorder.evaluation.hide import Hidden, hide, random_for
from jupyter_cellorder.evaluation.score import Row, Surety, in_true_gap, score
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.precedence import Placement, Precedence
from jupyter_cellorder.strategies import DEFAULT, STRATEGIES, arrange
from jupyter_cellorder.suggest import Suggestion, suggest

Order = tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What is asked about every notebook.

    Attributes:
        mode: Mode of the suggestions.
        keep_markdown_order: Whether the markdown's own order is given away.
        seed: Shuffles follow from it and from the notebook's id alone.
        kept: Whose order is kept in `Row.order`.
        budget: Seconds that members may take for a notebook; None for all they need. Within a
            budget members are not asked about everything, so only the ensemble has an order.
    """

    mode: str
    keep_markdown_order: bool
    seed: int
    kept: Contender = OWN
    budget: float | None = None


@dataclass(frozen=True)
class _Found:
    order: Order
    seconds: float
    gflop: float


class _Recorder:
    """A member that remembers what it was asked, what it last answered, and the time it took.

    So the ensemble's own choice is `suggest` itself, and no member is asked once more.
    """

    def __init__(self, member: Member) -> None:
        self._member = member
        self.name = member.name
        self.asked: list[Placement] = []
        self.answer: Precedence | None = None
        self.seconds = 0.0

    def precedence(
        self, placement: Placement, cancelled: Callable[[], bool] | None = None
    ) -> Precedence:
        began = time.perf_counter()
        self.answer = self._member.precedence(placement, cancelled)
        self.seconds += time.perf_counter() - began
        self.asked.append(placement)
        return self.answer

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return self._member.gflop(placement, remembered=remembered)


Beside = Callable[[], Mapping[str, Ensemble]]
"""Loads other ensembles, by the names that they have in the result. It is called for every
notebook, and so remembers; with several processes it must be picklable."""


def nobody() -> Mapping[str, Ensemble]:
    """No other ensemble."""
    return {}


def ask(example: Example, ensemble: Ensemble, question: Question, beside: Beside = nobody) -> Row:
    """Ask the ensemble about one notebook, and those beside it.

    Raises:
        CellOrderError: `cells-differ`: an order does not hold the notebook's cells.
        RequestError: `strategy-unusable`: the order to keep is one that cannot be found.
    """
    hidden = hide(example, question.seed, keep_markdown_order=question.keep_markdown_order)
    size = len(hidden.truth)
    code = frozenset(cell.id for cell in hidden.notebook.cells if cell.kind == "code")
    index = {name: number for number, name in enumerate(hidden.truth)}
    try:
        suggestion, found = _orders(hidden, ensemble, question)
        others = {
            other: each
            for name, rival in beside().items()
            for other, each in _beside(name, _orders(hidden, rival, question)[1])
        }
    except RequestError as refusal:
        # It keeps the order in which it was shown, which tells nothing of the true one.
        shown = [index[name] for name in hidden.notebook.ids]
        return Row(size, size - len(code), order=shown, refused=refusal.code)
    seconds = found[OWN].seconds
    if question.kept not in found:
        raise RequestError(
            f"The {question.kept.kind} '{question.kept.name}' gives no order here; a mean of ranks "
            "needs a member that has ranks. Choose another.",
            "strategy-unusable",
        )
    kept = [index[name] for name in found[question.kept].order]
    if not example.labelled:
        return Row(size, size - len(code), order=kept, seconds=seconds)
    draw = random_for(question.seed, "baselines", example.id)
    trivial = dict(_trivial(hidden, question.keep_markdown_order, draw))
    return Row(
        size,
        size - len(code),
        {
            name: score(each.order, hidden.truth, code, each.seconds, each.gflop)
            for name, each in {**found, **others, **trivial}.items()
        },
        tuple(_sureties(hidden, suggestion, code)),
        kept,
        seconds,
    )


def _orders(
    hidden: Hidden, ensemble: Ensemble, question: Question
) -> tuple[Suggestion, dict[Contender, _Found]]:
    """What an ensemble suggests, and every order that its members' answers give."""
    recorders = tuple(_Recorder(member) for member in ensemble.members)
    began = time.perf_counter()
    suggestion = suggest(
        hidden.notebook,
        replace(ensemble, members=recorders),
        question.mode,
        keep_markdown_order=question.keep_markdown_order,
        budget=question.budget,
    )
    seconds = time.perf_counter() - began
    gflop = sum(_gflop(recorder) for recorder in recorders)
    own = _Found(suggestion.order, seconds, gflop)
    found = {OWN: own}
    if question.budget is not None:
        if not question.keep_markdown_order:
            found[Contender("strategy", DEFAULT)] = own
    elif len(recorders) == 1:
        found[Contender("member", recorders[0].name)] = own
    else:
        found.update(_members(recorders, ensemble, question.keep_markdown_order))
    if question.budget is None and not question.keep_markdown_order:
        found.update(_strategies(recorders, ensemble, own))
    return suggestion, found


def _beside(name: str, found: Mapping[Contender, _Found]) -> Iterator[tuple[Contender, _Found]]:
    """Another ensemble's orders under its name; what is its own choice again is left out."""
    several = sum(contender.kind == "member" for contender in found) > 1
    for contender, each in found.items():
        if contender == OWN:
            yield Contender("beside", name), each
        elif several and contender != Contender("strategy", DEFAULT):
            yield Contender("beside", f"{name}: {contender.name}"), each


def _gflop(recorder: _Recorder) -> float:
    return sum(recorder.gflop(placement) for placement in recorder.asked)


def _ids(order: Sequence[int], placement: Placement) -> Order:
    cells = (*placement.anchors, *placement.floats)
    return tuple(cells[index].id for index in order)


def _members(
    recorders: Sequence[_Recorder], ensemble: Ensemble, keep_markdown_order: bool
) -> Iterator[tuple[Contender, _Found]]:
    """Each member alone, decoded as an ensemble of it would be."""
    for recorder in recorders:
        assert recorder.answer is not None
        began = time.perf_counter()
        order = (
            monotone_alignment(recorder.answer, ensemble.diagonal)
            if keep_markdown_order
            else least_inversions(recorder.answer)
        )
        seconds = recorder.seconds + time.perf_counter() - began
        found = _Found(_ids(order, recorder.asked[0]), seconds, _gflop(recorder))
        yield Contender("member", recorder.name), found


def _strategies(
    recorders: Sequence[_Recorder], ensemble: Ensemble, own: _Found
) -> Iterator[tuple[Contender, _Found]]:
    """Each strategy that applies, at the cost of the members that it has to ask."""
    # What a suggestion follows, whatever the bundle's strategy: decoded once is enough.
    yield Contender("strategy", DEFAULT), own
    answers = [recorder.answer for recorder in recorders if recorder.answer is not None]
    for strategy in STRATEGIES:
        if strategy == DEFAULT:
            continue
        began = time.perf_counter()
        order = arrange(strategy, answers, ensemble.weights)
        seconds = time.perf_counter() - began
        if order is None:
            continue
        asked = [
            recorder
            for recorder, answer, weight in zip(recorders, answers, ensemble.weights, strict=True)
            if weight > 0 and (strategy != "rank-mean" or answer.rank is not None)
        ]
        yield (
            Contender("strategy", strategy),
            _Found(
                _ids(order, recorders[0].asked[0]),
                seconds + sum(recorder.seconds for recorder in asked),
                sum(_gflop(recorder) for recorder in asked),
            ),
        )


def _trivial(
    hidden: Hidden, keep_markdown_order: bool, draw: random.Random
) -> Iterator[tuple[Contender, _Found]]:
    """The baselines, on the same presentation."""
    anchors = [cell for cell in hidden.notebook.cells if cell.kind == "code"]
    floats = [cell for cell in hidden.notebook.cells if cell.kind == "markdown"]
    placement = Placement(tuple(anchors), tuple(floats), keep_markdown_order)
    for name, baseline in (ORDERED if keep_markdown_order else SHUFFLED).items():
        began = time.perf_counter()
        order = baseline(anchors, floats, draw)
        seconds = time.perf_counter() - began
        yield Contender("trivial", name), _Found(_ids(order, placement), seconds, 0.0)


def _sureties(hidden: Hidden, suggestion: Suggestion, code: frozenset[str]) -> Iterator[Surety]:
    """How right each move was.

    What a move crosses is what `suggest` takes it to cross: in the new order, everything between
    its place and the nearest unmoved cell that it passed.
    """
    true_place = {name: index for index, name in enumerate(hidden.truth)}
    place = {name: index for index, name in enumerate(suggestion.order)}
    moved = {move.cell_id for move in suggestion.moves}
    right_gap = in_true_gap(suggestion.order, hidden.truth, code)
    present = hidden.notebook.ids
    above, below = _nearest(present, moved), _nearest(present[::-1], moved)
    for move in suggestion.moves:
        here, up, down = place[move.cell_id], above[move.cell_id], below[move.cell_id]
        if down is not None and place[down] < here:
            crossed, went_down = suggestion.order[place[down] : here], True
        elif up is not None and place[up] > here:
            crossed, went_down = suggestion.order[here + 1 : place[up] + 1], False
        else:
            continue
        own = true_place[move.cell_id]
        right = sum((true_place[name] < own) == went_down for name in crossed)
        yield Surety(move.confidence, right / len(crossed), move.cell_id in right_gap)


def _nearest(order: Sequence[str], moved: set[str]) -> dict[str, str | None]:
    """For each moved cell, the last unmoved one before it."""
    nearest: dict[str, str | None] = {}
    last: str | None = None
    for name in order:
        if name in moved:
            nearest[name] = last
        else:
            last = name
    return nearest
