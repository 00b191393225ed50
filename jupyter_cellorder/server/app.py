"""The server application: its configuration, and what the handlers are given."""

from __future__ import annotations

import asyncio
import os
from functools import cached_property
from typing import Any, Literal, cast

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, Enum, Float, Integer, Unicode

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.server.health import HealthHandler
from jupyter_cellorder.server.limits import Limits
from jupyter_cellorder.server.suggestion import SuggestHandler
from jupyter_cellorder.server.worker import Suggester


class CellOrder(ExtensionApp):
    """Suggests where the markdown cells of a notebook belong."""

    name = "jupyter_cellorder"
    description = "REST API of jupyter-cellorder: suggests where markdown cells belong."

    bundle = Unicode(
        "",
        help="Folder of the trained bundle to use. Empty: the bundle that ships with the package.",
    ).tag(config=True)
    backend = Enum(
        ("onnx", "torch"),
        "onnx",
        help="What runs the networks: 'onnx' (ONNX Runtime, light) or 'torch' (PyTorch, which the "
        "extra 'training' installs; uses a GPU where there is one).",
    ).tag(config=True)
    preload = Bool(
        False,
        help="Load the bundle in the background when the server starts, instead of with the first "
        "suggestion.",
    ).tag(config=True)
    threads = Integer(
        0, min=0, help="Threads that score one notebook. 0: as many as the backend chooses."
    ).tag(config=True)
    max_cells = Integer(10_000, min=1, help="Cells of the largest notebook that is answered.").tag(
        config=True
    )
    max_characters = Integer(
        20_000_000, min=1, help="Characters that all cells of one notebook may hold together."
    ).tag(config=True)
    max_body = Integer(
        64 * 1024 * 1024, min=1024, help="Bytes of the largest request body that is read."
    ).tag(config=True)
    timeout = Float(
        120.0,
        min=0.001,
        help="Seconds until a suggestion must stand; waiting for other suggestions and loading "
        "the bundle count.",
    ).tag(config=True)
    queue_size = Integer(
        4,
        min=0,
        help="Suggestions that may wait while another one is computed; more are told to come "
        "again.",
    ).tag(config=True)

    budget = Float(
        0.0,
        min=0.0,
        help="Seconds that the members of the bundle may take for one suggestion: the cheapest is "
        "always asked, the dear ones only about cells that are in doubt. 0: all are asked about "
        "everything.",
    ).tag(config=True)

    def _config_file_name_default(self) -> str:
        # The inherited one would be jupyter_jupyter_cellorder_config.
        return "jupyter_cellorder_config"

    @cached_property
    def suggester(self) -> Suggester:
        """The worker behind the handlers; made when the configuration is complete."""
        return Suggester(
            self._load,
            queue_size=self.queue_size,
            timeout=self.timeout,
            budget=self.budget or None,
            log=self.log,
        )

    def initialize_handlers(self) -> None:
        """Add the routes of the REST API."""
        limits = Limits(self.max_cells, self.max_characters, self.max_body, self.timeout)
        shared: dict[str, Any] = {"suggester": self.suggester, "limits": limits}
        self.handlers.extend(
            [
                (r"/cellorder/health", HealthHandler, {**shared, "backend": self.backend}),
                (r"/cellorder/suggest", SuggestHandler, shared),
            ]
        )

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        if self.preload:
            self._preloading = asyncio.create_task(self.suggester.preload())

    async def stop_extension(self) -> None:
        """Let the server end without waiting for a suggestion."""
        self.suggester.stop()

    def _load(self) -> Ensemble:
        # Runs in the worker thread: only now come onnxruntime or torch.
        from jupyter_cellorder.bundle import load_bundle

        return load_bundle(
            os.path.expanduser(self.bundle) or None,
            backend=cast(Literal["onnx", "torch"], self.backend),
            threads=self.threads or None,
        )
