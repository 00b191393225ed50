from __future__ import annotations

import json

import pytest
from server_notebook import NOTEBOOK

CODE, MARKDOWN = NOTEBOOK[0], NOTEBOOK[1]


async def test_no_question_is_400(quick, ask, call):
    for body, reason in [(b"", "empty-body"), (b'{"cells": [', "bad-json"), (b"{}", "bad-request")]:
        reply = await call("POST", "/cellorder/suggest", body=body)
        assert (reply.status, reply.body["reason"]) == (400, reason)
    reply = await ask(cells=[{**CODE, "source": ["a", "b"]}])
    assert (reply.status, reply.body["reason"]) == (400, "bad-request")
    assert "cells[0].source" in reply.body["message"]


@pytest.mark.parametrize("cellorder_config", [{"max_cells": 4, "max_characters": 80}])
async def test_what_cannot_be_done_is_422(quick, ask):
    for fields, reason in [
        ({"mode": "sort"}, "unknown-mode"),
        ({"eagerness": "hungry"}, "unknown-eagerness"),
        ({"mode": "selected", "selected": ["m1", "gone"]}, "unknown-cell"),
        ({"mode": "selected", "selected": []}, "nothing-selected"),
        ({"mode": "selected", "selected": ["c1"]}, "nothing-selected"),
        ({"cells": [CODE, MARKDOWN, CODE]}, "duplicate-ids"),
        ({"cells": [*NOTEBOOK, {**CODE, "id": "c3"}]}, "too-many-cells"),
        ({"cells": [{**CODE, "source": "x" * 81}]}, "too-many-characters"),
    ]:
        reply = await ask(**fields)
        assert (reply.status, reply.body["reason"]) == (422, reason)
    assert (await ask()).status == 200


async def test_bad_questions_do_not_load_the_model(app, ask):
    def never() -> None:
        raise AssertionError("loaded")

    app.suggester.load = never
    assert (await ask(mode="sort")).status == 422
    assert app.suggester.health.state == "cold"


async def test_other_methods_are_refused_with_a_sentence(quick, jp_fetch):
    reply = await jp_fetch("cellorder", "suggest", raise_error=False)
    assert reply.code == 405
    assert json.loads(reply.body)["reason"] == "method-not-allowed"
