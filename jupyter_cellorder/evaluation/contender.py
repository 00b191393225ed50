"""Who gives an order: the ensemble, a member alone, a strategy, another bundle, a trivial rule."""

from __future__ import annotations

from typing import Literal, NamedTuple, cast, get_args

Kind = Literal["ensemble", "member", "strategy", "beside", "trivial"]


class Contender(NamedTuple):
    """One of those whose orders are compared.

    Attributes:
        kind: `ensemble` (what `suggest` answers), `member` (one of its members alone), `strategy`
            (a way of joining the members' answers), `beside` (any of these of another bundle), or
            `trivial` (a baseline).
        name: unique among those of its kind.
    """

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Contender:
        """Read what `str` wrote.

        Raises:
            ValueError: it is something else.
        """
        kind, colon, name = text.partition(":")
        if not colon or kind not in get_args(Kind):
            raise ValueError(f"{text!r} names no contender")
        return cls(cast(Kind, kind), name)


OWN = Contender("ensemble", "")
"""The ensemble's own choice; results show it under the bundle's name."""
