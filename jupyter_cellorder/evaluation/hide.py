"""Hiding the truth: what a member gets to see of a notebook whose order is known.

The form is AI4Code's: code in order, then the markdown shuffled. Ids are replaced by fresh random
ones, since an author's ids may count upwards.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.notebook import Cell, Notebook

_ID_SPACE = 16**12


@dataclass(frozen=True)
class Hidden:
    """A notebook as a member may see it, and the answer kept from it.

    Attributes:
        notebook: Code in true order, then markdown; every id is fresh.
        truth: The ids of ``notebook`` in the author's order.
    """

    notebook: Notebook
    truth: tuple[str, ...]


def random_for(seed: int, purpose: str, name: str) -> random.Random:
    """Random numbers for one notebook that depend on nothing but these three.

    So the same notebook is shuffled alike whatever the limit and whatever stands beside it.
    """
    digest = hashlib.blake2b(f"{seed}\0{purpose}\0{name}".encode(), digest_size=16).digest()
    return random.Random(int.from_bytes(digest, "big"))


def hide(example: Example, seed: int, *, keep_markdown_order: bool = False) -> Hidden:
    """Put an example into AI4Code form.

    With ``keep_markdown_order`` the markdown keeps its own order, and only its place among the
    code is hidden.
    """
    draw = random_for(seed, "hide", example.id)
    cells = example.notebook.cells
    fresh = [f"{number:012x}" for number in draw.sample(range(_ID_SPACE), len(cells))]
    renamed = [
        Cell(id=id, kind=cell.kind, source=cell.source)
        for id, cell in zip(fresh, cells, strict=True)
    ]
    code = [cell for cell in renamed if cell.kind == "code"]
    markdown = [cell for cell in renamed if cell.kind == "markdown"]
    if not keep_markdown_order:
        draw.shuffle(markdown)
    return Hidden(Notebook.from_cells([*code, *markdown]), tuple(fresh))
