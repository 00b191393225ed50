from __future__ import annotations

import json

import pytest
from server_notebook import NOTEBOOK

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.notebook import Cell
from jupyter_cellorder.review.settings import Eagerness
from jupyter_cellorder.server.limits import Limits
from jupyter_cellorder.server.request import parse_question
from jupyter_cellorder.suggest import Mode

LIMITS = Limits(cells=4, characters=60, body=10_000, seconds=1.0)
CODE, MARKDOWN = NOTEBOOK[0], NOTEBOOK[1]


def parse(**fields: object):
    return parse_question(json.dumps({"cells": NOTEBOOK, **fields}).encode(), LIMITS)


def refusal(**fields: object) -> CellOrderError:
    with pytest.raises(CellOrderError) as caught:
        parse(**fields)
    return caught.value


def cells_with(**fields: object) -> list[dict[str, object]]:
    return [CODE, {**MARKDOWN, **fields}]


def test_a_whole_question():
    question = parse(mode="selected", keep_markdown_order=True, selected=["m1", "c1"])
    assert question.mode is Mode.SELECTED
    assert question.keep_markdown_order
    assert question.selected == ("m1", "c1")
    assert question.notebook.cells == (
        Cell("c1", "code", "import numpy as np"),
        Cell("m1", "markdown", "b: then a plot"),
        Cell("c2", "code", "np.arange(3)", pinned=True),
        Cell("m2", "markdown", "a: first imports"),
    )


def test_what_is_left_out():
    question = parse()
    assert (question.mode, question.selected) == (Mode.REVIEW, ())
    assert not question.keep_markdown_order
    assert question.eagerness is Eagerness.BALANCED


@pytest.mark.parametrize("eagerness", list(Eagerness))
def test_eagerness(eagerness):
    assert parse(eagerness=eagerness.value).eagerness is eagerness


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty-body"),
        (b" \n ", "empty-body"),
        (b"{", "bad-json"),
        (b"\xff\xfe", "bad-json"),
        (b"[" * 100_000, "bad-json"),
        (b'{"cells": ' + b"9" * 5_000 + b"}", "bad-json"),
        (b"[]", "bad-request"),
        (b"null", "bad-request"),
        (b"{}", "bad-request"),
    ],
)
def test_bodies_that_are_no_question(body, code):
    with pytest.raises(CellOrderError) as caught:
        parse_question(body, LIMITS)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"cells": {}}, "cells must be a list"),
        ({"cells": ["x"]}, "cells[0] must be an object"),
        ({"cells": cells_with(id=7)}, "cells[1].id"),
        ({"cells": cells_with(id="")}, "cells[1].id"),
        ({"cells": cells_with(cell_type="text")}, "cells[1].cell_type"),
        ({"cells": cells_with(cell_type=["code"])}, "cells[1].cell_type"),
        ({"cells": cells_with(source=["a", "b"])}, "cells[1].source"),
        ({"cells": cells_with(source=None)}, "cells[1].source"),
        ({"cells": cells_with(pinned=1)}, "cells[1]: pinned"),
        ({"cells": cells_with(metadata={})}, "unknown field 'metadata'"),
        ({"keepMarkdownOrder": True}, "unknown field 'keepMarkdownOrder'"),
        ({"keep_markdown_order": "yes"}, "keep_markdown_order must be true or false"),
        ({"mode": 3}, "mode must be a string"),
        ({"eagerness": 3}, "eagerness must be a string"),
        ({"selected": "m1"}, "selected must be a list"),
        ({"selected": [1]}, "selected must be a list"),
    ],
)
def test_a_broken_schema_says_where(fields, hint):
    error = refusal(**fields)
    assert error.code == "bad-request"
    assert hint in error.message


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"mode": "sort"}, "unknown-mode"),
        ({"eagerness": "hungry"}, "unknown-eagerness"),
        ({"mode": "selected", "selected": ["m1", "gone"]}, "unknown-cell"),
        ({"mode": "review", "selected": ["gone"]}, "unknown-cell"),
        ({"cells": [CODE, MARKDOWN, CODE]}, "duplicate-ids"),
        ({"cells": [*NOTEBOOK, {**CODE, "id": "c3"}]}, "too-many-cells"),
        ({"cells": [{**CODE, "source": "x" * 61}]}, "too-many-characters"),
        (
            {"cells": [{**CODE, "source": "x" * 30}, {**MARKDOWN, "source": "x" * 31}]},
            "too-many-characters",
        ),
    ],
)
def test_what_cannot_be_done(fields, code):
    assert refusal(**fields).code == code


def test_the_limits_themselves_are_fine():
    assert parse(cells=[{**CODE, "source": "x" * 60}]).notebook.cells[0].source == "x" * 60


@pytest.mark.parametrize("fields", [{"mode": "x" * 10_000}, {"selected": ["x" * 10_000]}])
def test_messages_stay_short(fields):
    assert len(refusal(**fields).message) < 300
