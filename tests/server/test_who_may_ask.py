from __future__ import annotations

import json
from http.cookies import SimpleCookie

import pytest
from contract import operations
from jupyter_server.auth import Authorizer
from server_notebook import NOTEBOOK
from tornado.web import RequestHandler

QUESTION = json.dumps({"mode": "all", "cells": NOTEBOOK})


def routes(web_app, base_url):
    """(path, handler class) of every route of ours in the running server."""

    def walk(rules):
        for rule in rules:
            if hasattr(rule.target, "rules"):
                yield from walk(rule.target.rules)
            elif isinstance(rule.target, type) and rule.target.__module__.startswith(
                "jupyter_cellorder."
            ):
                pattern = rule.matcher.regex.pattern
                yield "/" + pattern.rstrip("$").removeprefix(base_url), rule.target

    return set(walk(web_app.default_router.rules))


def methods(handler):
    """The methods that the handler answers; Jupyter itself answers OPTIONS, with no content."""
    return {
        method
        for method in handler.SUPPORTED_METHODS
        if getattr(handler, method.lower()) is not getattr(RequestHandler, method.lower())
    } - {"OPTIONS"}


def served(web_app, base_url):
    return {
        (method, path) for path, handler in routes(web_app, base_url) for method in methods(handler)
    }


async def test_the_openapi_file_describes_exactly_what_is_served(jp_web_app, jp_base_url):
    assert served(jp_web_app, jp_base_url) == operations()


# Both values: the guard must be our own, not only the server's.
@pytest.mark.parametrize(
    "server_config", [{"allow_unauthenticated_access": it} for it in (False, True)]
)
async def test_every_handler_asks_for_authentication(
    quick, jp_web_app, jp_base_url, call, server_config
):
    asked = served(jp_web_app, jp_base_url)
    assert asked
    for method, path in asked:
        options = {"body": QUESTION} if method == "POST" else {}
        for token in ("", "token wrong"):
            reply = await call(method, path, headers={"Authorization": token}, **options)
            assert reply.status == 403, (method, path)
            assert reply.body["reason"] == "unauthenticated"


class DenyAll(Authorizer):
    asked: list[tuple[str, str]]

    def is_authorized(self, handler, user, action, resource):
        self.asked = [*getattr(self, "asked", []), (action, resource)]
        return False


@pytest.mark.parametrize("server_config", [{"authorizer_class": DenyAll}])
async def test_every_handler_asks_for_authorisation(
    quick, jp_serverapp, jp_web_app, jp_base_url, call
):
    for method, path in served(jp_web_app, jp_base_url):
        options = {"body": QUESTION} if method == "POST" else {}
        reply = await call(method, path, **options)
        assert reply.status == 403, (method, path)
        assert reply.body["reason"] == "forbidden"
    assert set(jp_serverapp.authorizer.asked) == {("read", "cellorder"), ("write", "cellorder")}


async def test_a_cookie_alone_does_not_post(quick, jp_fetch, call, jp_auth_header):
    """A page of another site rides on the cookie, but cannot read the XSRF token."""
    token = jp_auth_header["Authorization"].removeprefix("token ")
    signed_in = await jp_fetch(
        "tree",
        params={"token": token},
        headers={"Authorization": ""},
        raise_error=False,
        follow_redirects=False,
    )
    cookies = SimpleCookie()
    for line in signed_in.headers.get_list("Set-Cookie"):
        cookies.load(line)
    header = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    assert "_xsrf" in cookies

    def with_cookie(**more):
        return call(
            "POST",
            "/cellorder/suggest",
            body=QUESTION,
            headers={"Authorization": "", "Cookie": header, **more},
        )

    assert (await with_cookie()).status == 403
    assert (await with_cookie(**{"X-XSRFToken": cookies["_xsrf"].value})).status == 200


async def test_a_preflight_carries_nothing(quick, jp_fetch):
    reply = await jp_fetch(
        "cellorder", "suggest", method="OPTIONS", headers={"Authorization": ""}, raise_error=False
    )
    assert reply.code < 300
    assert reply.body == b""
