"""The bundle: loaded once, on first use, in the worker; failures told and tried again."""

from __future__ import annotations

import asyncio
import threading

import pytest
from members_for_tests import FirstOfAll, ensemble_of

from jupyter_cellorder.errors import BundleError


class Loader:
    """A load that ends when it is let."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.calls = 0
        self.threads: set[str] = set()

    def __call__(self):
        self.calls += 1
        self.threads.add(threading.current_thread().name)
        self.entered.set()
        assert self.gate.wait(60)
        return ensemble_of(FirstOfAll())


@pytest.fixture
def loader(app):
    loader = Loader()
    app.suggester.load = loader
    yield loader
    loader.gate.set()


async def test_first_questions_share_one_load_and_health_answers_meanwhile(
    loader, ask, health, happens
):
    assert (await health())["state"] == "cold"
    asked = [asyncio.create_task(ask()) for _ in range(3)]
    await happens(loader.entered)
    during = await health()
    assert (during["state"], during["bundle"]) == ("loading", None)
    loader.gate.set()
    assert [(await task).status for task in asked] == [200] * 3
    after = await health()
    assert (after["state"], after["bundle"]) == ("ready", "test-bundle")
    assert loader.calls == 1
    assert threading.main_thread().name not in loader.threads


@pytest.mark.parametrize("reason", ["bundle-missing", "bundle-corrupt", "backend-missing"])
async def test_a_failed_load_is_503_shown_in_health_and_tried_again(app, ask, health, reason):
    def fail() -> None:
        raise BundleError("The bundle is gone: install it again.", code=reason)

    app.suggester.load = fail
    reply = await ask()
    assert (reply.status, reply.body["reason"]) == (503, reason)
    assert reply.body["message"] == "The bundle is gone: install it again."
    assert "Retry-After" not in reply.headers
    failed = await health()
    assert (failed["state"], failed["message"]) == ("failed", reply.body["message"])

    app.suggester.load = lambda: ensemble_of(FirstOfAll())
    assert (await ask()).status == 200
    mended = await health()
    assert (mended["state"], mended["message"]) == ("ready", None)


async def test_an_unforeseen_failure_to_load_is_told_as_well(app, ask, health):
    def fail() -> None:
        raise ImportError("libgomp.so.1: cannot open shared object file")

    app.suggester.load = fail
    reply = await ask()
    assert (reply.status, reply.body["reason"]) == (503, "bundle-failed")
    assert "ImportError" in reply.body["message"]
    assert (await health())["state"] == "failed"


@pytest.mark.parametrize("cellorder_config", [{"preload": True}])
async def test_preload_runs_beside_the_start(jp_serverapp, app, loader, health, happens):
    # The fixture's server does not run its start hooks; Jupyter runs this one in its event loop.
    await app._start_jupyter_server_extension(jp_serverapp)
    await happens(loader.entered)
    assert (await health())["state"] == "loading"
    loader.gate.set()
    await app._preloading
    assert (await health())["state"] == "ready"


@pytest.mark.parametrize("cellorder_config", [{"preload": True}])
async def test_a_failed_preload_leaves_the_server_running(jp_serverapp, app, ask, health):
    def fail() -> None:
        raise BundleError("The bundle is gone: install it again.", code="bundle-missing")

    app.suggester.load = fail
    await app._start_jupyter_server_extension(jp_serverapp)
    await app._preloading
    assert (await health())["state"] == "failed"
    app.suggester.load = lambda: ensemble_of(FirstOfAll())
    assert (await ask()).status == 200


async def test_without_preload_nothing_is_loaded(jp_serverapp, app, loader, health):
    await app._start_jupyter_server_extension(jp_serverapp)
    assert (await health())["state"] == "cold"
    assert loader.calls == 0
