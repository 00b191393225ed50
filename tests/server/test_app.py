"""Configuration, what importing costs, and what the log never holds."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
from contract import document
from members_for_tests import Broken, FirstOfAll, ensemble_of
from openapi_spec_validator import validate
from server_notebook import NOTEBOOK

import jupyter_cellorder
from jupyter_cellorder.server import _jupyter_server_extension_points
from jupyter_cellorder.server.app import CellOrder

SECRET = "the-text-of-a-cell"


def test_the_package_points_to_the_application():
    points = jupyter_cellorder._jupyter_server_extension_points()
    assert points == _jupyter_server_extension_points()
    assert points[0]["app"] is CellOrder


def test_the_installed_configuration_enables_the_extension(pytestconfig):
    path = pytestconfig.rootpath / "jupyter-config/server-config/jupyter_cellorder.json"
    enabled = json.loads(path.read_text("utf-8"))["ServerApp"]["jpserver_extensions"]
    assert enabled == {"jupyter_cellorder": True}


def test_every_trait_explains_itself():
    for name, trait in CellOrder.class_own_traits(config=True).items():
        assert trait.help.endswith("."), name


@pytest.mark.parametrize(
    "cellorder_config", [{"backend": "torch", "max_cells": 7, "max_characters": 99, "timeout": 2.5}]
)
async def test_health_tells_versions_backend_and_limits(app, health):
    body = await health()
    assert body["package_version"] == jupyter_cellorder.__version__
    assert body["backend"] == "torch"
    assert body["limits"] == {"cells": 7, "characters": 99, "seconds": 2.5}


@pytest.mark.parametrize(
    ("cellorder_config", "arguments"),
    [
        ({}, (None, "onnx", None)),
        ({"bundle": "/b", "backend": "torch", "threads": 3}, ("/b", "torch", 3)),
    ],
)
def test_the_configuration_reaches_load_bundle(app, monkeypatch, arguments):
    seen = []

    def load_bundle(path, *, backend, threads):
        seen.append((path, backend, threads))
        return ensemble_of(FirstOfAll())

    monkeypatch.setattr("jupyter_cellorder.bundle.load_bundle", load_bundle)
    app.suggester.load()
    assert seen == [arguments]


@pytest.mark.parametrize("module", ["jupyter_cellorder.server", "jupyter_cellorder.server.app"])
def test_importing_the_server_loads_no_runtime(module):
    heavy = {"onnxruntime", "torch", "transformers", "tokenizers"}
    code = f"import sys, {module}; print({heavy} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert answer.stdout.strip() == "set()"


async def test_no_cell_text_in_the_log(app, ask, call, caplog, jp_logging_stream):
    caplog.set_level(logging.DEBUG)
    secret = [{**cell, "source": f"{SECRET} {cell['source']}"} for cell in NOTEBOOK]
    app.suggester.load = lambda: ensemble_of(Broken())
    assert (await ask(cells=secret)).status == 500
    assert (await call("POST", "/cellorder/suggest", body=f'{{"cells": "{SECRET}')).status == 400
    assert (await ask(cells=[{**secret[0], "cell_type": SECRET}])).status == 400
    assert (await ask(mode=SECRET)).status == 422
    logged = caplog.text + jp_logging_stream.getvalue()
    assert "KeyError" in logged
    assert "members_for_tests.py" in logged  # where it broke is there
    assert SECRET not in logged


def test_the_openapi_file_is_valid():
    validate(document())
