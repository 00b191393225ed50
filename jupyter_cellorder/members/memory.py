"""What was computed, by content: a member answers a second time without computing again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by key; the least recently used are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, T] = OrderedDict()

    def __contains__(self, key: bytes) -> bool:
        return key in self._known

    def keep(self, key: bytes, value: T) -> None:
        """Remember a value, at least until the next :meth:`take`."""
        self._known[key] = value

    def take(self, keys: Sequence[bytes], limit: int) -> list[T]:
        """The values of all ``keys``; then forget the oldest, but for ``limit`` of them."""
        for key in keys:
            self._known.move_to_end(key)
        found = [self._known[key] for key in keys]
        while len(self._known) > limit:
            self._known.popitem(last=False)
        return found
