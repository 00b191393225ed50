"""What one request may ask for; every limit is a trait of the server application."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest request that is answered.

    `cells` and `characters` (of all sources together) bound the work, `body` (bytes) what is read
    from the network, `seconds` the time until an answer must stand, waiting and loading included.
    """

    cells: int
    characters: int
    body: int
    seconds: float
