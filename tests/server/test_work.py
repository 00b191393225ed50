"""One worker, a short queue, and everybody free to leave."""

from __future__ import annotations

import asyncio
import json

import pytest
from members_for_tests import Broken, ensemble_of
from server_notebook import NOTEBOOK


async def settled(*tasks):
    return await asyncio.wait_for(asyncio.gather(*tasks), 60)


async def until(condition):
    """Give the event loop turns until the condition holds."""

    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), 60)


async def test_the_event_loop_stays_free_while_scoring(gated, ask, health, happens):
    scoring = asyncio.create_task(ask())
    await happens(gated.entered)
    assert (await health())["state"] == "ready"
    assert not scoring.done()
    gated.gate.set()
    assert (await scoring).status == 200


@pytest.mark.parametrize("cellorder_config", [{"queue_size": 2}])
async def test_a_full_queue_is_503_with_retry_after(app, gated, ask, happens):
    inside = [asyncio.create_task(ask())]
    await happens(gated.entered)
    inside += [asyncio.create_task(ask()) for _ in range(2)]
    await until(lambda: app.suggester.pending == 3)
    reply = await ask()
    assert (reply.status, reply.body["reason"]) == (503, "busy")
    assert int(reply.headers["Retry-After"]) > 0
    gated.gate.set()
    assert [done.status for done in await settled(*inside)] == [200] * 3
    assert gated.most_at_work == 1
    assert (await ask()).status == 200


@pytest.mark.parametrize("cellorder_config", [{"timeout": 0.2}])
async def test_no_answer_in_time_is_504_and_the_work_is_told_to_end(gated, ask, happens):
    reply = await ask()
    assert (reply.status, reply.body["reason"]) == (504, "timed-out")
    assert "CellOrder.timeout" in reply.body["message"]
    await happens(gated.saw_cancel)


@pytest.mark.parametrize("cellorder_config", [{"timeout": 0.2}])
async def test_who_waits_too_long_never_reaches_the_model(app, gated, ask, happens):
    replies = await settled(ask(), ask())
    assert [reply.status for reply in replies] == [504, 504]
    await happens(gated.saw_cancel)
    await until(lambda: app.suggester.pending == 0)
    assert gated.calls == 1


@pytest.fixture
def leaver(http_server_client, jp_http_port, jp_base_url, jp_auth_header):
    """Sends a question on a connection of its own; returns the function that hangs up."""

    async def leaver():
        body = json.dumps({"mode": "all", "cells": NOTEBOOK}).encode()
        _, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
        writer.write(
            f"POST {jp_base_url}cellorder/suggest HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: {jp_auth_header['Authorization']}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        return writer.close

    return leaver


async def test_hanging_up_cancels_the_work(app, gated, leaver, ask, happens):
    hang_up = await leaver()
    await happens(gated.entered)
    hang_up()
    await happens(gated.saw_cancel)
    gated.gate.set()
    assert (await ask()).status == 200


@pytest.mark.parametrize("cellorder_config", [{"queue_size": 1}])
async def test_hanging_up_frees_the_place_in_the_queue_at_once(app, gated, leaver, ask, happens):
    working = asyncio.create_task(ask())
    await happens(gated.entered)
    hang_up = await leaver()
    await until(lambda: app.suggester.pending == 2)
    hang_up()
    await until(lambda: app.suggester.pending == 1)
    waiting = asyncio.create_task(ask())
    await until(lambda: app.suggester.pending == 2)
    gated.gate.set()
    assert [done.status for done in await settled(working, waiting)] == [200, 200]
    assert gated.calls == 2


async def test_a_stopping_server_ends_the_work_and_says_so(app, gated, ask, happens):
    working = asyncio.create_task(ask())
    await happens(gated.entered)
    await app.stop_extension()
    reply = await working
    assert (reply.status, reply.body["reason"]) == (503, "stopping")
    assert gated.saw_cancel.is_set()


async def test_an_unforeseen_error_is_500_and_the_next_question_is_answered(app, ask):
    app.suggester.load = lambda: ensemble_of(Broken())
    for _ in range(2):
        reply = await ask()
        assert (reply.status, reply.body["reason"]) == (500, "internal")
        assert "KeyError" in reply.body["message"]
        assert "imports" not in reply.body["message"]
    assert (await ask(cells=[])).status == 200
