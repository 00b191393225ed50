"""Logging of unforeseen errors that never shows cell text."""

from __future__ import annotations

import logging
import traceback


def log_frames(
    log: logging.Logger | logging.LoggerAdapter[logging.Logger], what: str, error: BaseException
) -> None:
    """Log where `error` came from, but not what it says.

    A message such as that of a KeyError may repeat the text of a cell; the frames hold only lines
    of program code.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: %s\n%s", what, type(error).__name__, frames.rstrip())
