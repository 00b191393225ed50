"""Asking within a time: who speaks, about what; on a clock that only the members move."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scripted_members import numbered

from jupyter_cellorder import Notebook, suggest
from jupyter_cellorder.budget import parse_budget, spread
from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.members.adapters import from_next_cell
from jupyter_cellorder.precedence import Placement, Precedence
from jupyter_cellorder.review.settings import ReviewSettings
from jupyter_cellorder.speed import Speeds

Withdrawn = Callable[[], bool] | None


class Time:
    """A clock that stands still unless somebody works."""

    now = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Time]:
    monkeypatch.setattr(Time, "now", 100.0)
    monkeypatch.setattr("time.monotonic", lambda: Time.now)
    return Time


class Worker:
    """Knows the order by the cells' numbers, in doubt about some; takes time for every float.

    It says that it does `gflop` operations for each float, and takes `seconds` for them.
    """

    def __init__(
        self, name: str, seconds: float, gflop: float = 1.0, doubts: tuple[int, ...] = ()
    ) -> None:
        self.name, self.seconds, self.cost, self.doubts = name, seconds, gflop, doubts
        self.asked: list[Placement] = []

    def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
        return self.cost * len(placement.floats)

    def precedence(self, placement: Placement, cancelled: Withdrawn = None) -> Precedence:
        self.asked.append(placement)
        for _ in placement.floats:
            if cancelled is not None and cancelled():
                raise Cancelled
            Time.now += self.seconds
        anchors, floats = numbers(placement.anchors), numbers(placement.floats)
        after = np.where(floats[:, None] > anchors[None, :], 0.99, 0.01)
        after[np.isin(floats, self.doubts)] = 0.6
        before = np.where(floats[:, None] < floats[None, :], 0.9, 0.1)
        np.fill_diagonal(before, 0.5)
        return Precedence(after, before)


class Rules(Worker):
    """Speaks of pairs of markdown alone."""

    def precedence(self, placement: Placement, cancelled: Withdrawn = None) -> Precedence:
        said = super().precedence(placement, cancelled)
        return Precedence(np.full_like(said.after, 0.5), said.before)


def numbers(cells: tuple) -> np.ndarray:
    return np.array([int(cell.source.split("#")[-1]) for cell in cells])


CELLS = numbered("mcmcmcmcmc")  # floats 0, 2, 4, 6, 8 among anchors 1, 3, 5, 7, 9
CODE = tuple(cell for cell in CELLS if cell.kind == "code")
MARKDOWN = tuple(cell for cell in CELLS if cell.kind == "markdown")
PLACEMENT = Placement(CODE, MARKDOWN)


def together(*members: Worker, weights: tuple[float, ...] = (), values=None) -> Ensemble:
    return Ensemble(members, weights or (1.0,) * len(members), "together", values=values)


def spoke(ensemble: Ensemble, budget: float) -> dict[str, int]:
    return {one.name: one.cells for one in ensemble.answers(PLACEMENT, budget=budget)}


def test_with_time_enough_nothing_changes(clock: type[Time]) -> None:
    ensemble = together(Worker("a", 0.1, doubts=(4,)), Worker("b", 0.5), Worker("c", 0.2))
    ensemble.answers(PLACEMENT, budget=100)  # now their speeds are known
    free, bound = (ensemble.answers(PLACEMENT, budget=budget) for budget in (None, 4.1))
    assert [one.name for one in bound] == ["a", "b", "c"]
    for left, right in zip(free, bound, strict=True):
        assert right.cells == 5
        assert np.array_equal(left.precedence.after, right.precedence.after)
        assert np.array_equal(left.precedence.before, right.precedence.before)
        assert (left.weight, left.gflop) == (right.weight, right.gflop)


def test_the_cheapest_speaks_about_everything_however_short_the_time(clock: type[Time]) -> None:
    dear, cheap = Worker("dear", 9.0, gflop=90), Worker("cheap", 2.0)
    assert spoke(together(dear, cheap), 0.001) == {"cheap": 5}
    assert not dear.asked


@pytest.mark.parametrize("seconds", [(1.0, 1.2, 1.1), (1.2, 1.1, 1.0)])
def test_of_those_that_cost_alike_the_worthiest_speaks_first(
    clock: type[Time], seconds: tuple[float, float, float]
) -> None:
    members = [Worker(name, each) for name, each in zip("abc", seconds, strict=True)]
    ensemble = together(*members, weights=(2, 6, 5))
    ensemble.answers(PLACEMENT, budget=100)  # now their speeds are known
    assert spoke(ensemble, 0.001) == {"b": 5}


def test_the_dear_are_asked_about_what_is_in_doubt(clock: type[Time]) -> None:
    cheap, dear = Worker("cheap", 0.01, doubts=(2, 6)), Worker("dear", 1.0, gflop=100)
    ensemble = together(cheap, dear)
    found = ensemble.answers(PLACEMENT, budget=3)
    assert [(one.name, one.cells) for one in found] == [("cheap", 5), ("dear", 2)]
    [asked] = dear.asked
    assert [cell.source for cell in asked.floats] == ["## Part #2", "## Part #6"]
    # Those that are sure stand among the code where the cheap one puts them.
    assert numbers(asked.anchors).tolist() == [0, 1, 3, 4, 5, 7, 8, 9]
    answer = found[1].precedence
    sure = [0, 2, 4]
    assert (answer.after[sure] == 0.5).all()
    assert (answer.before[np.ix_(sure, sure)] == 0.5).all()
    assert np.array_equal(
        answer.after[[1, 3]] > 0.5, numbers(MARKDOWN)[[1, 3], None] > numbers(CODE)
    )
    assert answer.before[0, 1] == pytest.approx(0.99)  # the dear one's word on a placed cell
    mixed = ensemble.mixed(ensemble.heard(PLACEMENT, budget=3))
    assert np.allclose(mixed.after[sure], found[0].precedence.after[sure])
    assert least_inversions(mixed) == [5, 0, 6, 1, 7, 2, 8, 3, 9, 4]


def test_as_many_as_there_is_time_for_the_most_doubtful_first(clock: type[Time]) -> None:
    class Unsure(Worker):
        def precedence(self, placement: Placement, cancelled: Withdrawn = None) -> Precedence:
            said = super().precedence(placement, cancelled)
            more = 0.2 + 0.05 * (numbers(placement.floats) // 2)  # the later, the less sure
            return Precedence(
                np.where(said.after > 0.5, 1 - more[:, None], more[:, None]), said.before
            )

    cheap, dear = Unsure("cheap", 0.1), Worker("dear", 1.0, gflop=10)
    found = together(cheap, dear).answers(PLACEMENT, budget=3.7)
    assert [one.cells for one in found] == [5, 3]
    assert numbers(dear.asked[0].floats).tolist() == [4, 6, 8]


def test_those_worth_most_for_their_time_come_first(clock: type[Time]) -> None:
    def asked(*values: float) -> dict[str, int]:
        doubts = (0, 2, 4, 6, 8)
        first = Worker("first", 0.1, gflop=0.1, doubts=doubts)
        ensemble = together(
            first,
            Worker("slow", 1.0, doubts=doubts),
            Worker("quick", 0.5, gflop=0.5, doubts=doubts),
            values=(0.0, *values),
        )
        return spoke(ensemble, 0.5 + 5.1)

    assert asked(1.0, 1.0) == {"first": 5, "slow": 2, "quick": 5}
    assert asked(3.0, 1.0) == {"first": 5, "slow": 5}


def test_who_is_not_done_in_time_has_not_spoken_and_is_known_to_be_slow(clock: type[Time]) -> None:
    class Remembering(Worker):
        """What it has done, it need not do again."""

        done = 0

        def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
            left = len(placement.floats) - (self.done if remembered else 0)
            return self.cost * max(0, left)

        def precedence(self, placement: Placement, cancelled: Withdrawn = None) -> Precedence:
            began = Time.now
            try:
                return super().precedence(placement, cancelled)
            finally:
                self.done = round((Time.now - began) / self.seconds)

    cheap = Worker("cheap", 0.1, doubts=(0, 2, 4, 6, 8))
    slow = Remembering("slow", 50.0)  # as many operations, and five hundred times the time
    ensemble = together(cheap, slow)
    assert spoke(ensemble, 10) == {"cheap": 5}
    assert Time.now == pytest.approx(100 + 0.5 + 50)  # it ended at its first check after the time
    assert ensemble.speeds.predict("slow", 1.0) == pytest.approx(50)
    slow.done = 0
    assert spoke(ensemble, 10) == {"cheap": 5}
    assert len(slow.asked) == 1
    assert spoke(ensemble, 120) == {"cheap": 5, "slow": 2}


def test_what_is_remembered_costs_nothing_and_comes_too_late_all_the_same(
    clock: type[Time],
) -> None:
    class Remembering(Worker):
        def gflop(self, placement: Placement, *, remembered: bool = False) -> float:
            return 0.0 if remembered and self.asked else super().gflop(placement)

    members = [Remembering(name, 0.02, doubts=(2, 4)) for name in ("first", "second", "third")]
    ensemble = together(*members)
    ensemble.answers(PLACEMENT, budget=100)
    assert spoke(ensemble, 0.01) == {"first": 5}


def test_withdrawn_it_ends_at_once(clock: type[Time]) -> None:
    cheap, dear = Worker("cheap", 0.1), Worker("dear", 1.0)
    ensemble = together(cheap, dear)
    with pytest.raises(Cancelled):
        ensemble.answers(PLACEMENT, lambda: Time.now > 101, budget=100)
    assert Time.now < 103
    with pytest.raises(Cancelled):
        ensemble.answers(PLACEMENT, lambda: True, budget=100)
    assert len(cheap.asked) == 1


def test_whoever_abstains_is_not_enough(clock: type[Time]) -> None:
    rules, reader, dear = Rules("rules", 0.0, gflop=0), Worker("reader", 1), Worker("dear", 2, 5)
    assert spoke(together(rules, reader, dear), 0.001) == {"rules": 5, "reader": 5}


def test_rules_that_are_added_are_not_enough_and_count_once(clock: type[Time]) -> None:
    class Added(Worker):
        """Speaks of every pair, with gaps, to be added to what others say."""

        def precedence(self, placement: Placement, cancelled: Withdrawn = None) -> Precedence:
            said = super().precedence(placement, cancelled)
            after = np.where(said.after > 0.5, 0.7, 0.3)
            return Precedence(after, said.before, np.exp(said.log_gap()), added=True)

    class WithGaps(Worker):
        def precedence(self, placement: Placement, cancelled: Withdrawn = None) -> Precedence:
            said = super().precedence(placement, cancelled)
            return Precedence(said.after, said.before, np.exp(said.log_gap()))

    rules, cheap = Added("rules", 0, gflop=0), WithGaps("cheap", 0.01, doubts=(2, 6))
    dear = WithGaps("dear", 1.0, gflop=100)
    ensemble = together(rules, cheap, dear)
    assert spoke(ensemble, 0.001) == {"rules": 5, "cheap": 5}
    assert spoke(ensemble, 3) == {"rules": 5, "cheap": 5, "dear": 2}
    partly = ensemble.mixed(ensemble.heard(PLACEMENT, budget=3))
    without = Ensemble((rules, cheap), (0.5, 1.0), "two").precedence(PLACEMENT)
    sure = [0, 2, 4]  # the dear one, who was not asked about them, changes their gaps in nothing
    assert np.allclose(partly.gap[sure], without.gap[sure])
    assert np.allclose(partly.after[sure], without.after[sure])


def test_who_has_no_weight_is_not_asked(clock: type[Time]) -> None:
    ensemble = together(Worker("a", 0.1), Worker("b", 0.1, gflop=2), weights=(0.0, 1.0))
    assert spoke(ensemble, 100) == {"b": 5}


def test_markdown_in_its_own_order_keeps_it(clock: type[Time]) -> None:
    cheap, dear = Worker("cheap", 0.01, doubts=(2, 6)), Worker("dear", 1.0, gflop=100)
    together(cheap, dear).answers(Placement(CODE, MARKDOWN, ordered=True), budget=3)
    [asked] = dear.asked
    assert asked.ordered
    assert numbers(asked.floats).tolist() == [2, 6]


def test_a_part_of_the_pairwise_question_says_what_the_whole_would() -> None:
    scores = np.random.default_rng(0).normal(size=(4, 6))
    whole = from_next_cell(scores, 1.0)
    chosen = np.array([1, 3])
    # Floats 0 and 2 stand before anchor 2 and at the end.
    rest = np.array([0, 1, 5, 2, 3, 4, 7])
    part = from_next_cell(scores[chosen], 1.0, [1, 1, 2, 1, 1, 2])
    found = spread(part, chosen, rest, whole)
    assert np.allclose(found.after[chosen], whole.after[chosen])
    assert np.allclose(found.gap[chosen], whole.gap[chosen])
    assert np.allclose(found.gap[[0, 2]], whole.gap[[0, 2]])
    assert (found.after[[0, 2]] == 0.5).all()
    assert found.before[1, 0] == pytest.approx(1 - part.after[0, 2])
    assert found.rank is None


def test_a_suggestion_says_who_spoke_and_keeps_the_code_in_order(clock: type[Time]) -> None:
    cheap, dear = Worker("cheap", 0.01, doubts=(2, 6)), Worker("dear", 1.0, gflop=100)
    ensemble = together(cheap, dear)
    shuffled = Notebook.from_cells([*CODE, *MARKDOWN[::-1]])
    found = suggest(shuffled, ensemble, "all", budget=3)
    assert [(voice.name, voice.cells) for voice in found.members] == [("cheap", 5), ("dear", 2)]
    assert found.order == tuple(cell.id for cell in CELLS)
    assert found.as_dict()["members"][1]["name"] == "dear"
    free = suggest(shuffled, ensemble, "all")
    assert [voice.cells for voice in free.members] == [5, 5]
    assert suggest(Notebook(CODE), ensemble, "all", budget=3).members == ()


def test_the_questions_of_a_review_share_the_time(clock: type[Time]) -> None:
    cheap = Worker("cheap", 0.001, doubts=(0, 2, 4, 6, 8))
    dear = Worker("dear", 1.0, gflop=1000)
    ensemble = Ensemble((cheap, dear), (1, 1), "two", ReviewSettings(folds=5))
    found = suggest(Notebook.from_cells(CELLS), ensemble, "review", budget=3.4)
    assert found.members[0].cells == 5
    # The clock of a question is a sixth of the time at first; what one leaves, the others have.
    assert 1 <= found.members[1].cells <= 3
    assert Time.now <= 100 + 3.4 + 1
    assert [
        voice.cells
        for voice in suggest(Notebook.from_cells(CELLS), ensemble, "review", budget=1000).members
    ] == [5, 5]


@pytest.mark.parametrize("budget", [0, -1, float("nan"), float("inf")])
def test_a_budget_that_makes_no_sense(budget: float) -> None:
    with pytest.raises(RequestError, match="makes no sense") as refused:
        suggest(Notebook.from_cells(CELLS), together(Worker("a", 0.1)), "all", budget=budget)
    assert refused.value.code == "bad-budget"


def test_times_as_they_are_written() -> None:
    found = [parse_budget(text) for text in ("2s", "1.5", "800ms", " 1 m ")]
    assert found == pytest.approx([2, 1.5, 0.8, 60])
    for text in ("", "s", "0s", "-1s", "2 hours", "1e3", "nan"):
        with pytest.raises(RequestError, match="such as 2s, 800ms or 1m") as refused:
            parse_budget(text)
        assert refused.value.code == "bad-budget"


def test_speeds_are_learnt_and_shared_until_they_are_known() -> None:
    speeds = Speeds()
    unmeasured = speeds.predict("a", 3.0)
    assert unmeasured > 0
    speeds.learn("a", 0.0, 5.0)  # from memory: nothing to learn
    assert speeds.predict("a", 3.0) == unmeasured
    speeds.learn("a", 2.0, 1.0)
    assert speeds.predict("a", 3.0) == speeds.predict("b", 3.0) == pytest.approx(1.5)
    speeds.learn("b", 1.0, 4.0)
    assert speeds.predict("b", 3.0) == pytest.approx(12.0)
    for _ in range(20):
        speeds.learn("a", 2.0, 2.0)
    assert speeds.predict("a", 3.0) == pytest.approx(3.0, rel=1e-2)
