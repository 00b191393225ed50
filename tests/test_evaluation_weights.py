"""``evaluate --weights``: members weighed by hand."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import ranked_members
from command_line import command_line
from ranked_members import trio
from scripted_members import numbered, write_ipynb


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    run = command_line(monkeypatch, tmp_path, capsys)
    for number in range(4):
        write_ipynb(tmp_path / f"{number}.ipynb", numbered("mcmmcmcmmc"))
    return partial(run, whole=trio())


def found(command, folder: Path, *options: str) -> dict:
    status, out, err = command("evaluate", folder, "--json", *options)
    assert (status, err) == (0, "")
    return json.loads(out)


def test_one_weight_makes_the_ensemble_that_member(command, tmp_path) -> None:
    plain = found(command, tmp_path)
    for at, name in enumerate(plain["members"]):
        weights = ":".join("1" if other == at else "0" for other in range(3))
        result = found(command, tmp_path, "--weights", weights)
        assert result["bundle"] == f"{plain['bundle']} {weights}"
        assert result["kendall_tau"] == result["members"][name]["kendall_tau"]
        assert result["members"][name]["kendall_tau"] == plain["members"][name]["kendall_tau"]
    assert len({one["kendall_tau"] for one in plain["members"].values()}) == 3


def test_weights_that_do_not_fit(command, tmp_path) -> None:
    for weights, says in (("1:2", "2 weights for 3 members"), ("a:b:c", "are not numbers")):
        status, out, err = command("evaluate", tmp_path, "--weights", weights)
        assert (status, out) == (2, "")
        assert says in err


def test_several_processes_weigh_alike(command, tmp_path, monkeypatch) -> None:
    alone = found(command, tmp_path, "--weights", "0:1:2")
    monkeypatch.setattr("jupyter_cellorder.cli.evaluate.load_bundle", ranked_members.loaded)
    both = found(command, tmp_path, "--weights", "0:1:2", "--jobs", "2")
    assert both["bundle"] == alone["bundle"]
    assert both["kendall_tau"] == alone["kendall_tau"]
