import json
import re
import shutil

import pytest
import ranked_members
import zstandard
from command_line import command_line
from scripted_members import ByHash, numbered, write_ipynb
from test_evaluation_journal import without_times
from test_evaluation_sources import write_kaggle

from jupyter_cellorder.bundle import DEFAULT


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    return command_line(monkeypatch, tmp_path, capsys)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "notebooks"
    for number, kinds in enumerate(["mcmcc", "cmmc", "mccmcm", "cmcmcm"]):
        write_ipynb(folder / f"n{number}.ipynb", numbered(kinds))
    return folder


def test_json_holds_what_the_reader_of_figures_needs(command, folder):
    status, out, err = command("evaluate", folder, "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert found["kendall_tau"] == 1
    assert found["ci95"] == [1, 1]
    assert found["notebooks"] == 4
    assert found["markdown_cells"] == 10
    assert found["seconds_per_notebook"] > 0
    assert set(found["baselines"]) == {"file order", "random interleave", "TF-IDF nearest"}
    assert found["bundle"] == "by-number-ensemble"


def test_table_has_the_figure_the_interval_and_the_baselines(command, folder):
    found = json.loads(command("evaluate", folder, "--json", member=ByHash()).out)
    status, out, _ = command("evaluate", folder, "--mode", "all", member=ByHash())
    assert status == 0
    figure = next(line for line in out.splitlines() if line.startswith("by-hash-ensemble"))
    low, high = found["ci95"]
    assert figure.split()[1:] == [f"{found['kendall_tau']:.4f}", f"{low:.4f}", "..", f"{high:.4f}"]
    for name, tau in found["baselines"].items():
        assert f"{name} " in out
        assert f"{tau:.4f}" in out


def test_keep_markdown_order_has_baselines_of_its_own(command, folder):
    found = json.loads(command("evaluate", folder, "--keep-markdown-order", "--json").out)
    assert found["keep_markdown_order"] is True
    assert {"spread evenly", "TF-IDF aligned"} <= set(found["baselines"])


def test_limit_and_seed(command, folder):
    runs = [
        json.loads(command("evaluate", folder, "--json", "--limit", 2, "--seed", seed).out)
        for seed in (1, 1, 2)
    ]
    assert [found["notebooks"] for found in runs] == [2, 2, 2]
    assert runs[0]["baselines"] == runs[1]["baselines"]
    assert (runs[2]["seed"], runs[2]["limit"]) == (2, 2)


def test_without_path_the_shipped_examples_are_scored(command):
    from importlib.resources import files

    shipped = [
        p
        for p in files("jupyter_cellorder").joinpath("examples").iterdir()
        if p.name.endswith(".ipynb")
    ]
    status, out, err = command("evaluate", "--json", member=ByHash())
    assert (status, err) == (0, "")
    assert json.loads(out)["notebooks"] == len(shipped) > 0


def test_several_paths_are_pooled(command, folder):
    row = {"id": "x", "cells": [["code", "#0"], ["markdown", "#1"]]}
    corpus = folder.parent / "part.jsonl.zst"
    corpus.write_bytes(zstandard.compress(json.dumps(row).encode()))
    assert json.loads(command("evaluate", folder, corpus, "--json").out)["notebooks"] == 5


def test_what_is_left_out_is_said_once_on_stderr(command, folder):
    (folder / "cut.ipynb").write_text("{")
    (folder / "cut2.ipynb").write_text("{")
    write_ipynb(folder / "text.ipynb", numbered("mmm"))
    status, out, err = command("evaluate", folder, "--json")
    assert status == 0
    assert err.splitlines() == [
        "jupyter-cellorder: Left out 1 notebook (no code cell): text.ipynb.",
        "jupyter-cellorder: Left out 2 notebooks (not readable as a notebook, not-json): "
        "cut.ipynb, cut2.ipynb.",
    ]
    assert sum(json.loads(out)["skipped"].values()) == 3


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["evaluate", "--mode", "review"], "cannot be evaluated; use --mode all"),
        (["evaluate", "--limit", "-1"], "--limit -1 makes no sense"),
        (["evaluate", "--limit", "many"], "'limit' trait"),
        (["evaluate", "there/is/nothing"], "does not exist"),
    ],
)
def test_wrong_use_is_refused(command, argv, said):
    status, out, err = command(*argv)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_folder_without_notebooks_is_refused(command, tmp_path):
    (tmp_path / "empty").mkdir()
    status, _, err = command("evaluate", tmp_path / "empty")
    assert status == 2
    assert "holds nothing that can be scored" in err


def test_a_folder_where_nothing_can_be_scored_is_refused(command, tmp_path):
    write_ipynb(tmp_path / "only" / "text.ipynb", numbered("mm"))
    status, _, err = command("evaluate", tmp_path / "only")
    assert status == 2
    assert "No notebook could be scored" in err
    assert "text.ipynb" in err


def test_json_holds_members_and_strategies(command, folder):
    found = json.loads(run_trio(command, "evaluate", folder, "--json").out)
    assert set(found["members"]) == {"near", "far", "by-hash"}
    assert set(found["strategies"]) == {"precedence", "rank-mean", "submission-mean"}
    for one in (*found["members"].values(), *found["strategies"].values()):
        assert {"kendall_tau", "ci95", "difference", "difference_ci95", "seconds", "gflop"} <= set(
            one
        )
    assert found["strategies"]["precedence"]["kendall_tau"] == found["kendall_tau"]


def run_trio(command, *argv):
    return command(*argv, whole=ranked_members.trio())


def test_table_has_a_line_for_each_and_fits(command, folder):
    out = run_trio(command, "evaluate", folder).out
    for name in ("near", "far", "by-hash", "rank-mean", "submission-mean", "precedence"):
        assert f"\n  {name} " in out
    assert max(map(len, out.splitlines())) <= 100
    assert "20,000 notebooks would take" in out


def test_other_bundles_stand_beside(command, folder, monkeypatch, tmp_path):
    rival = tmp_path / "rival"
    shutil.copytree(DEFAULT, rival)
    asked = ["evaluate", folder, "--beside", rival, "--beside", DEFAULT, "--json"]
    alone = json.loads(run_trio(command, *asked).out)
    assert {"rival", "default"} <= alone["beside"].keys()
    # The same bundle twice is as good as itself.
    first, second = ({**alone["beside"][name], "seconds": 0} for name in ("rival", "default"))
    assert first == second
    assert first["difference"] == first["kendall_tau"] - alone["kendall_tau"]
    monkeypatch.setattr("jupyter_cellorder.cli.evaluate.load_bundle", ranked_members.loaded)
    together = json.loads(command(*asked, "--jobs", 2).out)
    assert without_times(together) == without_times(alone)


def test_another_bundle_that_is_not_there_is_told_at_once(command, folder):
    status, out, err = command("evaluate", folder, "--beside", "no/such/bundle")
    assert (status, out) == (2, "")
    assert "no/such/bundle" in err


def test_rows_beside_another_bundle_are_rows_of_their_own(command, folder, tmp_path):
    rows = tmp_path / "rows.jsonl"
    assert command("evaluate", folder, "--resume", rows).status == 0
    status, _, err = command("evaluate", folder, "--resume", rows, "--beside", DEFAULT)
    assert status == 2
    assert "another bundle" in err


def test_several_processes_find_the_same(command, folder, monkeypatch):
    alone = json.loads(run_trio(command, "evaluate", folder, "--json").out)
    monkeypatch.setattr("jupyter_cellorder.cli.evaluate.load_bundle", ranked_members.loaded)
    status, out, err = command("evaluate", folder, "--json", "--jobs", 2)
    assert (status, err) == (0, "")
    assert without_times(json.loads(out)) == without_times(alone)
    assert json.loads(out)["jobs"] == 2


def test_resume_goes_on_and_refuses_other_options(command, folder):
    rows = folder.parent / "rows.jsonl"
    first = command("evaluate", folder, "--json", "--resume", rows).out
    assert command("evaluate", folder, "--json", "--resume", rows).out == first
    status, _, err = command("evaluate", folder, "--seed", 1, "--resume", rows)
    assert status == 2
    assert "another seed (0, not 1)" in err


@pytest.fixture
def kaggle(tmp_path):
    cells = {id: numbered(kinds) for id, kinds in (("aa", "mcmcc"), ("bb", "cmm"), ("cc", "cc"))}
    orders = {id: " ".join(cell.id for cell in some) for id, some in cells.items()}
    shown = {id: sorted(some, key=lambda cell: cell.kind) for id, some in cells.items()}
    folder = write_kaggle(tmp_path / "ai4code", shown, orders)
    (folder / "test").mkdir()
    for file in (folder / "train").iterdir():
        (folder / "test" / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.mark.parametrize("part", ["", "test"])
def test_submission_then_score(command, kaggle, part):
    path = kaggle.parent / "submission.csv"
    status, out, err = command("evaluate", kaggle / part, "--submission", path)
    assert status == 0
    assert f"Wrote {path}: 2 notebooks, and 1 as they are in their files." in err
    assert ("Kendall tau is not known" in out) == (part == "test")
    status, out, _ = command("score", path, kaggle / "train_orders.csv")
    assert status == 0
    assert out.startswith("Kendall tau 1.0000 (95 % interval 1.0000 .. 1.0000, by notebook)")
    found = json.loads(command("score", path, kaggle / "train_orders.csv", "--json").out)
    assert (found["kendall_tau"], found["notebooks"]) == (1, 3)


def test_a_submission_is_the_same_from_what_was_found_before(command, kaggle):
    paths = [kaggle.parent / name for name in ("first.csv", "second.csv")]
    rows = kaggle.parent / "rows.jsonl"
    for path in paths:
        run_trio(command, "evaluate", kaggle, "--submission", path, "--resume", rows)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(rows.read_text().splitlines()) == 3  # a head, and two notebooks


def test_strategy_chooses_which_order_is_written(command, kaggle):
    written = {}
    for strategy in ("precedence", "rank-mean"):
        path = kaggle.parent / f"{strategy}.csv"
        run_trio(command, "evaluate", kaggle, "--submission", path, "--strategy", strategy)
        figures = json.loads(run_trio(command, "evaluate", kaggle, "--json").out)["strategies"]
        scored = command("score", path, kaggle / "train_orders.csv", "--json").out
        # The third notebook holds two code cells, which nobody can get wrong.
        wrong = (1 - figures[strategy]["kendall_tau"]) * (20 + 6) / 4
        written[strategy] = json.loads(scored)["kendall_tau"]
        assert written[strategy] == pytest.approx(1 - 4 * wrong / (20 + 6 + 2))


def test_ancestors_are_named_for_the_interval(command, kaggle):
    path = kaggle.parent / "submission.csv"
    command("evaluate", kaggle, "--submission", path)
    table = kaggle / "train_ancestors.csv"
    table.write_text("id,ancestor_id,parent_id\naa,f,\nbb,f,\ncc,g,\n")
    out = command("score", path, kaggle / "train_orders.csv", "--ancestors", table).out
    assert "2 ancestors" in out


def test_report_is_written(command, folder):
    report = folder.parent / "deep" / "report"
    status, _, err = run_trio(command, "evaluate", folder, "--report", report)
    assert status == 0
    assert f"Wrote {report / 'index.html'}." in err
    assert "</html>" in (report / "index.html").read_text()


def test_report_without_matplotlib_is_refused_before_anything_is_asked(
    command, folder, monkeypatch
):
    monkeypatch.setattr("jupyter_cellorder.evaluation.report.page.find_spec", lambda name: None)
    status, out, err = command("evaluate", folder, "--report", folder.parent / "report")
    assert (status, out) == (2, "")
    assert "needs matplotlib" in err


def test_report_that_cannot_be_written_is_refused_before_anything_is_asked(
    command, folder, monkeypatch
):
    monkeypatch.setattr("jupyter_cellorder.cli.evaluate.evaluate", None)
    (folder.parent / "report").write_text("a file")
    status, out, err = command("evaluate", folder, "--report", folder.parent / "report")
    assert (status, out) == (2, "")
    assert "could not be written" in err


def test_what_was_found_is_not_lost_with_the_report(command, folder, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jupyter_cellorder.evaluation.report.page.replacing", full)
    submitted = folder.parent / "s.csv"
    status, out, err = command(
        *("evaluate", folder, "--json", "--submission", submitted),
        *("--report", folder.parent / "report"),
    )
    assert status == 2
    assert "No space left on device" in err
    assert json.loads(out)["notebooks"] == 4
    assert len(submitted.read_text().splitlines()) == 5


def test_only_what_training_held_out_is_scored(command, tmp_path):
    for number in range(60):
        write_ipynb(tmp_path / "many" / f"n{number}.ipynb", numbered("mcm"))
    held_out = json.loads(command("evaluate", tmp_path / "many", "--held-out", "--json").out)
    assert 0 < held_out["notebooks"] < 20
    limited = command("evaluate", tmp_path / "many", "--held-out", "--limit", "1", "--json")
    assert json.loads(limited.out)["notebooks"] == 1


@pytest.mark.parametrize("task", ["repair", "selected"])
def test_tasks_of_single_cells(command, folder, task):
    status, out, _ = command("evaluate", folder, "--task", task, "--json")
    assert status == 0
    assert json.loads(out)["task"] == task
    assert json.loads(out)["notebooks"] == 4
    assert command("evaluate", folder, "--task", task).status == 0


@pytest.mark.parametrize("task", ["repair", "selected"])
def test_tasks_of_single_cells_are_shared_among_processes(command, folder, task, monkeypatch):
    monkeypatch.setattr("jupyter_cellorder.cli.evaluate.load_bundle", ranked_members.loaded)
    asked = ("evaluate", folder, "--task", task, "--json")
    alone, together = run_trio(command, *asked), command(*asked, "--jobs", 2)
    assert (together.status, together.out) == (0, alone.out)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--jobs", "0"], "--jobs 0 makes no sense"),
        (["--submission", "s.csv", "--held-out"], "leave --held-out out"),
        (["--task", "sort"], "There is no task 'sort'; use one of: order, repair, selected."),
        (["--task", "repair", "--report", "r"], "--report goes with --task order"),
        (["--task", "repair", "--resume", "r"], "--resume goes with --task order"),
        (["--task", "selected", "--keep-markdown-order"], "goes with --task order"),
        (["--task", "selected", "--beside", "b"], "--beside goes with --task order"),
        (["--strategy", "vote"], "There is no strategy 'vote'"),
        (["--strategy", "rank-mean"], "'rank-mean' gives no order here"),
        (["--strategy", "rank-mean", "--keep-markdown-order"], "leave --keep-markdown-order out"),
        (["--submission", "s.csv", "--limit", "2"], "holds every notebook"),
        (["--submission", "no/such/s.csv"], "was not written"),
        (["--resume", "no/such/rows.jsonl"], "cannot be written"),
    ],
)
def test_options_that_make_no_sense_are_refused(command, folder, argv, said, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    status, out, err = command("evaluate", folder, *argv)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "write the model's with --submission FILE"),
        (["--submission", "s.csv", "--report", "r"], "--report needs true orders"),
        (["--submission", "s.csv", "--keep-markdown-order"], "--keep-markdown-order needs true"),
        (["--submission", "s.csv", "--beside", "b"], "--beside needs true orders"),
    ],
)
def test_a_folder_without_orders_is_not_scored(command, kaggle, argv, said, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    status, out, err = command("evaluate", kaggle / "test", *argv)
    assert (status, out) == (2, "")
    assert re.search(said, err)
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["one.csv"], "not 1: jupyter cellorder score"),
        (["one.csv", "two.csv"], "one.csv cannot be read (No such file or directory)"),
    ],
)
def test_score_refuses_what_is_not_there(command, argv, said, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    status, out, err = command("score", *argv)
    assert (status, out) == (2, "")
    assert said in err
