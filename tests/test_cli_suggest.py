import json
import os
import subprocess

import pytest
from command_line import command_line, in_a_process
from scripted_members import ByHash, numbered, write_ipynb

from jupyter_cellorder.cli import suggest as cli_suggest
from jupyter_cellorder.notebook import Cell, Notebook

IN_ORDER = tuple(f"id-{number:03d}" for number in range(8))


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    return command_line(monkeypatch, tmp_path, capsys)


@pytest.fixture
def notebook(tmp_path):
    """Eight cells in order, but for the last markdown, which stands first."""
    cells = numbered("mcmcmcmc")
    return write_ipynb(tmp_path / "a.ipynb", [cells[6], *cells[:6], cells[7]])


def test_moves_are_listed_and_nothing_is_written(command, notebook):
    before = notebook.read_bytes()
    status, out, err = command("suggest", notebook)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "1 markdown cell to move."
    assert out.splitlines()[2].split() == ["1", "7", "98%", "##", "Part", "#6"]
    assert notebook.read_bytes() == before


def test_a_notebook_in_order_is_said_to_be(command, tmp_path):
    path = write_ipynb(tmp_path / "b.ipynb", numbered("mcmcmc"))
    for mode in ("review", "all"):
        status, out, _ = command("suggest", path, "--mode", mode)
        assert (status, out) == (0, "Nothing to move: the markdown is in order.\n")


def test_json_is_one_object_with_the_fields_of_the_rest_interface(command, notebook):
    status, out, _ = command("suggest", notebook, "--mode", "all", "--json")
    found = json.loads(out)
    assert status == 0
    assert tuple(found["order"]) == IN_ORDER
    assert (found["mode"], found["bundle"]) == ("all", "by-number-ensemble")
    assert found["notice"] is None
    (move,) = found["moves"]
    assert (move["cell"], move["from"], move["to"]) == ("id-006", 0, 6)
    assert move["gain"] > 0
    assert move["confidence"] > 0.9


def test_diff_names_the_file_and_the_moved_cell(command, notebook):
    status, out, _ = command("suggest", notebook, "--diff")
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == f"--- {notebook}"
    assert lines[1] == f"+++ {notebook} (suggested)"
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-id-006 markdown: ## Part #6",
        "+id-006 markdown: ## Part #6",
    ]


def test_diff_of_a_notebook_in_order_is_empty(command, tmp_path):
    path = write_ipynb(tmp_path / "b.ipynb", numbered("mcmc"))
    status, out, err = command("suggest", path, "--diff")
    assert (status, out) == (0, "")
    assert "in order" in err


def test_in_place_writes_the_order_and_keeps_everything_else(command, notebook):
    before = json.loads(notebook.read_text())
    status, out, _ = command("suggest", notebook, "--in-place")
    assert (status, out) == (0, f"Wrote {notebook}. 1 markdown cell moved.\n")
    after = json.loads(notebook.read_text())
    assert Notebook.read(notebook).ids == IN_ORDER
    assert {c["id"]: c for c in after.pop("cells")} == {c["id"]: c for c in before.pop("cells")}
    assert after == before


def test_in_place_leaves_a_notebook_alone_that_was_saved_meanwhile(command, notebook, monkeypatch):
    """Without ids in the file its cells are told apart by their places alone."""
    ask = cli_suggest.suggest
    saved = []

    def meanwhile(*args, **options):
        answer = ask(*args, **options)
        content = json.loads(notebook.read_text())
        content["cells"].reverse()
        notebook.write_text(json.dumps(content))
        saved.append(notebook.read_bytes())
        return answer

    monkeypatch.setattr(cli_suggest, "suggest", meanwhile)
    status, _, err = command("suggest", notebook, "--in-place")
    assert status == 2
    assert "changed in the meantime" in err
    assert [notebook.read_bytes()] == saved


def test_in_place_leaves_a_notebook_in_order_untouched(command, tmp_path):
    path = write_ipynb(tmp_path / "b.ipynb", numbered("mcmc"))
    stood = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    status, out, _ = command("suggest", path, "--in-place")
    assert status == 0
    assert f"{path} stays as it is." in out
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == stood


def test_output_writes_elsewhere(command, notebook, tmp_path):
    before = notebook.read_bytes()
    target = tmp_path / "new.ipynb"
    status, out, _ = command("suggest", notebook, "--output", target)
    assert (status, out) == (0, f"Wrote {target}. 1 markdown cell moved.\n")
    assert Notebook.read(target).ids == IN_ORDER
    assert notebook.read_bytes() == before


def test_output_of_a_notebook_in_order_is_a_copy(command, tmp_path):
    path = write_ipynb(tmp_path / "b.ipynb", numbered("mcmc"))
    target = tmp_path / "new.ipynb"
    status, out, _ = command("suggest", path, "--output", target)
    assert status == 0
    assert out.endswith(f"Wrote {target}, unchanged.\n")
    assert target.read_bytes() == path.read_bytes()


def test_selected_places_the_named_cells_only(command, tmp_path):
    cells = numbered("mcmcmcmc")
    path = write_ipynb(tmp_path / "a.ipynb", [cells[i] for i in (6, 4, 0, 1, 2, 3, 5, 7)])
    status, out, _ = command(
        "suggest", path, "--mode", "selected", "--cells", "id-006,id-000", "--json"
    )
    assert status == 0
    order = json.loads(out)["order"]
    # id-004, not selected, still stands before the code at 1.
    assert order.index("id-004") < order.index("id-001")
    assert order.index("id-005") < order.index("id-006") < order.index("id-007")


def test_what_the_terminal_cannot_show_is_escaped(tmp_path):
    cells = [Cell("a", "code", "x = 1  # #1"), Cell("b", "markdown", "# \N{BAR CHART} First #0")]
    path = write_ipynb(tmp_path / "n.ipynb", cells)
    done = subprocess.run(
        in_a_process("suggest", path, "--mode", "all"),
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\U0001f4ca First #0" in done.stdout


def test_keep_markdown_order_keeps_it(command, notebook):
    status, out, _ = command(
        "suggest", notebook, "--mode=all", "--keep-markdown-order", "--json", member=ByHash()
    )
    assert status == 0
    order = json.loads(out)["order"]
    assert [id for id in order if id in IN_ORDER[::2]] == ["id-006", "id-000", "id-002", "id-004"]


def test_kaggle_json_gets_a_suggestion(command, tmp_path):
    path = tmp_path / "k.json"
    cells = [Cell("c1", "code", "#1"), Cell("c3", "code", "#3"), Cell("m2", "markdown", "#2")]
    path.write_text(
        json.dumps(
            {
                "cell_type": {cell.id: cell.kind for cell in cells},
                "source": {cell.id: cell.source for cell in cells},
            }
        )
    )
    status, out, _ = command("suggest", path, "--mode", "all", "--json")
    assert status == 0
    assert json.loads(out)["order"] == ["c1", "m2", "c3"]


def test_terminal_escapes_of_a_cell_do_not_reach_the_terminal(command, tmp_path):
    cells = numbered("mcmc")
    evil = Cell("evil", "markdown", "\n\x1b[31mred\x1b]0;title\x07 #9\x9b1m")
    path = write_ipynb(tmp_path / "a.ipynb", [evil, *cells])
    for option in ([], ["--diff"]):
        status, out, _ = command("suggest", path, "--mode", "all", *option)
        assert status == 0
        assert "red" in out
        assert all(c == "\n" or c.isprintable() for c in out)


def test_configuration_file_sets_options_and_the_command_line_wins(command, notebook, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_cellorder_config.py").write_text(
        "c.SuggestApp.mode = 'all'\nc.SuggestApp.as_json = True\n"
    )
    assert json.loads(command("suggest", notebook).out)["mode"] == "all"
    assert json.loads(command("suggest", notebook, "--mode", "review").out)["mode"] == "review"


def test_who_was_asked_within_a_budget_is_said_beside_the_result(command, notebook):
    status, out, err = command("suggest", notebook, "--mode", "all", "--budget", "30s", "--json")
    assert status == 0
    (member,) = json.loads(out)["members"]
    assert (member["name"], member["cells"]) == ("by-number", 4)
    assert "Asked: by-number about 4 cells in 0.0" in err


def test_a_budget_that_is_no_time(command, notebook):
    status, out, err = command("suggest", notebook, "--budget", "soon")
    assert (status, out) == (2, "")
    assert "'soon' is no time to keep to. Give a number above 0, such as 2s" in err
