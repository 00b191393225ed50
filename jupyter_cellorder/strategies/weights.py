"""Weights as a person writes them: `6:5:2:3`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jupyter_cellorder.errors import RequestError


def parse_weights(text: str, members: Sequence[str]) -> tuple[float, ...]:
    """One weight for each member, in their order.

    Args:
        text: numbers with colons between them, not negative, not all zero.
        members: the members' names.

    Raises:
        RequestError: `bad-weights`; the sentence names the members.
    """
    names = ":".join(members)
    example = ":".join("1" for _ in members)
    try:
        weights = tuple(float(part) for part in text.split(":"))
    except ValueError:
        raise RequestError(
            f"The weights {text!r} are not numbers with colons between them. "
            f"Give one for each member, such as {example} for {names}.",
            "bad-weights",
        ) from None
    if len(weights) != len(members):
        raise RequestError(
            f"{len(weights)} weights for {len(members)} members do not fit. "
            f"Give one for each member, such as {example} for {names}.",
            "bad-weights",
        )
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
        raise RequestError(
            f"The weights {text!r} hold one that is negative or not finite. "
            "Give numbers from 0 up; 0 leaves a member out.",
            "bad-weights",
        )
    if not any(weights):
        raise RequestError(
            f"The weights {text!r} are all zero. Give at least one member a say.", "bad-weights"
        )
    return weights
