"""What the handlers share: who may ask, and how an error is told."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.server.faults import Busy, status_of

API_VERSION = 1

# Errors that Jupyter Server or tornado raise before or beside our own code.
_REFUSALS = {
    403: (
        "forbidden",
        "The Jupyter server refused this request: reload the page; if that does not help, ask who "
        "runs the server for access to the resource cellorder.",
    ),
    404: ("not-found", "There is nothing here for this page: open JupyterLab at its own address."),
    405: ("method-not-allowed", "This address takes another method: see the OpenAPI file."),
}
_UNAUTHENTICATED = ("unauthenticated", "Sign in to the Jupyter server, then try again.")
_UNFORESEEN = ("internal", "The request failed inside the server: please report it with the log.")


class CellOrderHandler(APIHandler):
    """Base of our handlers. Every error is `{"message": sentence, "reason": code}`."""

    auth_resource = "cellorder"

    def refuse(self, error: CellOrderError) -> None:
        """Answer with `error`, and finish."""
        self.set_status(status_of(error))
        if isinstance(error, Busy):
            self.set_header("Retry-After", str(error.retry_after))
        self.finish(self.fault_body(error.code, str(error)))

    @staticmethod
    def fault_body(reason: str, message: str) -> str:
        """The JSON of an error."""
        return json.dumps({"message": message, "reason": reason})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error that is not ours; its own words may hold what was sent."""
        reason, message = _REFUSALS.get(status_code, _UNFORESEEN)
        if status_code == 403 and self._user() is None:
            reason, message = _UNAUTHENTICATED
        self.log.warning(
            "%s %s: %d %s", self.request.method, self.request.path, status_code, reason
        )
        self.finish(self.fault_body(reason, message))

    def require_user(self) -> None:
        """Refuse, before a body is read, who is not signed in."""
        if self._user() is None:
            raise web.HTTPError(403)

    def _user(self) -> object:
        # Jupyter's own property raises where a request was refused before it asked who comes.
        return getattr(self, "_jupyter_current_user", None)
