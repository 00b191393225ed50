"""Errors whose message is a sentence for people: what is wrong and what to do."""

from __future__ import annotations


class CellOrderError(Exception):
    """A failure that a person can act on.

    Args:
        message: what is wrong and what to do, as one or two sentences.
        code: short kebab-case name of the failure, stable across versions (the REST `reason`).
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def __reduce__(self) -> tuple[type[CellOrderError], tuple[str, str]]:
        """Pickle with both arguments (worker processes hand errors back)."""
        return (type(self), (self.message, self.code))


class NotebookError(CellOrderError):
    """The notebook (or its file) cannot be read, understood or written."""


class RequestError(CellOrderError):
    """The question cannot be answered as it was asked."""


class BundleError(CellOrderError):
    """The model bundle is missing, damaged, or of another version."""


class Cancelled(Exception):
    """The caller withdrew the question while it was being worked on."""
