from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cellorder.precedence import Precedence, mix

HALF = np.array([[0.5]])


def one(after: float, gap: list[float] | None = None, rank: float | None = None) -> Precedence:
    return Precedence(
        np.array([[after]]),
        HALF,
        None if gap is None else np.array([gap]),
        None if rank is None else np.array([rank]),
    )


@pytest.mark.parametrize(
    ("after", "before", "gap", "rank", "message"),
    [
        ([[0.5, 0.5]], [[0.5, 0.5]], None, None, r"not \(M,N\), \(M,M\)"),
        ([[1.5]], HALF, None, None, "outside 0..1"),
        ([[np.nan]], HALF, None, None, "not finite"),
        ([[0.5], [0.5]], [[0.5, 0.9], [0.9, 0.5]], None, None, "do not sum to 1"),
        ([[0.5]], HALF, [[1.0]], None, r"not \(M,N\+1\)"),
        ([[0.5]], HALF, [[0.5, 0.1]], None, "does not sum to 1"),
        ([[0.5]], HALF, None, [0.1, 0.2], r"rank \(2,\)"),
    ],
)
def test_refuses(after: object, before: object, gap: object, rank: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Precedence(after, before, gap, rank)  # type: ignore[arg-type]


def test_small_inexactness_is_mended() -> None:
    p = Precedence(
        np.array([[1.0000001], [0.2]], dtype=np.float32),
        np.array([[0.0, 0.801], [0.2, 0.7]]),
        np.array([[0.5, 0.501], [0.0, 1.0]]),
    )
    assert p.after.dtype == np.float64
    assert p.after.max() == 1
    assert np.array_equal(p.before + p.before.T, np.ones((2, 2)))
    assert p.before[0, 1] == pytest.approx(0.8005)
    assert p.gap is not None
    assert p.gap.sum(axis=1) == pytest.approx(1)


def test_log_gap_from_after_is_the_product_of_the_pairs() -> None:
    p = Precedence(np.array([[0.9, 0.2]]), HALF)
    expected = np.array([0.1 * 0.8, 0.9 * 0.8, 0.9 * 0.2])
    assert np.exp(p.log_gap()[0]) == pytest.approx(expected / expected.sum())


SPOKEN = st.floats(0.01, 0.99).filter(lambda probability: probability != 0.5)


@given(SPOKEN, SPOKEN, st.floats(0.1, 5))
def test_mix_is_the_weighted_mean_of_log_odds(left: float, right: float, weight: float) -> None:
    mixed = mix([one(left), one(right)], [weight, 1.0])
    odds = (weight * np.log(left / (1 - left)) + np.log(right / (1 - right))) / (weight + 1)
    assert mixed.after[0, 0] == pytest.approx(1 / (1 + np.exp(-odds)))
    assert mixed.gap is None
    assert mixed.rank is None


def test_mix_of_one_is_that_one() -> None:
    mixed = mix([one(0.3, [0.2, 0.8], 0.4)], [7.0])
    assert mixed.after[0, 0] == pytest.approx(0.3)
    assert mixed.gap == pytest.approx(np.array([[0.2, 0.8]]))
    assert mixed.rank == pytest.approx(np.array([0.4]))


def test_gap_and_rank_are_mixed_over_those_who_have_them() -> None:
    mixed = mix([one(0.3, [0.2, 0.8]), one(0.5, None, 0.25), one(0.5, [0.5, 0.5], 0.75)], [1, 1, 1])
    geometric = np.sqrt([0.2 * 0.5, 0.8 * 0.5])
    assert mixed.gap == pytest.approx((geometric / geometric.sum())[None, :])
    assert mixed.rank == pytest.approx(np.array([0.5]))


def test_a_weight_of_zero_silences() -> None:
    mixed = mix([one(0.3), one(0.9, [0.1, 0.9], 0.9)], [1.0, 0.0])
    assert mixed.after[0, 0] == pytest.approx(0.3)
    assert mixed.gap is None
    assert mixed.rank is None


def test_certainty_can_be_outvoted() -> None:
    assert mix([one(1.0), one(0.01), one(0.01)], [1, 2, 2]).after[0, 0] < 0.5


def pairs(after: list[float], first_before_second: float) -> Precedence:
    before = [[0.5, first_before_second], [1 - first_before_second, 0.5]]
    return Precedence(np.array([after, after]), np.array(before))


def test_who_says_exactly_a_half_is_not_asked_about_that_pair() -> None:
    mixed = mix([pairs([0.9, 0.5, 0.5], 0.5), pairs([0.5, 0.2, 0.5], 0.8)], [1.0, 3.0])
    assert mixed.after == pytest.approx(np.array([[0.9, 0.2, 0.5]] * 2))
    assert mixed.before == pytest.approx(np.array([[0.5, 0.8], [0.2, 0.5]]))


def test_the_weights_of_those_who_speak_are_renormalised_for_each_pair() -> None:
    members = [pairs([0.9], 0.6), pairs([0.2], 0.5), pairs([0.5], 0.7)]
    mixed = mix(members, [2.0, 1.0, 1.0])
    assert mixed.after == pytest.approx(mix([one(0.9), one(0.2)], [2.0, 1.0]).after.repeat(2, 0))
    of_those_who_speak = mix([one(0.6), one(0.7)], [2.0, 1.0]).after[0, 0]
    assert mixed.before[0, 1] == pytest.approx(of_those_who_speak)
    assert mixed.before[1, 0] == pytest.approx(1 - of_those_who_speak)


def test_where_all_who_have_a_weight_abstain_nothing_is_said() -> None:
    mixed = mix([pairs([0.5], 0.5), pairs([0.9], 0.9)], [1.0, 0.0])
    assert (mixed.after == 0.5).all()
    assert (mixed.before == 0.5).all()


def test_a_half_that_rounding_parted_from_its_complement_is_one_answer() -> None:
    below = float(np.nextafter(0.5, 0))
    members = []
    for left, right in ((0.5, below), (below, 0.5)):
        before = np.array([[0.5, left], [right, 0.5]])
        member = pairs([0.9], 0.5)
        object.__setattr__(member, "before", before)
        members.append(member)
    for unsure in members:
        mixed = mix([pairs([0.9], 0.9), unsure], [1.0, 1.0])
        assert mixed.before[0, 1] + mixed.before[1, 0] == 1


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_one_who_abstains_changes_nothing(left: float, right: float) -> None:
    silent = pairs([0.5], 0.5)
    mixed = mix([pairs([left], right), silent], [1.0, 5.0])
    assert mixed.after == pytest.approx(np.full((2, 1), left))
    assert mixed.before[0, 1] == pytest.approx(right)


def added(member: Precedence) -> Precedence:
    return dataclasses.replace(member, added=True)


def test_what_is_added_adds_its_log_odds_to_the_mean_of_the_others() -> None:
    rule = added(pairs([0.8, 0.5], 0.9))
    mixed = mix([pairs([0.6, 0.6], 0.3), rule], [2.0, 2.0])
    odds = np.log(0.6 / 0.4) + np.log(0.8 / 0.2)
    assert mixed.after[0] == pytest.approx([1 / (1 + np.exp(-odds)), 0.6])
    assert mixed.before[0, 1] == pytest.approx(
        1 / (1 + np.exp(-np.log(0.3 / 0.7) - np.log(0.9 / 0.1)))
    )
    assert not mixed.added


def test_what_is_added_counts_as_its_weight_to_the_sum_of_the_others() -> None:
    members = [one(0.6), one(0.6), added(one(0.8))]
    half = mix(members, [1.0, 3.0, 2.0]).after[0, 0]
    assert half == pytest.approx(1 / (1 + np.exp(-np.log(0.6 / 0.4) - 0.5 * np.log(0.8 / 0.2))))
    assert mix(members, [2.0, 6.0, 4.0]).after[0, 0] == pytest.approx(half)
    assert mix(members, [1.0, 1.0, 0.0]).after[0, 0] == pytest.approx(0.6)


def test_the_gap_of_what_is_added_multiplies_that_of_the_others() -> None:
    voice, rule = one(0.5, [0.25, 0.75]), added(one(0.5, [0.9, 0.1]))
    product = np.array([0.25 * 0.9, 0.75 * 0.1])
    assert mix([voice, rule], [1.0, 1.0]).gap == pytest.approx((product / product.sum())[None])
    assert mix([one(0.5), rule], [1.0, 1.0]).gap is None
    silent = added(one(0.5, [0.5, 0.5]))
    assert mix([voice, silent], [1.0, 1.0]).gap == pytest.approx(np.array([[0.25, 0.75]]))


def test_where_all_is_added_it_is_averaged() -> None:
    rules = [one(0.6), one(0.8)]
    alone = mix([added(rule) for rule in rules], [1.0, 2.0])
    assert alone.after == pytest.approx(mix(rules, [1.0, 2.0]).after)
    beside_nobody = mix([one(0.3), added(one(0.8))], [0.0, 1.0])
    assert beside_nobody.after[0, 0] == pytest.approx(0.8)


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, np.nan]])
def test_mix_refuses_weights(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        mix([one(0.3), one(0.3)], weights)


def test_mix_refuses_other_shapes() -> None:
    with pytest.raises(ValueError, match="different shapes"):
        mix([one(0.3), Precedence(np.zeros((1, 2)), HALF)], [1, 1])
