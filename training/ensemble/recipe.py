"""What a recipe of the ``ensemble`` task may say."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_cellorder.strategies import DEFAULT, STRATEGIES
from training.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class MemberRecipe:
    """One member of an ensemble.

    Attributes:
        name: Unique in the ensemble; its run lies in a folder of this name.
        recipe: By what it is trained, unless a finished run lies there already.
        weight: Its say among the others, as in 6:5:2:3.
        changes: Of its recipe alone, such as ``seed=2``.
    """

    name: str
    recipe: str
    weight: float = 1.0
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EnsembleRecipe(Recipe):
    """Which members are trained, one after the other.

    Attributes:
        members: In the order of training.
        changes: Of every member's recipe, such as ``stage.minutes=60``.
        strategy: How evaluation makes one order of the members' answers; see
            :mod:`jupyter_cellorder.strategies`.
    """

    members: tuple[MemberRecipe, ...]
    changes: tuple[str, ...] = ()
    strategy: str = DEFAULT

    def __post_init__(self) -> None:
        """Refuse an ensemble that could not be told apart or weighed."""
        names = [member.name for member in self.members]
        if not names or len(set(names)) < len(names):
            raise ValueError("members need names of their own, at least one")
        if any(not name.replace("-", "").replace("_", "").isalnum() for name in names):
            raise ValueError("a member's name holds letters, digits, - and _ only")
        if any(member.weight <= 0 for member in self.members):
            raise ValueError("every weight must be above 0")
        if self.strategy not in STRATEGIES:
            raise ValueError(
                f"strategy is {self.strategy!r} and must be one of {', '.join(STRATEGIES)}"
            )
