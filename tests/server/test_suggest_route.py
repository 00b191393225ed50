from __future__ import annotations

import pytest
from members_for_tests import FirstOfAll
from server_notebook import NOTEBOOK

from jupyter_cellorder.ensemble import Ensemble


async def test_all_mode_answers_the_contract(quick, ask):
    reply = await ask()
    assert reply.status == 200
    assert reply.body["order"] == ["m2", "m1", "c1", "c2"]
    assert reply.body["api_version"] == 1
    assert reply.body["mode"] == "all"
    assert reply.body["bundle"] == "test-bundle"
    assert reply.body["notice"] is None
    moved = {move["cell"]: (move["from"], move["to"]) for move in reply.body["moves"]}
    assert moved == {"m2": (3, 0), "m1": (1, 1)}


async def test_selected_mode_moves_only_the_selected_cell(quick, ask):
    reply = await ask(mode="selected", selected=["m2"])
    assert reply.status == 200
    assert reply.body["order"] == ["m2", "c1", "m1", "c2"]
    assert [move["cell"] for move in reply.body["moves"]] == ["m2"]


async def test_keep_markdown_order_reaches_the_core(quick, ask):
    reply = await ask(keep_markdown_order=True)
    order = reply.body["order"]
    assert order.index("m1") < order.index("m2")


async def test_mode_is_review_unless_said_otherwise(quick, call):
    reply = await call("POST", "/cellorder/suggest", body='{"cells": []}')
    assert (reply.status, reply.body["mode"]) == (200, "review")


async def test_eagerness_reaches_the_core(quick, ask, app):
    asked = []
    score = app.suggester._score

    def listening(question, ticket):
        asked.append(question.eagerness.value)
        return score(question, ticket)

    app.suggester._score = listening
    for fields in ({}, {"eagerness": "eager"}, {"eagerness": "cautious"}):
        assert (await ask(mode="review", **fields)).status == 200
    assert asked == ["balanced", "eager", "cautious"]


@pytest.mark.parametrize(
    ("cells", "notice"),
    [
        ([], "no-cells"),
        ([NOTEBOOK[0], NOTEBOOK[2]], "no-markdown"),
        ([NOTEBOOK[1], NOTEBOOK[3]], "no-code"),
        ([NOTEBOOK[3], NOTEBOOK[0]], "in-order"),
    ],
)
@pytest.mark.parametrize("mode", ["review", "all"])
async def test_nothing_to_move_is_said_with_a_notice(quick, ask, mode, cells, notice):
    reply = await ask(mode=mode, cells=cells)
    assert reply.status == 200
    assert reply.body["notice"] == notice
    assert reply.body["moves"] == []
    assert reply.body["order"] == [cell["id"] for cell in cells]


async def test_five_thousand_cells_are_answered(quick, ask):
    cells = [
        {
            "id": f"id-{index}",
            "cell_type": "markdown" if index % 100 == 99 else "code",
            "source": f"cell {index}",
        }
        for index in range(5_000)
    ]
    reply = await ask(cells=cells)
    assert reply.status == 200
    assert sorted(reply.body["order"]) == sorted(cell["id"] for cell in cells)
    assert reply.body["order"][0] == "id-1099"  # alphabetical: "cell 1099" is the first markdown


async def test_unicode_and_half_surrogates_are_fine(quick, ask):
    cells = [
        {"id": "ü", "cell_type": "markdown", "source": "\ud800 ≠ 🙂\r\n"},
        {"id": "c", "cell_type": "code", "source": "x = '\udfff'"},
    ]
    reply = await ask(cells=cells)
    assert reply.status == 200
    assert reply.body["order"] == ["ü", "c"]


async def test_the_answer_says_who_spoke(quick, ask):
    reply = await ask()
    [member] = reply.body["members"]
    assert (member["name"], member["cells"]) == ("first-of-all", 2)
    assert (await ask(cells=[])).body["members"] == []


@pytest.mark.parametrize("cellorder_config", [{"budget": 0.001}, {"budget": 60.0}])
async def test_within_a_budget_the_cheapest_is_always_heard(app, ask, cellorder_config):
    class Dear(FirstOfAll):
        name = "dear"

        def gflop(self, placement, *, remembered=False):
            return 100.0

    app.suggester.load = lambda: Ensemble((Dear(), FirstOfAll()), (1.0, 1.0), "two")
    reply = await ask()
    assert reply.status == 200
    spoke = [member["name"] for member in reply.body["members"]]
    assert spoke == (
        ["first-of-all"] if cellorder_config["budget"] < 1 else ["dear", "first-of-all"]
    )
