import numpy as np
import pytest
from ranked_members import Ranked, trio
from scripted_members import ByHash, ByNumber, Scripted, ensemble, example
from test_evaluation_run import Refusing, random_examples

from jupyter_cellorder.decode import least_inversions
from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.baselines import SHUFFLED
from jupyter_cellorder.evaluation.contender import Contender
from jupyter_cellorder.evaluation.hide import hide
from jupyter_cellorder.evaluation.question import Question, ask
from jupyter_cellorder.evaluation.score import score
from jupyter_cellorder.metric import rank_inversions
from jupyter_cellorder.precedence import Placement, Precedence
from jupyter_cellorder.strategies import STRATEGIES, arrange
from jupyter_cellorder.suggest import suggest

ASKED = Question("all", False, 3)
KEPT = Question("all", True, 3)
EXAMPLES = random_examples(12)


def found_ids(shown, row, seed=3, keep=False):
    """The kept order as ids of the hidden notebook."""
    truth = hide(shown, seed, keep_markdown_order=keep).truth
    return tuple(truth[index] for index in row.order)


@pytest.mark.parametrize("keep", [False, True])
def test_the_ensembles_own_choice_is_what_suggest_answers(keep):
    for shown in EXAMPLES:
        row = ask(shown, trio(), KEPT if keep else ASKED)
        hidden = hide(shown, 3, keep_markdown_order=keep)
        answer = suggest(hidden.notebook, trio(), "all", keep_markdown_order=keep)
        assert found_ids(shown, row, keep=keep) == answer.order
        assert row.own.inversions == rank_inversions(answer.order, hidden.truth)[0]


def test_the_strategy_precedence_is_that_choice():
    for number in range(10):
        shown = example(f"n{number}", "mcmmcmcccmm")  # few enough floats for exact decoding
        row = ask(shown, trio(), ASKED)
        hidden = hide(shown, 3)
        anchors = tuple(cell for cell in hidden.notebook.cells if cell.kind == "code")
        floats = tuple(cell for cell in hidden.notebook.cells if cell.kind == "markdown")
        answers = [member.precedence(Placement(anchors, floats)) for member in trio().members]
        order = arrange("precedence", answers, trio().weights)
        ids = [cell.id for cell in (*anchors, *floats)]
        assert found_ids(shown, row) == tuple(ids[index] for index in order)
        assert row.scores[Contender("strategy", "precedence")] == row.own


def test_every_member_is_asked_once():
    asked = trio()
    row = ask(EXAMPLES[0], asked, ASKED)
    assert [member.asked for member in asked.members[:2]] == [1, 1]
    assert {str(name) for name in row.scores} == {
        "ensemble:",
        "member:near",
        "member:far",
        "member:by-hash",
        *(f"strategy:{name}" for name in STRATEGIES),
        *(f"trivial:{name}" for name in SHUFFLED),
    }


def test_members_and_strategies_are_scored_by_their_own_orders():
    shown = example("a", "mcmmcmcccmm")  # few enough floats for exact decoding
    hidden = hide(shown, 3)
    row = ask(shown, trio(), ASKED)
    code = frozenset(cell.id for cell in hidden.notebook.cells if cell.kind == "code")
    anchors = tuple(cell for cell in hidden.notebook.cells if cell.kind == "code")
    floats = tuple(cell for cell in hidden.notebook.cells if cell.kind == "markdown")
    ids = [cell.id for cell in (*anchors, *floats)]
    answers = [member.precedence(Placement(anchors, floats)) for member in trio().members]
    for name, answer in zip(("near", "far"), answers, strict=False):
        order = [ids[index] for index in least_inversions(answer)]
        expected = score(order, hidden.truth, code)
        assert row.scores[Contender("member", name)].inversions == expected.inversions
    for strategy in STRATEGIES:
        order = [ids[index] for index in arrange(strategy, answers, trio().weights)]
        expected = score(order, hidden.truth, code)
        found = row.scores[Contender("strategy", strategy)]
        assert found.inversions == expected.inversions
        assert found.code_moved == expected.code_moved


def test_costs_are_those_of_who_is_asked():
    row = ask(EXAMPLES[0], trio(), ASKED)
    cost = {str(name): found.gflop for name, found in row.scores.items()}
    assert cost["ensemble:"] == cost["strategy:precedence"] == cost["strategy:submission-mean"] == 5
    assert (cost["member:near"], cost["member:far"], cost["member:by-hash"]) == (3, 2, 0)
    assert cost["strategy:rank-mean"] == 5  # the third has no rank, and costs nothing anyway
    only = Ensemble((Ranked("near", 0.2, 3.0), Costly()), (1.0, 1.0), "two")
    row = ask(EXAMPLES[0], only, ASKED)
    assert row.scores[Contender("strategy", "rank-mean")].gflop == 3
    assert row.scores[Contender("strategy", "submission-mean")].gflop == 103
    seconds = [found.seconds for found in row.scores.values()]
    assert all(value >= 0 for value in seconds)
    assert row.own.seconds == row.seconds > 0


class Costly(ByHash):
    name = "costly"

    def gflop(self, placement, *, remembered=False):
        return 100.0


def test_without_ranks_there_is_no_mean_of_ranks():
    row = ask(EXAMPLES[0], ensemble(ByNumber()), ASKED)
    assert Contender("strategy", "rank-mean") not in row.scores
    with pytest.raises(RequestError, match="'rank-mean' gives no order here"):
        kept = Contender("strategy", "rank-mean")
        ask(EXAMPLES[0], ensemble(ByNumber()), Question("all", False, 3, kept))


def test_the_order_of_the_chosen_strategy_is_kept():
    kept = Contender("strategy", "rank-mean")
    for shown in EXAMPLES:
        row = ask(shown, trio(), Question("all", False, 3, kept))
        truth = hide(shown, 3).truth
        assert rank_inversions(found_ids(shown, row), truth)[0] == row.scores[kept].inversions


def test_with_the_markdowns_order_given_no_strategy_applies():
    row = ask(EXAMPLES[0], trio(), KEPT)
    assert {name.kind for name in row.scores} == {"ensemble", "member", "trivial"}


def test_a_refused_notebook_keeps_the_order_it_was_shown_in():
    shown = example("a", "mcmcccccm")
    row = ask(shown, ensemble(Refusing()), ASKED)
    assert row.refused == "too-many-cells"
    assert not row.scores
    assert found_ids(shown, row) == hide(shown, 3).notebook.ids


class Sure(Scripted):
    """Puts every float before all anchors, with a probability of 0.8."""

    name = "sure"

    def precedence(self, placement, cancelled=None):
        n, m = len(placement.anchors), len(placement.floats)
        return Precedence(np.full((m, n), 0.2), np.full((m, m), 0.5))


def test_confidence_is_held_against_what_a_move_passes():
    # Truth: code, text, code, code, code. The text is put in front of all four: three rightly.
    row = ask(example("a", "cmccc"), ensemble(Sure()), ASKED)
    (move,) = row.moves
    assert move.confidence == pytest.approx(0.8)
    assert move.crossed_right == 0.75
    assert not move.right_gap
    (move,) = ask(example("a", "mcc"), ensemble(Sure()), ASKED).moves
    assert (move.crossed_right, move.right_gap) == (1, True)


def test_a_notebook_without_known_order_is_ordered_and_not_scored():
    from dataclasses import replace

    shown = replace(EXAMPLES[0], labelled=False)
    row = ask(shown, trio(), ASKED)
    assert (row.scores, row.moves) == ({}, ())
    assert row.order == ask(EXAMPLES[0], trio(), ASKED).order
    assert row.seconds > 0
