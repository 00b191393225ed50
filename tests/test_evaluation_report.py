import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from ranked_members import trio
from scripted_members import ByHash, ByNumber, ensemble, example
from test_evaluation_run import random_examples

from jupyter_cellorder.evaluation.report import page
from jupyter_cellorder.evaluation.report.cases import Line, before_after
from jupyter_cellorder.evaluation.report.page import ReportError, check_report, write_report
from jupyter_cellorder.evaluation.report.plots import COLOURS
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.score import Row, score
from jupyter_cellorder.evaluation.worst import Case, Worst
from jupyter_cellorder.notebook import Cell, Notebook


def case(kinds, order):
    shown = example("a", kinds)
    ids = shown.notebook.ids
    code = frozenset(cell.id for cell in shown.notebook.cells if cell.kind == "code")
    return Case(shown, tuple(order), score([ids[index] for index in order], ids, code))


def states(lines):
    return [(line.number, line.state, line.shift) for line in lines if line.number is not None]


def test_wrong_places_are_marked_by_hand():
    # Truth: text, code, text, text, code. The first text is found last, the other two swapped.
    shown = before_after(case("mcmmc", [1, 3, 2, 4, 0]))
    marked = dict((number, state) for number, state, _ in states(shown.truth))
    assert (marked[1], marked[2], marked[5]) == ("gap", "right", "right")
    # Of two that are swapped, one taken out and put back is enough.
    assert sorted((marked[3], marked[4])) == ["order", "right"]
    assert states(shown.found)[0] == (2, "right", -1)
    assert states(shown.found)[-1] == (1, "gap", 4)
    assert (shown.wrong, shown.markdown, shown.inversions) == (1, 3, 5)
    assert shown.kendall_tau == pytest.approx(1 - 4 * 5 / 20)


def test_code_that_was_moved_is_marked():
    shown = before_after(case("ccccm", [1, 2, 3, 0, 4]))
    assert [line.number for line in shown.truth if line.state == "code"] == [1]


def test_long_stretches_in_place_are_left_out():
    order = [*range(1, 10), 0, *range(10, 40)]
    shown = before_after(case("m" + "c" * 39, order))
    assert shown.truth[:3] == (
        Line(1, "markdown", "## Part #0", "gap"),
        Line(2, "code", "step_1 = 1 # #1", "right"),
        Line(3, "code", "step_2 = 1 # #2", "right"),
    )
    assert shown.truth[3] == Line(None, "skipped", "37 cells in place", "right")
    assert [line.text for line in shown.found if line.kind == "skipped"] == [
        "7 cells in place",
        "28 cells in place",
    ]


def test_the_worst_are_kept_and_all_others_let_go():
    worst = Worst(2)
    for name, order in (("a", [0, 1, 2]), ("b", [2, 1, 0]), ("c", [1, 0, 2]), ("d", [1, 0, 2])):
        made = case("mcm", order)
        scores = {worst._contender: made.score}
        worst.add(replace(made.example, id=name), Row(3, 2, scores, order=order))
    worst.add(example("e", "mcm"), Row(3, 2, refused="too-many-cells"))
    assert [one.example.id for one in worst.cases()] == ["b", "c"]
    assert not Worst(3).cases()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    worst = Worst(3)
    shown = [replace(one, language="en") for one in random_examples(24, clusters=5)]
    evil = Notebook.from_cells(
        [
            *(Cell(f"c{number}", "code", f"step # #{number}") for number in range(30)),
            Cell("m", "markdown", "</li><script>alert(1)</script> #30"),
        ]
    )
    shown.append(replace(shown[0], id='<b>"evil"</b>', notebook=evil, language="de"))
    result = evaluate(shown, trio(), listeners=[worst.add])
    write_report(result, [*worst.cases(), case("mcmmc", [1, 3, 2, 4, 0])], folder)
    cases = [Case(shown[-1], (30, *range(30)), worst.cases()[0].score)]
    write_report(result, [*worst.cases(), *cases], folder / "other")
    return folder, result


class Tags(HTMLParser):
    """Checks that tags close as they should, and collects attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else(report):
    folder, _ = report
    text = (folder / "index.html").read_text()
    tags = Tags(text)
    assert not tags.open
    assert not {"script", "link", "img", "iframe", "image"} & {tag for tag, _ in tags.found}
    for _, attributes in tags.found:
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
    assert "@import" not in text
    assert not re.findall(r"url\((?!#)", text)


def test_the_page_holds_what_was_found(report):
    folder, result = report
    text = (folder / "index.html").read_text()
    for figures in (result.own, *result.members.values(), *result.strategies.values()):
        assert f"{figures.kendall_tau:.4f}" in text
        assert f"{figures.ci95[0]:.4f}" in text
    for name in (*result.members, *result.strategies, *result.trivial):
        assert name in text
    for heading in ("By length", "How sure, and how right", "By repository", "and by language"):
        assert heading in text
    assert "20,000 notebooks would take" in text


def test_text_of_notebooks_is_text(report):
    text = (report[0] / "other" / "index.html").read_text()
    assert "<script>" not in text
    assert "&lt;/li&gt;&lt;script&gt;" in text
    assert "&lt;b&gt;" in text
    assert "30 too early" in text


def test_ids_of_the_plots_do_not_meet(report):
    text = (report[0] / "index.html").read_text()
    ids = [attributes["id"] for tag, attributes in Tags(text).found if "id" in attributes]
    shared = {id for id in ids if ids.count(id) > 1}
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    assert not shared & used


def test_plots_are_files_too_and_the_page_has_its_own_colours(report):
    folder, _ = report
    text = (folder / "index.html").read_text()
    names = {file.stem for file in folder.glob("*.svg")}
    assert names == {"contenders", "length", "slices", "reliability", "repositories"}
    for file in folder.glob("*.svg"):
        root = ElementTree.parse(file).getroot()
        assert root.tag.endswith("svg")
        drawn = set(re.findall(r"#[0-9a-f]{6}\b", file.read_text()))
        assert drawn <= set(COLOURS)
    plots = text[text.index("<body>") :]
    assert not re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", plots)
    for name in COLOURS.values():
        assert f"--{name}:" in text


def test_the_same_result_is_the_same_page(report, tmp_path):
    _, result = report
    cases = [case("mcmmc", [1, 3, 2, 4, 0])]
    first = write_report(result, cases, tmp_path / "a").read_text()
    assert write_report(result, cases, tmp_path / "b").read_text() == first


@pytest.mark.parametrize("member", [ByNumber(), ByHash()])
def test_one_cluster_and_one_length_make_a_page_too(member, tmp_path):
    shown = [example(f"n{number}", "mcmc", "repo") for number in range(3)]
    worst = Worst(3)
    result = evaluate(shown, ensemble(member), listeners=[worst.add])
    text = write_report(result, worst.cases(), tmp_path).read_text()
    assert not Tags(text).open
    assert "no interval" in text
    assert ("cost most" in text) == (result.kendall_tau < 1)


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "find_spec", lambda name: None)
    with pytest.raises(ReportError, match=r"pip install .*matplotlib") as caught:
        check_report(tmp_path)
    assert caught.value.code == "matplotlib-missing"


def test_a_folder_that_cannot_be_made_is_a_sentence(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="could not be written"):
        write_report(report[1], [], tmp_path / "file" / "report")
