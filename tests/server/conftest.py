from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from contract import check_answer
from members_for_tests import FirstOfAll, Gated, ensemble_of

# Imported here rather than named in `pytest_plugins`, so that only these tests pay for it.
from pytest_jupyter.jupyter_server import *  # noqa: F403
from server_notebook import NOTEBOOK

from jupyter_cellorder.server.app import CellOrder


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


Ask = Callable[..., Awaitable[Reply]]


@pytest.fixture
def cellorder_config() -> dict[str, object]:
    """Traits of `CellOrder`; tests parametrize it."""
    return {}


@pytest.fixture
def server_config() -> dict[str, object]:
    """Traits of `ServerApp`; tests parametrize it."""
    return {}


@pytest.fixture
def jp_server_config(
    cellorder_config: dict[str, object], server_config: dict[str, object]
) -> dict[str, object]:
    extensions = {"jupyter_cellorder": True, "jupyter_server_terminals": False}
    return {
        "ServerApp": {"jpserver_extensions": extensions, **server_config},
        "CellOrder": cellorder_config,
    }


@pytest.fixture
def app(jp_serverapp: Any) -> CellOrder:
    app = jp_serverapp.extension_manager.extension_points["jupyter_cellorder"].app
    assert isinstance(app, CellOrder)
    return app


@pytest.fixture
def quick(app: CellOrder) -> FirstOfAll:
    """The server answers at once."""
    member = FirstOfAll()
    app.suggester.load = lambda: ensemble_of(member)
    return member


@pytest.fixture
def gated(app: CellOrder) -> Gated:
    """The server answers when the gate is opened."""
    member = Gated()
    app.suggester.load = lambda: ensemble_of(member)
    yield member
    member.gate.set()


@pytest.fixture
def call(jp_fetch: Any) -> Ask:
    """Fetch from our API; every answer is held against the OpenAPI file."""

    async def call(method: str, path: str, **options: Any) -> Reply:
        response = await jp_fetch(
            *path.strip("/").split("/"),
            method=method,
            raise_error=False,
            request_timeout=120,
            **options,
        )
        assert response.headers["Content-Type"] == "application/json"
        body = json.loads(response.body)
        check_answer(method, path, response.code, body)
        return Reply(response.code, response.headers, body)

    return call


@pytest.fixture
def ask(call: Ask) -> Ask:
    """POST a question; fields given replace those of a good one."""

    async def ask(**fields: object) -> Reply:
        question = {"mode": "all", "cells": NOTEBOOK, **fields}
        return await call("POST", "/cellorder/suggest", body=json.dumps(question))

    return ask


@pytest.fixture
def health(call: Ask) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def health() -> dict[str, Any]:
        reply = await call("GET", "/cellorder/health")
        assert reply.status == 200
        return reply.body

    return health


@pytest.fixture
def happens() -> Callable[[threading.Event], Awaitable[None]]:
    """Wait, leaving the event loop free, until another thread sets the event."""

    async def happens(event: threading.Event) -> None:
        assert await asyncio.to_thread(event.wait, 60), "it never happened"

    return happens
