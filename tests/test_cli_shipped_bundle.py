"""The command line with the bundle that ships, as a user has it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from command_line import command_line

from jupyter_cellorder.bundle import read_manifest
from jupyter_cellorder.metric import kendall_tau
from jupyter_cellorder.notebook import Notebook

EXAMPLES = Path(str(files("jupyter_cellorder"))) / "examples"
DISPLACED = EXAMPLES / "out-of-order" / "sorting-support-tickets.ipynb"


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    run = command_line(monkeypatch, tmp_path, capsys)
    return lambda *argv: run(*argv, real_bundle=True)


def test_evaluate_without_a_path_beats_chance_and_names_the_bundle(command):
    status, out, err = command("evaluate", "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert found["bundle"] == read_manifest().name
    assert found["kendall_tau"] > found["baselines"]["random interleave"] + 0.1
    low, high = found["ci95"]
    assert low < found["kendall_tau"] < high


def test_evaluate_gives_the_same_score_for_another_permutation(command):
    figures = [
        json.loads(command("evaluate", "--json", "--seed", seed).out)["kendall_tau"]
        for seed in (1, 2)
    ]
    assert figures[0] == figures[1]


def test_review_of_the_displaced_example_brings_it_nearer_to_its_order(command, tmp_path):
    target = tmp_path / "mended.ipynb"
    status, _, err = command("suggest", DISPLACED, "--output", target)
    assert (status, err) == (0, "")
    truth = Notebook.read(EXAMPLES / DISPLACED.name).ids
    displaced, mended = Notebook.read(DISPLACED).ids, Notebook.read(target).ids
    assert kendall_tau([(mended, truth)]) > kendall_tau([(displaced, truth)])
