from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from scripted_members import example

from jupyter_cellorder.evaluation.hide import hide
from jupyter_cellorder.notebook import Notebook

KINDS = "mcmmccmcmmmc"


def sources(hidden, ids):
    by_id = {cell.id: cell.source for cell in hidden.notebook.cells}
    return [by_id[id] for id in ids]


@pytest.mark.parametrize("keep", [False, True])
def test_form_is_code_in_order_then_markdown(keep):
    shown = example("a", KINDS)
    hidden = hide(shown, 3, keep_markdown_order=keep)
    cells = hidden.notebook.cells
    assert "".join(cell.kind[0] for cell in cells) == "c" * 5 + "m" * 7
    code = [cell.source for cell in shown.notebook.cells if cell.kind == "code"]
    assert [cell.source for cell in cells[:5]] == code
    assert Counter(c.source for c in cells) == Counter(c.source for c in shown.notebook.cells)


def test_truth_is_the_authors_order_under_the_fresh_ids():
    shown = example("a", KINDS)
    hidden = hide(shown, 3)
    assert sources(hidden, hidden.truth) == [cell.source for cell in shown.notebook.cells]


def test_markdown_is_shuffled_or_keeps_its_order():
    shown = example("a", KINDS)
    markdown = [cell.source for cell in shown.notebook.cells if cell.kind == "markdown"]
    shuffled = [cell.source for cell in hide(shown, 3).notebook.cells[5:]]
    kept = [c.source for c in hide(shown, 3, keep_markdown_order=True).notebook.cells[5:]]
    assert shuffled != markdown
    assert kept == markdown


def test_ids_are_fresh_and_say_nothing_of_the_order():
    shown = example("a", "mc" * 100)
    hidden = hide(shown, 3)
    ids = hidden.truth
    assert len(set(ids)) == 200
    assert not set(ids) & set(shown.notebook.ids)
    assert {len(id) for id in ids} == {12}
    rising = sum(left < right for left, right in pairwise(ids))
    assert 70 < rising < 130


def test_presentation_follows_from_seed_and_name_alone():
    shown = example("a", KINDS)
    assert hide(shown, 3) == hide(shown, 3)
    assert hide(shown, 3) != hide(shown, 4)
    other = hide(example("b", KINDS), 3)
    assert [c.source for c in other.notebook.cells] != [
        c.source for c in hide(shown, 3).notebook.cells
    ]


def test_every_order_of_the_markdown_comes_up():
    found = {
        tuple(c.source for c in hide(example("a", "cmmm"), seed).notebook.cells[1:])
        for seed in range(60)
    }
    assert len(found) == 6


def test_a_locked_cell_is_hidden_like_any_other():
    shown = example("a", "mccm")
    cells = shown.notebook.cells
    locked = replace(shown, notebook=Notebook.from_cells(replace(c, pinned=True) for c in cells))
    assert hide(locked, 3) == hide(shown, 3)
