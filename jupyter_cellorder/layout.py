"""Which cells of a notebook are placed, among which others, and what travels with what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from jupyter_cellorder.decode import longest_rising
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.precedence import Placement


@dataclass(frozen=True)
class _Unit:
    """A cell with the empty markdown right behind it, which travels with it."""

    cell: Cell
    followers: list[Cell]

    @property
    def ids(self) -> list[str]:
        return [self.cell.id, *(cell.id for cell in self.followers)]


class Layout:
    """A notebook split into anchors and floats.

    Members are asked about cells with text only. Empty markdown belongs to the cell before it
    (at the very top it stays there). Empty code, raw and pinned cells are *hollow*: they keep their
    order among the anchors, but no member is told of them.

    Indices are those of `decode`: anchors 0..N-1 in present order, then floats in given order.
    """

    def __init__(self, notebook: Notebook, floats: Sequence[str], ordered: bool = False) -> None:
        """Split a notebook.

        Args:
            notebook: the present order.
            floats: ids of the movable cells (see `movable`) to place, in the order in which the
                members get them.
            ordered: the members may rely on that order.
        """
        self._ordered = ordered
        self._top: list[Cell] = []
        units: list[_Unit] = []
        for cell in notebook.cells:
            if cell.kind == "markdown" and cell.is_empty and not cell.pinned:
                (units[-1].followers if units else self._top).append(cell)
            else:
                units.append(_Unit(cell, []))
        chosen = set(floats)
        self._anchors = [u for u in units if u.cell.id not in chosen and not u.cell.is_empty]
        by_id = {unit.cell.id: unit for unit in units}
        self._floats = [by_id[name] for name in floats]
        index = {u.cell.id: i for i, u in enumerate([*self._anchors, *self._floats])}
        self.present = [index[u.cell.id] for u in units if u.cell.id in index]
        # Hollow units of every gap, and where each float stands now: (gap, hollows before it).
        self._hollows: list[list[_Unit]] = [[]]
        self._slots: dict[int, tuple[int, int]] = {}
        for unit in units:
            if unit.cell.id not in index:
                self._hollows[-1].append(unit)
            elif unit.cell.id in chosen:
                here = (len(self._hollows) - 1, len(self._hollows[-1]))
                self._slots[index[unit.cell.id]] = here
            else:
                self._hollows.append([])

    @cached_property
    def placement(self) -> Placement:
        """The question to ask of members."""
        return Placement(
            tuple(unit.cell for unit in self._anchors),
            tuple(unit.cell for unit in self._floats),
            self._ordered,
        )

    @property
    def present_gaps(self) -> list[int]:
        """For each float, the number of anchors before it in the present order."""
        return [self._slots[len(self._anchors) + i][0] for i in range(len(self._floats))]

    @property
    def travelling(self) -> frozenset[str]:
        """Ids of the floats and of the empty markdown that goes with them."""
        return frozenset(name for unit in self._floats for name in unit.ids)

    def ids(self, index: int) -> list[str]:
        """Id of the cell of an index, then those of the empty markdown that follows it."""
        units = self._anchors if index < len(self._anchors) else self._floats
        return units[index - (0 if units is self._anchors else len(self._anchors))].ids

    def arrange(self, order: Sequence[int], keep_place: bool) -> tuple[str, ...]:
        """All ids of the notebook in the order of a decoded order.

        Args:
            order: indices as `decode` returns them.
            keep_place: whether a float that stays in its gap keeps its place among the hollow
                cells there; otherwise floats and hollow cells alternate, a float first.
        """
        gaps: list[list[int]] = [[]]
        for index in order:
            if index < len(self._anchors):
                gaps.append([])
            else:
                gaps[-1].append(index)
        ids = [cell.id for cell in self._top]
        for gap, floats in enumerate(gaps):
            if gap:
                ids += self._anchors[gap - 1].ids
            hollows = self._hollows[gap]
            placed = 0
            slots = (
                self._kept_slots(gap, floats) if keep_place else _spread(len(floats), len(hollows))
            )
            for index, slot in zip(floats, slots, strict=True):
                for unit in hollows[placed:slot]:
                    ids += unit.ids
                placed = slot
                ids += self.ids(index)
            for unit in hollows[placed:]:
                ids += unit.ids
        return tuple(ids)

    def _kept_slots(self, gap: int, floats: Sequence[int]) -> list[int]:
        """How many hollow cells stand before each float, as few floats as possible moved."""
        stood = [i for i, f in enumerate(floats) if self._slots[f][0] == gap]
        present = [self.present.index(floats[i]) for i in stood]
        kept = {stood[position] for position in longest_rising(present)}
        slots: list[int] = []
        for i, index in enumerate(floats):
            before = slots[-1] if slots else 0
            slots.append(self._slots[index][1] if i in kept else before)
        return slots


def movable(notebook: Notebook, among: Collection[str] | None = None) -> list[str]:
    """Ids of the markdown cells with text that are not pinned, in present order.

    Args:
        notebook: the notebook.
        among: only these ids; None for all.
    """
    return [
        cell.id
        for cell in notebook.cells
        if cell.kind == "markdown"
        and not cell.pinned
        and not cell.is_empty
        and (among is None or cell.id in among)
    ]


def _spread(floats: int, hollows: int) -> list[int]:
    """How many hollow cells stand before each float where they alternate, a float first."""
    return [number * hollows // floats for number in range(floats)]
