"""What is made of the rows: figures, intervals, slices and reliability, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from ranked_members import trio
from scripted_members import ByHash, ensemble, example
from test_evaluation_run import random_examples

from jupyter_cellorder.evaluation.contender import OWN, Contender
from jupyter_cellorder.evaluation.reliability import Bin, Reliability, calibration_error
from jupyter_cellorder.evaluation.result import Setting, kaggle_hours, kaggle_sentence
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.score import Row, Score, Surety
from jupyter_cellorder.evaluation.slices import Notebooks, slices
from jupyter_cellorder.evaluation.tally import Tally
from jupyter_cellorder.metric import interval95, resampled_taus

OTHER = Contender("member", "other")
SETTING = Setting("trio", "all", False, 0, None)


def row(own, other=None, cells=5, markdown=3):
    scores = {OWN: Score(*own)}
    if other is not None:
        scores[OTHER] = Score(*other)
    return Row(cells, markdown, scores, seconds=own[4])


def tally(*rows):
    made = Tally()
    for number, one in enumerate(rows):
        made.add(example(f"n{number}", "mc"), one)
    return made


def test_figures_are_pooled_by_hand():
    found = tally(
        row((0, 3, 0, 0, 1.0, 4.0), (5, 0, 7, 2, 2.0, 1.0)),
        row((2, 1, 3, 1, 3.0, 6.0), (1, 3, 1, 0, 2.0, 1.0), cells=4, markdown=2),
    ).result(SETTING, {})
    own, other = found.own, found.members["other"]
    assert own.kendall_tau == found.kendall_tau == pytest.approx(1 - 4 * 2 / (20 + 12))
    assert other.kendall_tau == pytest.approx(1 - 4 * 6 / 32)
    assert own.difference == 0
    assert other.difference == pytest.approx(-4 * 4 / 32)
    assert (own.exact_share, other.exact_share) == (0.5, 0)
    assert own.right_gap_share == pytest.approx(4 / 5)
    assert other.right_gap_share == pytest.approx(3 / 5)
    assert (own.mean_displacement, other.mean_displacement) == (3 / 5, 8 / 5)
    assert (own.code_cells_moved, other.code_cells_moved) == (1, 2)
    assert (own.seconds, other.seconds) == (2, 2)
    assert (own.gflop, other.gflop) == (5, 1)
    assert (found.markdown_cells, found.code_cells) == (5, 4)
    assert own.difference_ci95 == (0, 0)


def test_the_paired_interval_is_of_the_difference_on_the_same_resamples():
    # The other is one inversion worse everywhere: hard and easy notebooks cancel out.
    rows = [row((wrong, 0, 0, 0, 0, 0), (wrong + 1, 0, 0, 0, 0, 0)) for wrong in (0, 3, 8, 1, 6)]
    other = tally(*rows).result(SETTING, {}).members["other"]
    assert other.difference_ci95 == pytest.approx((-0.2, -0.2))
    assert other.ci95[1] - other.ci95[0] > 0.3


def test_paired_resamples_are_those_of_single_orders():
    draw = np.random.default_rng(2)
    n, s = draw.integers(2, 30, 40), draw.integers(0, 20, (2, 40))
    clusters = [f"repo{number % 9}" for number in range(40)]
    both = resampled_taus(s, n, clusters, replicates=500, seed=4)
    assert both.shape == (500, 2)
    for column in (0, 1):
        alone = resampled_taus(s[column : column + 1], n, clusters, replicates=500, seed=4)
        assert both[:, column] == pytest.approx(alone[:, 0])
    low, high = interval95(both[:, 0] - both[:, 1])
    naive = []
    for _ in range(3000):
        drawn = draw.integers(0, 9, 9)
        rows = np.concatenate([np.arange(40)[np.arange(40) % 9 == one] for one in drawn])
        pairs = (n * (n - 1))[rows].sum()
        naive.append(-4 * (s[0][rows].sum() - s[1][rows].sum()) / pairs)
    assert (low, high) == pytest.approx(np.quantile(naive, [0.025, 0.975]), abs=0.02)


def test_who_has_no_order_for_a_notebook_is_left_out():
    found = tally(row((0, 3, 0, 0, 0, 0), (1, 3, 0, 0, 0, 0)), row((0, 3, 0, 0, 0, 0)))
    assert not found.result(SETTING, {}).members


def test_members_and_strategies_stand_beside_the_ensemble():
    found = evaluate(random_examples(30, clusters=6), trio())
    assert set(found.members) == {"near", "far", "by-hash"}
    assert set(found.strategies) == {"precedence", "rank-mean", "submission-mean"}
    assert found.members["near"].kendall_tau > found.members["far"].kendall_tau
    assert found.strategies["precedence"].kendall_tau == found.kendall_tau
    assert found.strategies["precedence"].difference_ci95 == (0, 0)
    assert found.members["by-hash"].difference_ci95[1] < 0
    record = found.as_dict()
    for group in ("members", "strategies", "trivial"):
        for name, figures in record[group].items():
            assert {"kendall_tau", "ci95", "difference", "seconds", "gflop"} <= figures.keys(), name
    assert record["trivial"]["file order"]["kendall_tau"] == record["baselines"]["file order"]
    table = found.table()
    assert max(map(len, table.splitlines())) <= 100
    for name in ("near", "far", "by-hash", "rank-mean", "submission-mean", "precedence"):
        assert sum(line.strip().startswith(f"{name} ") for line in table.splitlines()) == 2


def test_one_member_is_not_shown_twice_in_the_table():
    found = evaluate(random_examples(5), ensemble(ByHash()))
    assert set(found.members) == {"by-hash"}
    assert "member alone" not in found.table()


def notebooks(inversions, cells, markdown, clusters, languages=None):
    columns = (np.array(column) for column in (inversions, cells, markdown))
    return Notebooks(*columns, clusters, languages or [""] * len(cells))


def test_repositories_by_hand():
    # a: 1 - 4 * 3 / (12 + 20), b: 1, c: 1 - 4 * 1 / 6, d has no pair.
    found = slices(notebooks([1, 2, 0, 1, 0], [4, 5, 3, 3, 1], [1] * 5, list("aabcd")), 0)
    taus = found.repositories.kendall_taus
    assert taus == pytest.approx({"c": 1 / 3, "a": 0.625, "b": 1})
    assert list(taus) == ["c", "a", "b"]
    assert found.repositories.median == 0.625
    # The 10 % quantile of three values lies a fifth of the way from the first to the second.
    assert found.repositories.worst_tenth == pytest.approx(1 / 3 + 0.2 * (0.625 - 1 / 3))
    assert slices(notebooks([0, 0], [4, 4], [1, 1], ["a", "a"]), 0).repositories is None


def test_quarters_by_hand():
    cells = [2, 3, 4, 5, 6, 7, 8, 9]
    found = slices(notebooks([1, 0, 0, 0, 0, 0, 0, 36], cells, [1] * 8, list("abcdefgh")), 0)
    assert [(one.name, one.notebooks) for one in found.lengths] == [
        ("2 to 3 cells", 2),
        ("4 to 5 cells", 2),
        ("6 to 7 cells", 2),
        ("8 to 9 cells", 2),
    ]
    assert [one.kendall_tau for one in found.lengths] == pytest.approx(
        [1 - 4 / (2 + 6), 1, 1, 1 - 4 * 36 / (56 + 72)]
    )
    assert [one.name for one in found.markdown] == [
        "11% to 12% markdown",
        "14% to 17% markdown",
        "20% to 25% markdown",
        "33% to 50% markdown",
    ]


def test_notebooks_of_one_length_are_one_slice():
    found = slices(notebooks([0] * 6, [4] * 6, [2] * 6, list("abcdef")), 0)
    assert [one.name for one in found.lengths] == ["4 cells"]


def test_languages_are_those_that_the_source_gives():
    found = slices(
        notebooks([0, 1, 0], [2, 2, 3], [1] * 3, list("aab"), ["en", "en", ""]), 0
    ).languages
    assert [(one.name, one.notebooks, one.kendall_tau) for one in found] == [
        ("en", 2, 0),
        ("unknown", 1, 1),
    ]
    assert found[0].ci95 is None  # one cluster
    assert slices(notebooks([0], [3], [1], ["a"]), 0).languages == ()


def test_reliability_by_hand():
    made = Reliability()
    made.add([Surety(0.92, 1.0, True), Surety(0.98, 0.5, False)])
    made.add([Surety(0.61, 0.25, False), Surety(1.0, 0.9, True)])
    low, high = made.bins()
    assert low == Bin(0.6, 0.7, 1, 0.61, 0.25, 0)
    assert (high.low, high.high, high.moves) == (0.9, 1.0, 3)
    assert high.confidence == pytest.approx(2.9 / 3)
    assert high.crossed_right == pytest.approx(0.8)
    assert high.right_gap == pytest.approx(2 / 3)
    expected = (abs(0.61 - 0.25) + 3 * abs(2.9 / 3 - 0.8)) / 4
    assert calibration_error(made.bins()) == pytest.approx(expected)
    assert calibration_error(()) is None


@pytest.mark.parametrize(
    ("seconds", "jobs", "said"),
    [
        (0.342, 1, "20,000 notebooks would take 1.9 h of Kaggle's 9 h, at this speed."),
        (0.36, 4, "20,000 notebooks would take 30 min of Kaggle's 9 h, at this speed with 4"),
        (3.6, 1, "20,000 notebooks would take 20.0 h, and Kaggle allows 9 h, at this speed."),
    ],
)
def test_the_time_that_kaggles_notebooks_would_take(seconds, jobs, said):
    assert kaggle_sentence(seconds, jobs).startswith(said)
    assert kaggle_hours(seconds, jobs) == pytest.approx(seconds * 20_000 / jobs / 3600)


def test_language_and_cluster_come_from_the_example():
    shown = [replace(one, language="de") for one in random_examples(4, clusters=2)]
    found = evaluate(shown, ensemble(ByHash()))
    assert [(one.name, one.notebooks) for one in found.slices.languages] == [("de", 4)]
    assert set(found.slices.repositories.kendall_taus) == {"repo0", "repo1"}
