"""What can go wrong in the server beside the request and the bundle, and the status of each."""

from __future__ import annotations

from jupyter_cellorder.errors import BundleError, CellOrderError

_STATUS = {
    "empty-body": 400,
    "bad-json": 400,
    "bad-request": 400,
    "body-too-large": 413,
    "internal": 500,
    "busy": 503,
    "stopping": 503,
    "timed-out": 504,
}


class ServerFault(CellOrderError):
    """The request was fine (but perhaps for its size); this server could not answer it."""


class Busy(ServerFault):
    """All places in the queue are taken."""

    retry_after = 5  # seconds

    def __init__(self) -> None:
        super().__init__(
            "The server is busy with other suggestions: try again in a few seconds.", code="busy"
        )


class TimedOut(ServerFault):
    """No answer stood within the limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"No suggestion was found within {seconds:g} seconds: place fewer cells at once "
            "(select some), or raise CellOrder.timeout in the server's configuration.",
            code="timed-out",
        )


class Stopping(ServerFault):
    """The server ends while the request waits."""

    def __init__(self) -> None:
        super().__init__(
            "The Jupyter server is shutting down: try again when it runs.", code="stopping"
        )


class BodyTooLarge(ServerFault):
    """The body is larger than this server reads."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The request is larger than {limit:,} bytes: shorten the longest cells, or raise "
            "CellOrder.max_body in the server's configuration.",
            code="body-too-large",
        )


class ScoringFailed(ServerFault):
    """The suggestion broke for a reason nobody foresaw; the log has the place."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"The suggestion failed inside the server ({type(error).__name__}). Nothing was "
            "changed; please report it with the server's log, which holds no cell text.",
            code="internal",
        )


def status_of(error: CellOrderError) -> int:
    """The HTTP status that answers `error`; what the request itself asks wrongly is 422."""
    if isinstance(error, BundleError):
        return 503
    return _STATUS.get(error.code, 422)
