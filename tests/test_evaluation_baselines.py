import random
from collections import Counter

import pytest

from jupyter_cellorder.evaluation.baselines import (
    ORDERED,
    SHUFFLED,
    file_order,
    random_interleave,
    spread_evenly,
    tfidf_aligned,
    tfidf_nearest,
)
from jupyter_cellorder.notebook import Cell

CODE = [
    Cell("c0", "code", "import pandas as pd"),
    Cell("c1", "code", "frame = pd.read_csv(path_to_rainfall)"),
    Cell("c2", "code", "model = RandomForestRegressor().fit(inputs, target)"),
    Cell("c3", "code", "plt.plot(residuals)"),
]
RAINFALL = Cell("m0", "markdown", "Read the rainfall, `path_to_rainfall`.")
FOREST = Cell("m1", "markdown", "Fit a RandomForestRegressor to inputs and target.")
PLOT = Cell("m2", "markdown", "Plot the residuals.")


def run(baseline, floats, anchors=CODE, seed=0):
    return baseline(anchors, floats, random.Random(seed))


@pytest.mark.parametrize("baseline", {**SHUFFLED, **ORDERED}.values())
@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 5), (5, 1), (7, 4)])
def test_every_baseline_gives_all_cells_once_with_the_code_in_order(baseline, n, m):
    anchors = [Cell(f"c{i}", "code", f"x{i} = {i}") for i in range(n)]
    floats = [Cell(f"m{i}", "markdown", f"About x{i}") for i in range(m)]
    order = run(baseline, floats, anchors)
    assert sorted(order) == list(range(n + m))
    assert [i for i in order if i < n] == list(range(n))


@pytest.mark.parametrize("baseline", ORDERED.values())
def test_baselines_for_ordered_markdown_keep_its_order(baseline):
    order = run(baseline, [PLOT, FOREST, RAINFALL])
    assert [i for i in order if i >= 4] == [4, 5, 6]


def test_file_order_is_code_then_markdown():
    assert run(file_order, [RAINFALL, PLOT]) == [0, 1, 2, 3, 4, 5]


def test_random_interleave_draws_all_merges_alike():
    found = Counter(
        tuple(run(random_interleave, [RAINFALL, PLOT], CODE[:2], seed)) for seed in range(600)
    )
    assert len(found) == 6
    assert min(found.values()) > 60


def test_spread_evenly_starts_in_front():
    assert run(spread_evenly, [RAINFALL, PLOT]) == [4, 0, 1, 5, 2, 3]


def test_nearest_puts_text_before_the_code_it_names():
    assert run(tfidf_nearest, [FOREST, RAINFALL]) == [0, 5, 1, 4, 2, 3]


def test_nearest_takes_nothing_from_the_presented_order():
    floats = [RAINFALL, FOREST, PLOT]
    once = [(CODE + floats)[i].id for i in run(tfidf_nearest, floats)]
    other = floats[::-1]
    again = [(CODE + other)[i].id for i in run(tfidf_nearest, other)]
    assert once == again


def test_aligned_puts_text_before_the_code_it_names_in_the_given_order():
    assert run(tfidf_aligned, [RAINFALL, FOREST]) == [0, 4, 1, 5, 2, 3]


def test_text_that_names_nothing_is_no_trouble():
    silent = [Cell("m0", "markdown", "!!!"), Cell("m1", "markdown", "???")]
    assert sorted(run(tfidf_nearest, silent)) == list(range(6))
    assert sorted(run(tfidf_aligned, silent)) == list(range(6))
