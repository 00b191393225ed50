"""Training by an ``ensemble`` recipe: each member in a folder of its own."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

from training import tasks
from training.ensemble.recipe import EnsembleRecipe
from training.loop import processes
from training.tasks import Order

_LOG = logging.getLogger(__name__)


def train(recipe: EnsembleRecipe, order: Order) -> Path:
    """See :class:`training.tasks.Train`.

    A member whose folder holds a finished run is taken as it is: published weights are brought in
    that way (``python -m training.published``).
    """
    loaded = [
        (member, tasks.load(member.recipe, [*member.changes, *recipe.changes]))
        for member in recipe.members
    ]
    for number, (member, own) in enumerate(loaded, start=1):
        folder = order.output / member.name
        if (folder / "checkpoint" / f"{own.task}.json").exists():
            _LOG.info("Member %d of %d, %s, is there.", number, len(loaded), member.name)
            continue
        _LOG.info("Member %d of %d: %s", number, len(loaded), member.name)
        tasks.train(own, replace(order, name=Path(member.recipe).stem, output=folder))
    record = {
        "recipe": order.name,
        "strategy": recipe.strategy,
        "members": [{"name": one.name, "weight": one.weight} for one in recipe.members],
    }
    if processes.is_main():
        partial = order.output / "ensemble.json.part"
        partial.write_text(json.dumps(record, indent=1))
        partial.replace(order.output / "ensemble.json")
    processes.wait()
    return order.output
