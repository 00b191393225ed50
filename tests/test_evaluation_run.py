import random
from dataclasses import replace

import numpy as np
import pytest
from ranked_members import trio
from scripted_members import ByHash, ById, ByNumber, ByPresentation, ensemble, example, numbered

from jupyter_cellorder.errors import RequestError
from jupyter_cellorder.evaluation.hide import hide
from jupyter_cellorder.evaluation.run import evaluate
from jupyter_cellorder.evaluation.sources import Skipped, SourceError
from jupyter_cellorder.notebook import Notebook
from jupyter_cellorder.suggest import suggest


def random_examples(count, clusters=None, longest=30):
    draw = random.Random(5)
    made = []
    for number in range(count):
        kinds = ["c", "m", *draw.choices("cm", k=draw.randrange(longest))]
        draw.shuffle(kinds)
        cluster = f"repo{number % clusters}" if clusters else None
        made.append(example(f"n{number}", "".join(kinds), cluster))
    return made


EXAMPLES = random_examples(60, clusters=7)


@pytest.mark.parametrize("keep", [False, True])
def test_who_knows_the_order_scores_one(keep):
    result = evaluate(EXAMPLES, ensemble(ByNumber()), keep_markdown_order=keep)
    assert result.kendall_tau == 1
    assert result.ci95 == (1, 1)
    assert result.exact_share == result.right_gap_share == 1
    assert result.notebooks == 60
    assert result.clusters == 7
    assert result.markdown_cells == sum(
        cell.kind == "markdown" for e in EXAMPLES for cell in e.notebook.cells
    )
    assert all(tau < 1 for tau in result.baselines.values())


def suggested_text(shown, seed, member, keep=False):
    hidden = hide(shown, seed, keep_markdown_order=keep)
    text = {cell.id: cell.source for cell in hidden.notebook.cells}
    order = suggest(hidden.notebook, ensemble(member), "all", keep_markdown_order=keep).order
    return [text[id] for id in order]


@pytest.mark.parametrize("keep", [False, True])
def test_another_permutation_gives_the_same_output(keep):
    for shown in EXAMPLES:
        first = hide(shown, 1, keep_markdown_order=keep)
        second = hide(shown, 2, keep_markdown_order=keep)
        assert first.notebook.ids != second.notebook.ids
        once = suggested_text(shown, 1, ByHash(), keep)
        assert once == suggested_text(shown, 2, ByHash(), keep)
    assert first.notebook != second.notebook


def test_the_score_does_not_depend_on_the_permutation():
    scores = {
        seed: evaluate(EXAMPLES, ensemble(ByHash()), seed=seed).kendall_tau for seed in (1, 2)
    }
    assert scores[1] == scores[2] < 0.9


@pytest.mark.parametrize("cheat", [ByPresentation(), ById()])
def test_a_cheat_gains_nothing_from_presentation_or_ids(cheat):
    examples = random_examples(300)
    # Shown the notebooks as their authors left them, the cheat would do far better.
    shown = []
    for e in examples:
        cells = e.notebook.cells
        floats = tuple(cell for cell in cells if cell.kind == "markdown")
        anchors = tuple(cell for cell in cells if cell.kind == "code")
        shown.append(_tau_of(cheat, anchors, floats, e.notebook))
    assert np.mean(shown) > 0.7

    result = evaluate(examples, ensemble(cheat))

    chance = result.baselines["random interleave"]
    # A spread-out shuffle stands a little better among the code than a random merge.
    assert result.kendall_tau < chance + 0.12
    assert result.right_gap_share < 0.3


def _tau_of(member, anchors, floats, truth):
    from jupyter_cellorder.decode import least_inversions
    from jupyter_cellorder.metric import kendall_tau
    from jupyter_cellorder.precedence import Placement

    order = least_inversions(member.precedence(Placement(anchors, floats)))
    ids = [cell.id for cell in (*anchors, *floats)]
    return kendall_tau([([ids[i] for i in order], truth.ids)])


def test_figures_agree_with_the_definition():
    examples = [example("a", "mcmc"), example("b", "cmm")]
    result = evaluate(examples, ensemble(ByHash()), seed=9)
    rows = result.rows
    assert rows.cells.tolist() == [4, 3]
    assert rows.markdown.tolist() == [2, 2]
    assert result.kendall_tau == pytest.approx(1 - 4 * rows.inversions.sum() / (4 * 3 + 3 * 2))
    assert result.seconds_per_notebook == pytest.approx(rows.seconds.mean())
    assert result.exact_share == (rows.inversions == 0).mean()


def test_baselines_are_scored_on_what_the_member_sees():
    # Text that says nothing: file order is wrong about the one pair text, code.
    result = evaluate([example("a", "mc"), example("b", "cm")], ensemble(ByNumber()))
    assert result.baselines["file order"] == 0
    assert set(result.baselines) == {"file order", "random interleave", "TF-IDF nearest"}
    kept = evaluate(EXAMPLES, ensemble(ByNumber()), keep_markdown_order=True)
    assert set(kept.baselines) == {
        "file order",
        "random interleave",
        "spread evenly",
        "TF-IDF aligned",
    }
    assert kept.baselines["spread evenly"] > 0.7


def test_interval_is_wider_over_clusters_than_over_notebooks():
    # Every repository gives the same notebook ten times over.
    alike = [
        replace(
            example(f"n{repo}", "mcmcmmcc"[repo:] + "mc"), id=f"n{repo}-{copy}", cluster=cluster
        )
        for repo in range(6)
        for copy in range(10)
        for cluster in [f"repo{repo}"]
    ]
    apart = [replace(e, cluster=e.id) for e in alike]
    wide = evaluate(alike, ensemble(ByHash())).ci95
    narrow = evaluate(apart, ensemble(ByHash())).ci95
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_one_cluster_has_no_interval():
    result = evaluate(random_examples(5, clusters=1), ensemble(ByHash()))
    assert result.ci95 is None
    assert result.as_dict()["ci95"] is None
    assert "one cluster" in result.table()


def test_limit_is_a_sample_scored_as_in_the_whole():
    whole = evaluate(EXAMPLES, ensemble(ByHash()), seed=4)
    part = evaluate(EXAMPLES[::-1], ensemble(ByHash()), seed=4, limit=20)
    again = evaluate(EXAMPLES, ensemble(ByHash()), seed=4, limit=20)
    assert part.notebooks == 20
    assert part.rows.inversions.tolist() == again.rows.inversions.tolist()
    assert part.baselines == again.baselines
    both = zip(part.rows.cells.tolist(), part.rows.inversions.tolist(), strict=True)
    assert set(both) <= set(
        zip(whole.rows.cells.tolist(), whole.rows.inversions.tolist(), strict=True)
    )


def test_progress_is_told():
    told = []
    evaluate(EXAMPLES[:3], ensemble(ByNumber()), progress=lambda *now: told.append(now))
    assert told == [(1, None), (2, None), (3, None)]
    told.clear()
    evaluate(EXAMPLES, ensemble(ByNumber()), limit=2, progress=lambda *now: told.append(now))
    assert told == [(1, 2), (2, 2)]


class Refusing(ByNumber):
    name = "refusing"

    def precedence(self, placement, cancelled=None):
        if len(placement.anchors) > 5:
            raise RequestError("Too many.", "too-many-cells")
        return super().precedence(placement, cancelled)


def test_refused_notebooks_are_counted_and_left_out():
    skipped = Skipped()
    result = evaluate(EXAMPLES, ensemble(Refusing()), skipped=skipped)
    refused = sum(sum(c.kind == "code" for c in e.notebook.cells) > 5 for e in EXAMPLES)
    assert result.notebooks == 60 - refused
    assert skipped.counts == result.skipped == {"refused by the model, too-many-cells": refused}


@pytest.mark.parametrize("mode", ["review", "selected", "sideways"])
def test_modes_that_need_the_present_order_are_refused(mode):
    with pytest.raises(RequestError, match="'all'"):
        evaluate(EXAMPLES, ensemble(ByNumber()), mode)


def test_nothing_to_score_is_an_error():
    with pytest.raises(SourceError, match="No notebook could be scored"):
        evaluate([], ensemble(ByNumber()))


def test_result_as_dict_and_table_hold_what_was_found():
    result = evaluate(EXAMPLES, ensemble(ByHash()), seed=3)
    found = result.as_dict()
    assert {
        "kendall_tau",
        "ci95",
        "members",
        "strategies",
        "notebooks",
        "markdown_cells",
        "seconds_per_notebook",
        "baselines",
        "bundle",
    } <= found.keys()
    assert found["bundle"] == "by-hash-ensemble"
    table = result.table()
    assert f"{result.kendall_tau:.4f}" in table
    assert all(f"{value:.4f}" in table for value in (*result.ci95, *result.baselines.values()))


def test_examples_must_not_be_changed_by_scoring():
    shown = example("a", "mcmc")
    evaluate([shown], ensemble(ByHash()))
    assert shown.notebook == Notebook.from_cells(numbered("mcmc"))


def test_other_bundles_are_asked_about_the_same_notebooks():
    rivals = {"hashed": ensemble(ByHash()), "trio": trio()}
    result = evaluate(EXAMPLES, ensemble(ByNumber()), beside=lambda: rivals)
    alone = {name: evaluate(EXAMPLES, rival, seed=0) for name, rival in rivals.items()}
    # A rival of one member is itself; of several, its members and strategies have lines too.
    assert list(result.beside) == [
        "hashed",
        "trio",
        *("trio: near", "trio: far", "trio: by-hash"),
        *("trio: rank-mean", "trio: submission-mean"),
    ]
    for name, rival in alone.items():
        assert result.beside[name].kendall_tau == rival.kendall_tau
        assert result.beside[name].ci95 == rival.ci95
    near, mean = alone["trio"].members["near"], alone["trio"].strategies["rank-mean"]
    assert result.beside["trio: near"].kendall_tau == near.kendall_tau
    assert result.beside["trio: rank-mean"].kendall_tau == mean.kendall_tau
    # The ensemble itself is scored as without them; the differences are to it.
    assert result.kendall_tau == 1
    one = result.beside["hashed"]
    assert one.difference == pytest.approx(one.kendall_tau - 1)
    assert one.difference_ci95[0] <= one.difference <= one.difference_ci95[1] < 0
    assert "another bundle" in result.table()
    assert result.as_dict()["beside"]["hashed"]["kendall_tau"] == one.kendall_tau


def test_a_notebook_that_a_rival_refuses_is_left_out_of_the_comparison():
    class Choosy(ByHash):
        def precedence(self, placement, cancelled=None):
            if len(placement.floats) > 3:
                raise RequestError("Too many.", "too-many-cells")
            return super().precedence(placement, cancelled)

    skipped = Skipped()
    result = evaluate(
        EXAMPLES, ensemble(ByNumber()), beside=lambda: {"x": ensemble(Choosy())}, skipped=skipped
    )
    refused = skipped.counts["refused by the model, too-many-cells"]
    assert 0 < refused < len(EXAMPLES)
    assert result.notebooks == len(EXAMPLES) - refused
