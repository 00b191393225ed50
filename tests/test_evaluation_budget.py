"""Scoring an ensemble whose members have little time."""

from __future__ import annotations

import json

import pytest
from command_line import command_line
from scripted_members import ByHash, ByNumber, numbered, write_ipynb
from test_evaluation_run import random_examples

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.table import table

EXAMPLES = random_examples(12)


class Dear(ByNumber):
    name = "dear"

    def gflop(self, placement, *, remembered=False):
        return 1e6 * len(placement.floats)


def cheap_and_dear() -> Ensemble:
    return Ensemble((ByHash(), Dear()), (1.0, 3.0), "both")


def scored(budget: float | None):
    return evaluate(EXAMPLES, cheap_and_dear(), budget=budget)


def test_with_time_enough_the_figures_are_those_without_a_budget() -> None:
    free, bound = scored(None), scored(1e9)
    assert bound.kendall_tau == free.kendall_tau == 1.0
    assert bound.own.gflop == free.own.gflop > 0
    assert list(bound.strategies) == ["precedence"]
    assert list(bound.members) == []
    assert bound.baselines == free.baselines
    assert (free.setting.budget, bound.setting.budget) == (None, 1e9)


def test_without_time_the_cheapest_is_scored() -> None:
    bound = scored(0.001)
    assert bound.own.gflop == 0
    assert bound.kendall_tau == scored(None).members["by-hash"].kendall_tau < 1
    assert "within 0.001 s a notebook" in table(bound)
    assert bound.as_dict()["budget"] == 0.001


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    return command_line(monkeypatch, tmp_path, capsys)


def test_on_the_command_line(command, tmp_path) -> None:
    write_ipynb(tmp_path / "a.ipynb", numbered("mcmcmc"))
    status, out, _ = command("evaluate", tmp_path, "--budget", "900ms", "--json")
    assert (status, json.loads(out)["budget"]) == (0, 0.9)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--budget", "soon"], "'soon' is no time to keep to"),
        (["--budget", "2s", "--strategy", "rank-mean"], "needs every member's whole answer"),
        (["--budget", "2s", "--task", "repair"], "--budget goes with --task order"),
    ],
)
def test_what_does_not_go_together_is_refused(command, tmp_path, options, says) -> None:
    write_ipynb(tmp_path / "a.ipynb", numbered("mcmcmc"))
    status, out, err = command("evaluate", tmp_path, *options)
    assert (status, out) == (2, "")
    assert says in err
