"""`GET /cellorder/health`."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_cellorder._version import __version__
from jupyter_cellorder.server.base import API_VERSION, CellOrderHandler
from jupyter_cellorder.server.limits import Limits
from jupyter_cellorder.server.worker import Suggester


class HealthHandler(CellOrderHandler):
    """Says which versions run here, where the model stands and what the limits are."""

    # A page that asks whether we live is no reason to keep an idle server alive.
    _track_activity = False

    def initialize(self, suggester: Suggester, limits: Limits, backend: str) -> None:
        """Take what the application hands to every request."""
        self._suggester = suggester
        self._limits = limits
        self._backend = backend

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer at once, whatever the worker does."""
        health = self._suggester.health
        self.finish(
            json.dumps(
                {
                    "package_version": __version__,
                    "api_version": API_VERSION,
                    "bundle": health.bundle,
                    "backend": self._backend,
                    "state": health.state,
                    "message": health.message,
                    "limits": {
                        "cells": self._limits.cells,
                        "characters": self._limits.characters,
                        "seconds": self._limits.seconds,
                    },
                }
            )
        )
