from __future__ import annotations

import asyncio
import json

import pytest
from server_notebook import NOTEBOOK

from jupyter_cellorder.server.suggestion import SuggestHandler

LIMIT = 4096
SMALL = pytest.mark.parametrize("cellorder_config", [{"max_body": LIMIT}])


def body_of(size: int) -> bytes:
    body = json.dumps({"mode": "all", "cells": NOTEBOOK}).encode()
    return body + b" " * (size - len(body))


@SMALL
async def test_the_limit_itself_is_accepted(quick, call):
    assert (await call("POST", "/cellorder/suggest", body=body_of(LIMIT))).status == 200


@SMALL
@pytest.mark.parametrize("size", [LIMIT + 1, 5_000_000])
async def test_an_announced_large_body_is_413(quick, call, size):
    reply = await call("POST", "/cellorder/suggest", body=body_of(size))
    assert (reply.status, reply.body["reason"]) == (413, "body-too-large")
    assert "CellOrder.max_body" in reply.body["message"]


@SMALL
@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413), (5_000_000, 413)])
async def test_a_chunked_body_is_counted_as_it_comes(quick, call, size, status):
    async def produce(write):
        body = body_of(size)
        for start in range(0, size, 1000):
            await write(body[start : start + 1000])

    reply = await call("POST", "/cellorder/suggest", body_producer=produce)
    assert reply.status == status


@SMALL
async def test_the_refusal_comes_before_the_body_is_sent(
    quick, http_server_client, jp_http_port, jp_base_url, jp_auth_header
):
    reader, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
    writer.write(
        f"POST {jp_base_url}cellorder/suggest HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {jp_auth_header['Authorization']}\r\n"
        f"Content-Length: {LIMIT + 1}\r\n\r\n".encode()
    )
    status = await asyncio.wait_for(reader.readline(), 60)
    writer.close()
    assert b" 413 " in status


@SMALL
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_the_body_of_another_method_is_not_kept(quick, jp_fetch, monkeypatch, method):
    sizes = []
    received = SuggestHandler.data_received

    async def watched(self, chunk):
        await received(self, chunk)
        sizes.append(len(self._body))

    monkeypatch.setattr(SuggestHandler, "data_received", watched)
    reply = await jp_fetch(
        "cellorder",
        "suggest",
        method=method,
        body=body_of(100_000),
        allow_nonstandard_methods=True,
        raise_error=False,
    )
    assert reply.code == 405
    assert sizes and set(sizes) == {0}


@SMALL
async def test_an_endless_body_is_cut_off(
    quick, monkeypatch, http_server_client, jp_http_port, jp_base_url, jp_auth_header
):
    monkeypatch.setattr("jupyter_cellorder.server.suggestion._DROPPED_BYTES", 10_000)
    _, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
    writer.write(
        f"POST {jp_base_url}cellorder/suggest HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {jp_auth_header['Authorization']}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n".encode()
    )

    async def send_for_ever() -> None:
        while True:
            writer.write(b"400\r\n" + b" " * 1024 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(send_for_ever(), 60)
    writer.close()
