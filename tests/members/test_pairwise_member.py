"""The ``pairwise`` member around its network: what is asked, remembered, withdrawn, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from counting_sequences import PAD, CountingSequences, worth
from small_tokenizer import WORDS, write_tokenizer

from jupyter_cellorder.errors import Cancelled, RequestError
from jupyter_cellorder.members import pairwise
from jupyter_cellorder.members.adapters import from_next_cell
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.members.cost import EncoderShape
from jupyter_cellorder.members.pairwise import PairwiseMember
from jupyter_cellorder.members.sequence import SequenceScores
from jupyter_cellorder.members.sequence_rows import PairwiseLayout, pairwise_row
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement, Precedence

LAYOUT = PairwiseLayout(length=14)
ENCODER = EncoderShape(layers=2, width=8, feed_forward=16)
TEMPERATURE = 2.0


@pytest.fixture
def tokenizer(tmp_path: Path) -> CellTokenizer:
    return CellTokenizer(write_tokenizer(tmp_path / "tokenizer.json"), {"markdown": 10, "code": 10})


@pytest.fixture
def computer() -> CountingSequences:
    return CountingSequences()


def made(tokenizer: CellTokenizer, computer: CountingSequences, types: int = 2) -> PairwiseMember:
    scores = SequenceScores(computer, PAD, types, ENCODER)
    return PairwiseMember("pairs", tokenizer, scores, LAYOUT, 0.0, TEMPERATURE)


@pytest.fixture
def member(tokenizer: CellTokenizer, computer: CountingSequences) -> PairwiseMember:
    return made(tokenizer, computer)


def code(*numbers: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"c{i}", "code", " ".join(WORDS[i : i + 4 + i % 5])) for i in numbers)


def markdown(*numbers: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"m{i}", "markdown", " ".join(WORDS[i : i + 2 + i % 4])) for i in numbers)


def same(left: Precedence, right: Precedence) -> None:
    assert left.after == pytest.approx(right.after, abs=1e-6)
    assert left.before == pytest.approx(right.before, abs=1e-6)
    assert left.gap == pytest.approx(right.gap, abs=1e-6)


def scores_of(
    tokenizer: CellTokenizer, anchors: tuple[Cell, ...], floats: tuple[Cell, ...]
) -> np.ndarray:
    return np.array(
        [
            [worth(pairwise_row(own, other, LAYOUT, 0.0)) for other in [*tokenizer(anchors), None]]
            for own in tokenizer(floats)
        ]
    )


def test_the_answer_is_the_networks_score_of_every_pair(
    member: PairwiseMember, tokenizer: CellTokenizer, computer: CountingSequences
) -> None:
    assert isinstance(member, Member)
    anchors, floats = (*code(0, 10), Cell("r", "raw", "w90 w91 w92")), markdown(1, 11)
    truth = scores_of(tokenizer, anchors, floats)
    assert len(set(truth.ravel())) == 8
    answer = member.precedence(Placement(anchors, floats))
    same(answer, from_next_cell(truth, TEMPERATURE))
    assert computer.scored == 8
    assert all(extras.shape == (len(ids), 0) for ids, _, _, extras in computer.batches)


def test_gaps_parted_by_placed_markdown_share_the_next_code_cells_probability(
    member: PairwiseMember, tokenizer: CellTokenizer
) -> None:
    shown, floats = code(0, 10), markdown(1, 11)
    plain = member.precedence(Placement(shown, floats)).gap
    placed = markdown(41, 51, 61)
    anchors = (placed[0], shown[0], shown[1], placed[1], placed[2])
    answer = member.precedence(Placement(anchors, floats))
    assert plain is not None and answer.gap is not None
    for row in range(2):
        first, second, end = plain[row]
        parts = [first / 2, first / 2, second, end / 3, end / 3, end / 3]
        assert answer.gap[row] == pytest.approx(parts)
        assert answer.after[row] == pytest.approx([1 - sum(parts[: j + 1]) for j in range(5)])


def test_among_markdown_alone_every_gap_is_as_likely(
    member: PairwiseMember, computer: CountingSequences
) -> None:
    answer = member.precedence(Placement(markdown(41, 51), markdown(1)))
    assert answer.gap == pytest.approx(np.full((1, 3), 1 / 3))
    assert not computer.batches


def test_a_pair_is_asked_once_whatever_stands_around_it(
    member: PairwiseMember, computer: CountingSequences, tokenizer: CellTokenizer
) -> None:
    member.precedence(Placement(code(0, 10), markdown(1)))
    assert computer.scored == 3
    answer = member.precedence(Placement(code(10, 20, 0), markdown(11, 1, 11)))
    assert computer.scored == 3 + 1 + 4  # m1 with c20; m11, once, with three and the end
    truth = scores_of(tokenizer, code(10, 20, 0), markdown(11, 1, 11))
    same(answer, from_next_cell(truth, TEMPERATURE))
    same(answer, member.precedence(Placement(code(10, 20, 0), markdown(11, 1, 11))))
    assert computer.scored == 8


def test_a_text_is_not_the_same_as_code_and_as_markdown(
    member: PairwiseMember, tokenizer: CellTokenizer
) -> None:
    text = " ".join(WORDS[20:24])
    anchors = (Cell("a", "code", text), *code(0))
    floats = (Cell("b", "markdown", text), Cell("c", "markdown", anchors[1].source))
    truth = scores_of(tokenizer, anchors, floats)
    same(member.precedence(Placement(anchors, floats)), from_next_cell(truth, TEMPERATURE))


def test_types_tell_markdown_from_code_where_the_encoder_has_them(
    tokenizer: CellTokenizer,
) -> None:
    placement = Placement(code(0), markdown(1))
    two, one = CountingSequences(), CountingSequences()
    made(tokenizer, two).precedence(placement)
    made(tokenizer, one, types=1).precedence(placement)
    own, other = tokenizer([*markdown(1), *code(0)])
    pair = pairwise_row(own, other, LAYOUT, 0.0)
    assert pair in two.rows()
    assert not any(types.any() for _, _, types, _ in one.batches)
    assert [row.ids for row in one.rows()] == [row.ids for row in two.rows()]


def test_batches_are_bounded_and_longest_first(tokenizer: CellTokenizer) -> None:
    placement = Placement(code(*range(0, 50, 7)), markdown(*range(1, 50, 7)))
    whole = made(tokenizer, CountingSequences()).precedence(placement)
    small = CountingSequences(40)
    same(whole, made(tokenizer, small).precedence(placement))
    assert small.scored == 7 * (8 + 1)
    widths = [ids.shape[1] for ids, *_ in small.batches]
    assert widths == sorted(widths, reverse=True)
    for ids, mask, _, _ in small.batches:
        assert ids.size <= 40
        assert mask.sum(1).max() == ids.shape[1]


def test_a_withdrawn_request_stops_between_batches_and_loses_nothing(
    tokenizer: CellTokenizer,
) -> None:
    computer = CountingSequences(40)
    member = made(tokenizer, computer)
    placement = Placement(code(*range(0, 50, 7)), markdown(*range(1, 50, 7)))
    with pytest.raises(Cancelled):
        member.precedence(placement, lambda: len(computer.batches) == 3)
    assert len(computer.batches) == 3
    member.precedence(placement, lambda: False)
    assert computer.scored == 7 * (8 + 1)


def test_what_is_forgotten_is_asked_again(
    member: PairwiseMember, computer: CountingSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairwise, "REMEMBERED_PAIRS", 4)
    placement = Placement(code(0, 10), markdown(1, 11))
    first = member.precedence(placement)
    same(first, member.precedence(placement))
    assert computer.scored == 6 + 2


def test_nothing_to_place_or_nothing_to_place_it_in(
    member: PairwiseMember, computer: CountingSequences
) -> None:
    idle = member.precedence(Placement(code(0, 10), ()))
    assert (idle.after.shape, idle.before.shape) == ((0, 2), (0, 0))
    alone = member.precedence(Placement((), markdown(1, 11, 21)))
    assert alone.after.shape == (3, 0)
    assert (alone.before == 0.5).all()
    assert alone.gap is not None
    assert alone.gap.tolist() == [[1.0], [1.0], [1.0]]
    assert not computer.batches


@pytest.mark.parametrize(
    ("limit", "said"),
    [("MOST_PAIRS", "8 pairs of a markdown and a code cell"), ("LONGEST", "5 cells with text")],
)
def test_more_than_anybody_would_wait_for(
    member: PairwiseMember, limit: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairwise, limit, 4)
    with pytest.raises(RequestError, match=f"has {said}; at most 4") as refused:
        member.precedence(Placement(code(0, 10, 20), markdown(1, 11)))
    assert refused.value.code == "too-long"
    with pytest.raises(RequestError, match="at most 4"):  # before anything is counted
        member.gflop(Placement(code(0, 10, 20), markdown(1, 11)))


def test_it_costs_what_it_scores(member: PairwiseMember, computer: CountingSequences) -> None:
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
