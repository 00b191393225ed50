"""The `context` member around its network: memory, batches, withdrawal, order of the floats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from notebook_arrays import SMALL, network
from small_tokenizer import WORDS, write_tokenizer

from jupyter_cellorder.errors import Cancelled
from jupyter_cellorder.lexical import BUCKETS
from jupyter_cellorder.members import context, context_batch
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.members.context import ContextMember
from jupyter_cellorder.members.context_input import ORDERED_FLOAT
from jupyter_cellorder.members.cost import EncoderShape, context_network_gflop
from jupyter_cellorder.members.tokens import CellTokenizer
from jupyter_cellorder.networks.context import ContextInput
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.precedence import Placement, Precedence

PAD = 7  # unlike any default, and a word of its own: only the mask tells it from one
ENCODER = EncoderShape(layers=2, width=8, feed_forward=16)


class CountingComputer:
    """A real network over vectors that are means of word vectors; remembers what it was asked."""

    def __init__(self) -> None:
        self._words = np.random.default_rng(0).normal(size=(250, SMALL.vector)).astype(np.float32)
        self._network = network()
        self.batches: list[tuple[np.ndarray, np.ndarray]] = []
        self.placed: list[dict[str, np.ndarray]] = []

    @property
    def encoded(self) -> int:
        return sum(len(ids) for ids, _ in self.batches)

    def counts(self, name: str) -> list[list[int]]:
        """Anchors or floats of every question of every batch, without padding."""
        return [asked[name].sum(axis=1).astype(int).tolist() for asked in self.placed]

    def encode(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        self.batches.append((ids, mask))
        weight = mask[..., None].astype(np.float32)
        mean: np.ndarray = (self._words[ids] * weight).sum(1) / weight.sum(1)
        return mean

    def place(self, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        self.placed.append(inputs)
        with torch.inference_mode():
            _, look = self._network(
                ContextInput(**{name: torch.from_numpy(value) for name, value in inputs.items()})
            )
        return look.gap.numpy(), look.before.numpy()


@pytest.fixture
def computer() -> CountingComputer:
    return CountingComputer()


@pytest.fixture
def member(computer: CountingComputer, tmp_path: Path) -> ContextMember:
    tokenizer = CellTokenizer(
        write_tokenizer(tmp_path / "tokenizer.json"), {"markdown": 8, "code": 12}
    )
    return ContextMember(
        "words", tokenizer, computer, np.ones(BUCKETS, np.float32), PAD, ENCODER, SMALL
    )


def code(*numbers: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"c{i}", "code", " ".join(WORDS[i : i + 4 + i % 5])) for i in numbers)


def markdown(*numbers: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"m{i}", "markdown", " ".join(WORDS[i : i + 2 + i % 4])) for i in numbers)


def same(left: Precedence, right: Precedence, tolerance: float = 0.0) -> bool:
    assert left.gap is not None
    assert right.gap is not None
    return all(
        float(np.abs(a - b).max(initial=0.0)) <= tolerance
        for a, b in (
            (left.after, right.after),
            (left.before, right.before),
            (left.gap, right.gap),
        )
    )


def test_several_questions_are_answered_as_each_alone(
    member: ContextMember, computer: CountingComputer
) -> None:
    read, text = code(0, 10, 20), markdown(1, 11, 21)
    questions = [
        Placement((*read, text[0]), text[1:]),
        Placement((*read, *text[1:]), text[:1]),  # one anchor more and one float less
        Placement(read, ()),
        Placement((), text),
        Placement(read, text),
        Placement((read[0], text[0], *read[1:]), text[1:], ordered=True),
    ]
    together = list(member.precedences(questions))
    assert computer.counts("floats") == [[2, 1], [3, 2]]
    assert computer.encoded == 6
    for answer, question in zip(together, questions, strict=True):
        assert same(answer, member.precedence(question), 1e-5)


def test_the_next_questions_are_not_asked_when_nobody_waits_for_them(
    member: ContextMember, computer: CountingComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context_batch, "PAIRS", 1)  # no room for two
    stopped = False
    questions = [Placement(code(0, 10), markdown(number)) for number in (1, 11, 21)]
    answers = member.precedences(questions, lambda: stopped)
    next(answers)
    stopped = True
    with pytest.raises(Cancelled):
        next(answers)
    assert len(computer.placed) == 1


def asking_again(member: ContextMember, weight: float = 0.3) -> ContextMember:
    member._again = weight
    return member


def test_where_all_markdown_floats_each_half_is_asked_about_again(
    member: ContextMember, computer: CountingComputer
) -> None:
    placement = Placement(code(0, 10), markdown(1, 11, 21))
    once = member.precedence(placement)
    twice = asking_again(member).precedence(placement)
    assert computer.counts("floats") == [[3], [3], [2, 1]]
    assert computer.counts("anchors") == [[2], [2], [3, 4]]
    assert computer.encoded == 5
    assert not same(once, twice, 1e-4)
    turned = member.precedence(Placement(code(0, 10), markdown(21, 1, 11)))
    order = [1, 2, 0]
    assert same(
        twice,
        Precedence(
            turned.after[order],
            turned.before[np.ix_(order, order)],
            turned.gap[order] if turned.gap is not None else None,
        ),
        1e-5,
    )


@pytest.mark.parametrize(
    "placement",
    [
        Placement((*code(0, 10), *markdown(1)), markdown(11, 21)),
        Placement(code(0, 10), markdown(1)),
        Placement(code(0, 10), markdown(1, 11), ordered=True),
    ],
    ids=["some markdown is placed", "one float", "order kept"],
)
def test_elsewhere_it_is_asked_once(
    member: ContextMember, computer: CountingComputer, placement: Placement
) -> None:
    once = member.precedence(placement)
    assert same(once, asking_again(member).precedence(placement))
    assert len(computer.placed) == 2


def test_asking_again_costs(member: ContextMember) -> None:
    placement = Placement(code(0, 10), markdown(1, 11, 21))
    once = member.gflop(placement)
    assert asking_again(member).gflop(placement) == pytest.approx(
        once + context_network_gflop(SMALL, 3, 2) + context_network_gflop(SMALL, 4, 1)
    )


def test_asking_again_can_be_withdrawn(member: ContextMember, computer: CountingComputer) -> None:
    with pytest.raises(Cancelled):
        asking_again(member).precedence(
            Placement(code(0, 10), markdown(1, 11)), lambda: len(computer.placed) == 1
        )
    assert len(computer.placed) == 1


def test_it_is_a_member(member: ContextMember) -> None:
    assert isinstance(member, Member)
    assert member.name == "words"


def test_warm_it_gives_the_answer_it_gave_cold(
    member: ContextMember, computer: CountingComputer
) -> None:
    placement = Placement(code(0, 10, 20), markdown(1, 11, 21))
    cold = member.precedence(placement)
    assert computer.encoded == 6
    assert same(cold, member.precedence(placement))
    assert computer.encoded == 6
    assert len(computer.placed) == 2


def test_only_new_cells_are_encoded(member: ContextMember, computer: CountingComputer) -> None:
    member.precedence(Placement(code(0, 10), markdown(1)))
    member.precedence(Placement((*code(0, 30), *markdown(1)), markdown(41)))
    assert computer.encoded == 3 + 2


def test_a_text_is_encoded_once_for_each_kind_of_cell(
    member: ContextMember, computer: CountingComputer
) -> None:
    text = " ".join(WORDS[:11])
    anchors = (Cell("a", "code", text), Cell("b", "raw", text))
    floats = (Cell("c", "markdown", text), Cell("d", "markdown", text))
    member.precedence(Placement(anchors, floats))
    assert computer.encoded == 2  # as code, which a raw cell counts as, and as markdown
    assert sorted(ids.shape[1] for ids, _ in computer.batches) in ([8, 12], [12])


def test_what_is_forgotten_is_encoded_again(
    member: ContextMember, computer: CountingComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "REMEMBERED_CELLS", 3)
    old = Placement(code(0), markdown(1))
    first = member.precedence(old)
    member.precedence(Placement(code(0), markdown(11)))
    member.precedence(Placement(code(0), markdown(21)))  # m1 has been unused longest
    assert computer.encoded == 4
    member.precedence(Placement(code(0), markdown(11, 21)))
    assert computer.encoded == 4
    assert same(first, member.precedence(old), 1e-6)
    assert computer.encoded == 5


def test_a_notebook_larger_than_the_memory_is_answered(
    member: ContextMember, computer: CountingComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    placement = Placement(code(*range(0, 60, 10)), markdown(*range(1, 60, 10)))
    whole = member.precedence(placement)
    monkeypatch.setattr(context, "REMEMBERED_CELLS", 2)
    assert same(whole, member.precedence(placement), 1e-6)
    assert same(whole, member.precedence(placement), 1e-6)
    assert computer.encoded == 12 + 10


def test_a_notebook_of_many_cells_is_read_in_short_and_asked_about_once(
    member: ContextMember, computer: CountingComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "SHORT", {"markdown": 5, "code": 3})
    monkeypatch.setattr(context, "MANY", 5)
    placement = Placement(code(0, 10, 20), markdown(1, 11, 21))
    cost = asking_again(member).gflop(placement)
    short = member.precedence(placement)
    assert len(computer.placed) == 1
    lengths = [int(row.sum()) for _, mask in computer.batches for row in mask]
    assert max(lengths) == 5
    assert lengths.count(3) >= 3
    assert cost == pytest.approx(ENCODER.gflop(lengths) + context_network_gflop(SMALL, 3, 3))
    assert same(short, member.precedence(placement))  # warm
    assert computer.encoded == 6

    monkeypatch.setattr(context, "MANY", 6)  # what was read in short is no whole cell
    whole = member.precedence(placement)
    assert computer.encoded == 12
    assert not same(short, whole, 1e-4)


def test_batches_are_bounded_padded_and_masked(
    member: ContextMember, computer: CountingComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    placement = Placement(code(*range(0, 60, 7)), markdown(*range(1, 60, 7)))
    whole = member.precedence(placement)
    member_of_small_batches = ContextMember(
        "small", member._tokenizer, computer, np.ones(BUCKETS, np.float32), PAD, ENCODER, SMALL
    )
    computer.batches.clear()
    monkeypatch.setattr(context, "BATCH_TOKENS", 24)

    parts = member_of_small_batches.precedence(placement)

    assert len(computer.batches) > 3
    assert computer.encoded == 18
    for ids, mask in computer.batches:
        assert ids.size <= 24
        assert ((ids == PAD) | (mask == 1)).all()
        assert mask[:, 0].all()
        assert (np.diff(mask, axis=1) <= 0).all()
        assert mask.sum(1).max() == ids.shape[1]
    assert same(whole, parts, 1e-5)


def test_a_withdrawn_request_stops_between_batches_and_loses_nothing(
    member: ContextMember, computer: CountingComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "BATCH_TOKENS", 24)
    placement = Placement(code(*range(0, 60, 7)), markdown(*range(1, 60, 7)))
    with pytest.raises(Cancelled):
        member.precedence(placement, lambda: len(computer.batches) == 2)
    assert len(computer.batches) == 2
    assert not computer.placed

    member.precedence(placement, lambda: False)

    assert computer.encoded == 18


@pytest.mark.parametrize("order", [(4, 2, 0, 3, 1), (1, 0, 2, 3, 4)])
def test_floats_in_another_order_get_the_same_answers(
    member: ContextMember, order: Sequence[int]
) -> None:
    anchors, floats = code(0, 10, 20, 30), markdown(1, 11, 21, 31, 41)
    plain = member.precedence(Placement(anchors, floats))
    turned = member.precedence(Placement(anchors, tuple(floats[i] for i in order)))
    rows = list(order)
    assert plain.gap is not None
    expected = Precedence(plain.after[rows], plain.before[np.ix_(rows, rows)], plain.gap[rows])
    assert same(expected, turned, 1e-5)


def test_an_ordered_placement_is_asked_as_one(
    member: ContextMember, computer: CountingComputer
) -> None:
    anchors, floats = code(0, 10), markdown(1, 11)
    free = member.precedence(Placement(anchors, floats))
    ordered = member.precedence(Placement(anchors, floats, ordered=True))
    assert (computer.placed[1]["states"][0, 2:] == ORDERED_FLOAT).all()
    assert not same(free, ordered, 1e-3)


def test_every_input_is_one_notebook_without_padding(
    member: ContextMember, computer: CountingComputer
) -> None:
    member.precedence(Placement(code(0, 10, 20), markdown(1, 11)))
    [inputs] = computer.placed
    shapes: dict[str, Any] = {name: value.shape for name, value in inputs.items()}
    assert shapes == {
        "vectors": (1, 5, SMALL.vector),
        "features": (1, 5, SMALL.features),
        "states": (1, 5),
        "positions": (1, 5),
        "similarity": (1, 3, 5, 5),
        "numbering": (1, 2, 2),
        "anchors": (1, 3),
        "floats": (1, 2),
    }
    assert inputs["anchors"].all()
    assert inputs["floats"].all()


def test_nothing_to_place_or_nothing_to_place_it_in(
    member: ContextMember, computer: CountingComputer
) -> None:
    idle = member.precedence(Placement(code(0, 10), ()))
    assert (idle.after.shape, idle.before.shape) == ((0, 2), (0, 0))
    alone = member.precedence(Placement((), markdown(1, 11, 21)))
    assert alone.after.shape == (3, 0)
    assert (alone.before == 0.5).all()
    assert alone.gap is not None
    assert alone.gap.tolist() == [[1.0], [1.0], [1.0]]
    assert not computer.batches
    assert not computer.placed


def test_it_costs_what_it_encodes_and_the_network_over_all_cells(
    member: ContextMember, computer: CountingComputer
) -> None:
    placement = Placement(code(0, 10, 20, 0), markdown(1, 11))
    cost = member.gflop(placement)
    assert not computer.batches
    member.precedence(placement)
    lengths = [int(row.sum()) for _, mask in computer.batches for row in mask]
    assert len(lengths) == 5  # a cell that occurs twice is encoded once
    network = context_network_gflop(SMALL, 4, 2)
    assert cost == pytest.approx(ENCODER.gflop(lengths) + network)
    assert member.gflop(placement) == cost
    assert member.gflop(placement, remembered=True) == pytest.approx(network)
    assert member.gflop(Placement((), markdown(1))) == member.gflop(Placement(code(0), ())) == 0.0
