"""`POST /cellorder/suggest`."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_cellorder.errors import Cancelled, CellOrderError
from jupyter_cellorder.server.base import API_VERSION, CellOrderHandler
from jupyter_cellorder.server.faults import BodyTooLarge, Stopping, status_of
from jupyter_cellorder.server.limits import Limits
from jupyter_cellorder.server.request import parse_question
from jupyter_cellorder.server.worker import Suggester, Ticket

# A sender that is cut off in the middle of its body often sees a broken connection instead of our
# answer, so this much of a refused body is still taken from the network, and dropped.
_DROPPED_BYTES = 64 * 1024 * 1024


@web.stream_request_body
class SuggestHandler(CellOrderHandler):
    """Reads a notebook's cells, answers with their suggested order."""

    def initialize(self, suggester: Suggester, limits: Limits) -> None:
        """Take what the application hands to every request."""
        self._suggester = suggester
        self._limits = limits
        self._ticket = Ticket()
        self._gone = False
        self._body = bytearray()
        self._dropped: int | None = None  # bytes of a refused body

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler's own
        """Check the sender and the announced size before the body is read."""
        await super().prepare()
        if self._finished:
            return
        if self.request.method != "POST":
            self._dropped = 0  # nothing here reads the body of another method
            return
        self.require_user()
        # tornado has refused a Content-Length that is no number; a chunked body has none.
        if int(self.request.headers.get("Content-Length", "0")) > self._limits.body:
            await self._refuse_body()

    async def data_received(self, chunk: bytes) -> None:
        """Collect the body, up to the limit also where its size was not announced."""
        if self._dropped is not None:
            self._dropped += len(chunk)
            if self._dropped > _DROPPED_BYTES:
                self.finish()  # closes the connection: the sender is still at it
        elif len(self._body) + len(chunk) > self._limits.body:
            await self._refuse_body()
        else:
            self._body += chunk

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Score in the worker thread; the event loop stays free."""
        if self._dropped is not None:
            self.finish()
            return
        try:
            question = parse_question(self._body, self._limits)
            self._body.clear()
            answer = await self._suggester.suggest(question, self._ticket)
        except Cancelled:
            if not self._gone:
                self.refuse(Stopping())
        except CellOrderError as error:
            self.refuse(error)
        else:
            self.finish(
                json.dumps(
                    {
                        "api_version": API_VERSION,
                        **answer.suggestion.as_dict(),
                        "bundle": answer.bundle,
                        "seconds": round(answer.seconds, 4),
                    }
                )
            )

    def on_connection_close(self) -> None:
        """The sender has gone: so may the work."""
        self._gone = True
        self._ticket.stop()
        super().on_connection_close()

    async def _refuse_body(self) -> None:
        """Send the whole answer now; `post` ends the request when the body has passed."""
        self._body.clear()
        self._dropped = 0
        error = BodyTooLarge(self._limits.body)
        body = self.fault_body(error.code, str(error)).encode()
        self.set_status(status_of(error))
        self.set_header("Content-Type", "application/json")
        self.set_header("Content-Length", str(len(body)))
        self.set_header("Connection", "close")
        self.write(body)
        await self.flush()
