import json
from dataclasses import replace

import pytest
from ranked_members import trio
from scripted_members import ByNumber, ensemble, example
from test_evaluation_run import Refusing
from test_evaluation_sources import write_csv, write_kaggle

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.contender import Contender
from jupyter_cellorder.evaluation.example import Skipped
from jupyter_cellorder.evaluation.kaggle import is_unlabelled, read_unlabelled, table
from jupyter_cellorder.evaluation.question import Question
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.score import Row
from jupyter_cellorder.evaluation.sources import SourceError, read_examples
from jupyter_cellorder.evaluation.submission import (
    SubmissionError,
    score_submission,
    submission,
)
from jupyter_cellorder.evaluation.unlabelled import order_unlabelled
from jupyter_cellorder.metric import cluster_bootstrap, kendall_tau
from jupyter_cellorder.notebook import Cell


def cells(kinds):
    """Cells of a Kaggle file: `m0` is truly first; "e" is empty markdown and "h" empty code."""
    made = []
    for number, kind in enumerate(kinds):
        name = "markdown" if kind in "me" else "code"
        made.append(Cell(f"{kind}{number}", name, " " if kind in "eh" else f"text #{number}"))
    return made


def in_file(made):
    return [
        *(c for c in made if c.kind == "code"),
        *(c for c in reversed(made) if c.kind != "code"),
    ]


def kaggle(folder, **kinds):
    """Kaggle's folder: notebooks by id, and their true orders."""
    made = {id: cells(text) for id, text in kinds.items()}
    orders = {id: " ".join(cell.id for cell in some) for id, some in made.items()}
    return write_kaggle(folder, {id: in_file(some) for id, some in made.items()}, orders)


def written(path, source, member, kept=None, **options):
    skipped = Skipped()
    with submission(path) as rows:
        skipped.undecided = rows.add_undecided
        options["kept"] = kept or Contender("ensemble", "")
        evaluate(source(skipped), member, skipped=skipped, listeners=[rows.add], **options)
    return dict(table(path, "cell_order"))


def test_who_knows_the_order_submits_it(tmp_path):
    folder = kaggle(tmp_path / "ai4code", aa="mcmcc", bb="cmmc", cc="cc", dd="mm")
    path = tmp_path / "submission.csv"
    found = written(path, lambda skipped: read_examples(folder, skipped), ensemble(ByNumber()))
    assert found == {
        "aa": "m0 c1 m2 c3 c4",
        "bb": "c0 m1 m2 c3",
        "cc": "c0 c1",  # nothing to decide: as in the file
        "dd": "m1 m0",
    }
    assert path.read_text().splitlines()[0] == "id,cell_order"
    scored = score_submission(path, folder / "train_orders.csv")
    assert scored.kendall_tau == pytest.approx(1 - 4 * 1 / (20 + 12 + 2 + 2))
    assert (scored.notebooks, scored.cells) == (4, 13)


def test_empty_cells_are_submitted_too(tmp_path):
    folder = kaggle(tmp_path / "ai4code", aa="hcemchm")
    found = written(
        tmp_path / "s.csv", lambda skipped: read_examples(folder, skipped), ensemble(ByNumber())
    )
    # In the file: h0 c1 c4 h5, then m6 m3 e2; empty code follows code, empty markdown what it
    # follows there.
    assert found == {"aa": "h0 c1 m3 e2 c4 h5 m6"}


def test_the_submission_scores_what_the_evaluation_found(tmp_path):
    folder = kaggle(tmp_path / "ai4code", aa="mcmccmcm", bb="cmmcmmc", cc="mmmccc")
    for kept in (Contender("ensemble", ""), Contender("strategy", "rank-mean")):
        path = tmp_path / f"{kept.name}.csv"
        written(path, lambda skipped: read_examples(folder, skipped), trio(), kept)
        result = evaluate(read_examples(folder), trio())
        figures = result.own if kept.kind == "ensemble" else result.strategies[kept.name]
        scored = score_submission(path, folder / "train_orders.csv")
        assert scored.kendall_tau == pytest.approx(figures.kendall_tau)


def test_a_refused_notebook_is_submitted_as_it_was_shown(tmp_path):
    folder = kaggle(tmp_path / "ai4code", aa="mcmcc", bb="ccccccm")
    found = written(
        tmp_path / "s.csv", lambda skipped: read_examples(folder, skipped), ensemble(Refusing())
    )
    assert found["bb"] == "c0 c1 c2 c3 c4 c5 m6"


def test_notebooks_without_orders_are_ordered(tmp_path):
    train = kaggle(tmp_path / "ai4code", aa="mcmcc", bb="cmmc", cc="cc")
    folder = (train / "train").rename(tmp_path / "test")
    (folder / "cut.json").write_text("{")
    assert is_unlabelled(folder)
    skipped = Skipped()
    with submission(tmp_path / "s.csv") as rows:
        skipped.undecided = rows.add_undecided
        result = order_unlabelled(
            read_unlabelled(folder, skipped),
            ensemble(ByNumber()),
            Question("all", False, 0),
            skipped=skipped,
            listeners=[rows.add],
        )
    assert dict(table(tmp_path / "s.csv", "cell_order")) == {
        "aa": "m0 c1 m2 c3 c4",
        "bb": "c0 m1 m2 c3",
        "cc": "c0 c1",
    }
    assert (rows.ordered, rows.as_in_file) == (2, 1)
    record = result.as_dict()
    assert record["kendall_tau"] is None
    assert record["notebooks"] == 2
    assert "not known" in result.table()
    assert skipped.counts == {"no markdown cell": 1, "not readable as a notebook, not-json": 1}


def test_a_folder_that_holds_none_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"\*\.json"):
        read_unlabelled(tmp_path, Skipped())


def test_an_order_of_other_cells_is_not_written(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("before")
    for order in ([0, 1], [0, 1, 1], [0, 0, 1, 2]):
        with (
            pytest.raises(SubmissionError, match="does not hold its cells"),
            submission(path) as rows,
        ):
            rows.add(example("a", "mcc"), Row(3, 1, order=order))
        assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["s.csv"]


def test_two_notebooks_of_one_id_are_refused(tmp_path):
    with (
        pytest.raises(SubmissionError, match="Two notebooks have the id a"),
        submission(tmp_path / "s.csv") as rows,
    ):
        rows.add(example("a", "mcc"), Row(3, 1, order=[0, 1, 2]))
        rows.add_undecided("a", ["x"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a b", "", "a\n"])
def test_ids_that_spaces_would_part_are_refused(tmp_path, name):
    with pytest.raises(SubmissionError, match="parted"), submission(tmp_path / "s.csv") as rows:
        rows.add_undecided("a", [name])


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(SubmissionError, match="not written"), submission(tmp_path / "no" / "s"):
        pass


def test_what_stands_under_the_name_is_respected(tmp_path):
    read_only, link = tmp_path / "mine.csv", tmp_path / "link.csv"
    read_only.write_text("old")
    read_only.chmod(0o444)
    for path in (read_only, tmp_path):
        with pytest.raises(SubmissionError, match="not written"), submission(path):
            pass
    assert read_only.read_text() == "old"
    link.symlink_to("behind.csv")
    with submission(link) as rows:
        rows.add_undecided("a", ["b"])
    assert link.is_symlink()
    assert (tmp_path / "behind.csv").read_text() == "id,cell_order\na,b\n"


def test_empty_and_raw_cells_of_an_ipynb_stay_with_the_cell_before():
    shown = replace(example("a", "mc"), left_out=(("r", None), ("e", "id-000"), ("f", "id-000")))
    assert shown.complete(["id-001", "id-000"]) == ["r", "id-001", "id-000", "e", "f"]


TRUE = [("a", "1 2 3"), ("b", "4 5"), ("c", "6 7 8 9")]
HEADER = ["id", "cell_order"]


def tables(folder, submitted, true=TRUE):
    write_csv(folder / "s.csv", HEADER, submitted)
    write_csv(folder / "o.csv", HEADER, true)
    return folder / "s.csv", folder / "o.csv"


def test_a_submission_is_scored_by_hand(tmp_path):
    paths = tables(tmp_path, [("c", "9 6 7 8"), ("a", "1 2 3"), ("b", "5 4")])
    found = score_submission(*paths)
    assert found.kendall_tau == pytest.approx(1 - 4 * (3 + 0 + 1) / (12 + 6 + 2))
    assert (found.notebooks, found.cells, found.clusters) == (3, 9, 3)
    assert found.clustered_by == "notebook"
    assert found.ci95 == cluster_bootstrap([0, 1, 3], [3, 2, 4], ["a", "b", "c"])
    assert f"{found.kendall_tau:.4f}" in found.sentence()
    assert json.loads(json.dumps(found.as_dict()))["kendall_tau"] == found.kendall_tau


def test_ancestors_are_drawn_together(tmp_path):
    paths = tables(tmp_path, [("a", "3 2 1"), ("b", "4 5"), ("c", "9 6 7 8")])
    write_csv(
        tmp_path / "anc.csv",
        ["id", "ancestor_id", "parent_id"],
        [("a", "fam", ""), ("b", "fam", "a"), ("zz", "x", "")],
    )
    found = score_submission(*paths, tmp_path / "anc.csv")
    assert (found.clusters, found.clustered_by) == (2, "ancestor")
    assert found.ci95 == cluster_bootstrap([3, 0, 3], [3, 2, 4], ["fam", "fam", "c"])
    assert "2 ancestors" in found.sentence()


@pytest.mark.parametrize(
    ("submitted", "code", "said"),
    [
        ([("a", "1 2 3"), ("b", "4 5")], "ids-differ", "lacks 1 of the 3 notebooks"),
        ([*TRUE, ("d", "1")], "ids-differ", "has 1 notebook that"),
        ([*TRUE, ("a", "1 2 3")], "same-id", "two rows for notebook a"),
        ([("a", "1 2"), *TRUE[1:]], "cells-differ", "notebook a: 1 of 3 cells are missing"),
        ([("a", "1 2 3 3"), *TRUE[1:]], "cells-differ", "notebook a: A cell occurs twice"),
        ([("a", "1 2 2"), *TRUE[1:]], "cells-differ", "missing"),
        ([("a", "1 2 4"), *TRUE[1:]], "cells-differ", "holds cell '4'"),
        ([("a", ""), *TRUE[1:]], "cells-differ", "3 of 3 cells are missing"),
    ],
)
def test_what_would_raise_the_score_is_refused(tmp_path, submitted, code, said):
    with pytest.raises(SubmissionError, match=said) as caught:
        score_submission(*tables(tmp_path, submitted))
    assert caught.value.code == code


def test_orders_with_a_row_twice_are_refused(tmp_path):
    with pytest.raises(SubmissionError, match=r"o\.csv has two rows for notebook b"):
        score_submission(*tables(tmp_path, TRUE, [*TRUE, ("b", "5 4")]))


@pytest.mark.parametrize("content", ["", "id,order\na,1\n"])
def test_a_table_of_other_columns_is_refused(tmp_path, content):
    paths = tables(tmp_path, TRUE)
    paths[0].write_text(content)
    with pytest.raises(SourceError, match="no columns 'id' and 'cell_order'"):
        score_submission(*paths)


def test_a_table_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(SourceError, match="No such file"):
        score_submission(tmp_path / "s.csv", tmp_path / "o.csv")


def test_notebooks_of_one_cell_have_no_score(tmp_path):
    with pytest.raises(CellOrderError, match="no order to measure"):
        score_submission(*tables(tmp_path, [("a", "1")], [("a", "1")]))


def test_the_score_is_kendall_tau_of_the_orders(tmp_path):
    submitted = [("a", "2 3 1"), ("b", "5 4"), ("c", "8 7 9 6")]
    found = score_submission(*tables(tmp_path, submitted)).kendall_tau
    pairs = zip(submitted, TRUE, strict=True)
    assert found == kendall_tau((ours.split(), true.split()) for (_, ours), (_, true) in pairs)
