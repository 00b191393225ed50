"""The ``pointwise`` member around its network: what is asked, remembered, withdrawn, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from counting_sequences import PAD, CountingSequences, worth
from small_tokenizer import WORDS, write_tokenizer

from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.members import pointwise
from jupyter_cellorder.members.adapters import from_rank
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.members.cost import EncoderShape
from jupyter_cellorder.members.pointwise import PointwiseMember
from jupyter_cellorder.members.sequence import SequenceScores
from jupyter_cellorder.members.sequence_rows import PointwiseLayout, TokenRow, pointwise_row
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement, Precedence

LAYOUT = PointwiseLayout(length=24, code_cells=3)
ENCODER = EncoderShape(layers=2, width=8, feed_forward=16)
TEMPERATURE = 0.3


@pytest.fixture
def tokenizer(tmp_path: Path) -> CellTokenizer:
    return CellTokenizer(write_tokenizer(tmp_path / "tokenizer.json"), {"markdown": 8, "code": 12})


@pytest.fixture
def computer() -> CountingSequences:
    return CountingSequences()


def made(tokenizer: CellTokenizer, computer: CountingSequences) -> PointwiseMember:
    scores = SequenceScores(computer, PAD, 2, ENCODER)
    return PointwiseMember("ranks", tokenizer, scores, LAYOUT, 0.0, TEMPERATURE)


@pytest.fixture
def member(tokenizer: CellTokenizer, computer: CountingSequences) -> PointwiseMember:
    return made(tokenizer, computer)


def code(*numbers: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"c{i}", "code", " ".join(WORDS[i : i + 4 + i % 5])) for i in numbers)


def markdown(*numbers: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"m{i}", "markdown", " ".join(WORDS[i : i + 2 + i % 4])) for i in numbers)


def same(left: Precedence, right: Precedence) -> None:
    assert left.after == pytest.approx(right.after, abs=1e-6)
    assert left.before == pytest.approx(right.before, abs=1e-6)
    assert left.rank == pytest.approx(right.rank, abs=1e-6)


def test_the_answer_is_the_networks_rank_of_each_float(
    member: PointwiseMember, tokenizer: CellTokenizer
) -> None:
    assert isinstance(member, Member)
    anchors, floats = code(0, 10, 20, 30), markdown(1, 11, 21)
    shown = tokenizer(anchors)
    ranks = [
        worth(TokenRow(pointwise_row(own, shown, LAYOUT, 0.0), []), 3 / 7)
        for own in tokenizer(floats)
    ]
    assert len(set(ranks)) == 3
    same(member.precedence(Placement(anchors, floats)), from_rank(ranks, 4, TEMPERATURE))


def test_placed_markdown_counts_but_is_not_shown(
    member: PointwiseMember, tokenizer: CellTokenizer, computer: CountingSequences
) -> None:
    anchors = (*markdown(41), *code(0), *markdown(51, 61), *code(10), Cell("r", "raw", "w90 w91"))
    answer = member.precedence(Placement(anchors, markdown(1)))
    [(_, _, _, extras)] = computer.batches
    assert extras.tolist() == [[pytest.approx(4 / 7)]]
    shown = tokenizer([*code(0, 10), Cell("r", "raw", "w90 w91")])
    row = pointwise_row(tokenizer(markdown(1))[0], shown, LAYOUT, 0.0)
    assert [asked.ids for asked in computer.rows()] == [row]
    assert answer.after.shape == (1, 6)
    same(answer, from_rank([worth(TokenRow(row, []), 4 / 7)], 6, TEMPERATURE))


def test_warm_it_gives_the_answer_it_gave_cold(
    member: PointwiseMember, computer: CountingSequences
) -> None:
    placement = Placement(code(0, 10, 20), markdown(1, 11, 21))
    cold = member.precedence(placement)
    assert computer.scored == 3
    same(cold, member.precedence(placement))
    assert computer.scored == 3


def test_other_markdown_asks_for_itself_and_other_code_for_all(
    member: PointwiseMember, computer: CountingSequences
) -> None:
    member.precedence(Placement(code(0, 10), markdown(1, 11)))
    member.precedence(Placement(code(0, 10), markdown(1, 31)))
    assert computer.scored == 3
    member.precedence(Placement(code(0, 20), markdown(1, 31)))
    assert computer.scored == 5
    # The same sequences with another share of markdown are other questions.
    member.precedence(Placement((*code(0, 20), *markdown(51)), markdown(1, 31)))
    assert computer.scored == 7


def test_a_text_that_comes_twice_is_asked_once(
    member: PointwiseMember, computer: CountingSequences
) -> None:
    answer = member.precedence(Placement(code(0, 10), markdown(1, 11, 1)))
    assert computer.scored == 2
    assert answer.rank is not None
    assert answer.rank[0] == answer.rank[2]


def test_floats_in_another_order_get_the_same_answers(member: PointwiseMember) -> None:
    anchors, floats, order = code(0, 10, 20), markdown(1, 11, 21, 31), [2, 0, 3, 1]
    plain = member.precedence(Placement(anchors, floats))
    turned = member.precedence(Placement(anchors, tuple(floats[i] for i in order)))
    assert plain.rank is not None
    same(
        turned,
        Precedence(plain.after[order], plain.before[np.ix_(order, order)], None, plain.rank[order]),
    )


def test_batches_are_bounded_and_longest_first(tokenizer: CellTokenizer) -> None:
    placement = Placement(code(0, 10), markdown(*range(1, 60, 3)))
    whole = made(tokenizer, CountingSequences()).precedence(placement)
    small = CountingSequences(60)
    same(whole, made(tokenizer, small).precedence(placement))
    assert small.scored == 20
    assert len(small.batches) > 5
    widths = [ids.shape[1] for ids, *_ in small.batches]
    assert widths == sorted(widths, reverse=True)
    for ids, mask, types, _ in small.batches:
        assert ids.size <= 60
        assert mask.sum(1).max() == ids.shape[1]
        assert not types.any()


def test_a_withdrawn_request_stops_between_batches_and_loses_nothing(
    tokenizer: CellTokenizer,
) -> None:
    computer = CountingSequences(60)
    member = made(tokenizer, computer)
    placement = Placement(code(0, 10), markdown(*range(1, 60, 3)))
    with pytest.raises(Cancelled):
        member.precedence(placement, lambda: len(computer.batches) == 2)
    assert len(computer.batches) == 2
    member.precedence(placement, lambda: False)
    assert computer.scored == 20


def test_what_is_forgotten_is_asked_again(
    member: PointwiseMember, computer: CountingSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointwise, "REMEMBERED_RANKS", 2)
    placement = Placement(code(0, 10), markdown(1, 11, 21))
    first = member.precedence(placement)
    same(first, member.precedence(placement))
    assert computer.scored == 4


def test_nothing_to_place_or_nothing_to_place_it_in(
    member: PointwiseMember, computer: CountingSequences
) -> None:
    idle = member.precedence(Placement(code(0, 10), ()))
    assert (idle.after.shape, idle.before.shape) == ((0, 2), (0, 0))
    alone = member.precedence(Placement((), markdown(1, 11, 21)))
    assert alone.after.shape == (3, 0)
    assert (alone.before == 0.5).all()
    assert not computer.batches


def test_markdown_is_ranked_among_markdown_where_there_is_no_code(
    member: PointwiseMember, computer: CountingSequences
) -> None:
    answer = member.precedence(Placement(markdown(1), markdown(11)))
    assert answer.after.shape == (1, 1)
    [(_, _, _, extras)] = computer.batches
    assert extras.tolist() == [[1.0]]


def test_more_cells_than_anybody_would_wait_for(
    member: PointwiseMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointwise, "LONGEST", 4)
    with pytest.raises(RequestError, match="has 5 cells with text; at most 4") as refused:
        member.precedence(Placement(code(0, 10, 20), markdown(1, 11)))
    assert refused.value.code == "too-long"
    with pytest.raises(RequestError, match="at most 4"):  # before anything is counted
        member.gflop(Placement(code(0, 10, 20), markdown(1, 11)))


def test_it_costs_what_it_scores(member: PointwiseMember, computer: CountingSequences) -> None:
    placement = Placement(code(0, 10, 20, 30), markdown(1, 11, 1))
    cost = member.gflop(placement)
    assert not computer.batches
    member.precedence(placement)
    assert cost == pytest.approx(ENCODER.gflop([len(row.ids) for row in computer.rows()]))
    assert member.gflop(placement) == cost
    assert member.gflop(placement, remembered=True) == 0.0
    more = Placement(placement.anchors, (*markdown(21), *placement.floats[:2]))
    computer.batches.clear()
    cost = member.gflop(more, remembered=True)
    member.precedence(more)
    assert cost == pytest.approx(ENCODER.gflop([len(row.ids) for row in computer.rows()]))
    assert 0 < cost < member.gflop(more)
    assert member.gflop(Placement((), markdown(1))) == member.gflop(Placement(code(0), ())) == 0.0
