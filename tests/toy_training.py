"""A toy task for the loop: fit a small network to a line. Also a script, to be killed and joined.

python toy_training.py OUTPUT KEY=VALUE ...
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from training.loop.results import save_weights
from training.loop.stage import Stage
from training.loop.trainer import StageTrainer

ROWS, WIDTH = 96, 4


class Points(NamedTuple):
    x: Tensor
    y: Tensor

    def text_tokens(self) -> int:
        return len(self.x)


class Line(Dataset[tuple[Tensor, Tensor]]):
    """`slow` seconds a row, so that a kill finds it at work."""

    def __init__(self, slow: float) -> None:
        torch.manual_seed(0)
        self._x = torch.randn(ROWS, WIDTH)
        self._y = self._x @ torch.arange(1.0, WIDTH + 1)
        self._slow = slow

    def __len__(self) -> int:
        return ROWS

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        time.sleep(self._slow)
        return self._x[index], self._y[index]


class Shuffled:
    """Batches of `size`, another order every epoch."""

    def __init__(self, size: int) -> None:
        self._size, self._epoch = size, 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return ROWS // self._size

    def __iter__(self) -> Iterator[list[int]]:
        order = np.random.default_rng(self._epoch).permutation(ROWS)
        yield from order.reshape(-1, self._size).tolist()


def collate(rows: list[tuple[Tensor, Tensor]]) -> Points:
    return Points(torch.stack([x for x, _ in rows]), torch.stack([y for _, y in rows]))


class Net(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.head = nn.Sequential(nn.Linear(WIDTH, 16), nn.Dropout(dropout), nn.Linear(16, 1))

    def forward(self, batch: Points) -> dict[str, Tensor]:
        return {"loss": (self.head(batch.x).squeeze(1) - batch.y).square().mean()}


def trainer(
    output: Path,
    dropout: float = 0.0,
    slow: float = 0.0,
    size: int | None = None,
    scores: list[float] | None = None,
    **stage: Any,
) -> StageTrainer:
    """A stage in fp32 that is scored by its fit, or by `scores` one after the other.

    An epoch has 12 steps; where `scores` are given it is longer than a stage, so that none is
    spent on its end.
    """
    model, data = Net(dropout), Line(0.0)
    given = iter(scores or [])

    def fit() -> Mapping[str, float]:
        if scores is not None:
            return {"kendall_tau": next(given)}
        with torch.no_grad():
            rows = collate([data[index] for index in range(ROWS)])
            model.eval()
            loss = float(model(rows)["loss"])
            model.train()
        return {"kendall_tau": -loss}

    settings: dict[str, Any] = {
        "steps": 30,
        "score_every": 10,
        "warm_up": 3.0,
        "rate": 0.05,
        "precision": "fp32",
        **stage,
    }
    return StageTrainer(
        model,
        Line(slow),
        Shuffled(size or (1 if scores else 8)),
        collate,
        fit,
        {"head.": settings["rate"]},
        Stage(**settings),
        output,
        7,
    )


def losses(output: Path) -> list[tuple[int, float]]:
    """Step and loss of every entry of the log."""
    entries = [json.loads(line) for line in (output / "log.jsonl").read_text().splitlines()]
    return [(entry["step"], entry["loss"]) for entry in entries if "loss" in entry]


def main() -> None:
    torch.set_num_threads(1)
    output, *settings = sys.argv[1:]
    values: dict[str, Any] = {}
    for setting in settings:
        key, value = setting.split("=")
        number = float(value)
        values[key] = int(number) if number == int(number) and key != "dropout" else number
    most_bytes = values.pop("most_bytes", None)
    if most_bytes is not None:  # of a file: a disk that fills up
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    made = trainer(Path(output), **values)
    made.args.logging_steps = made.state.logging_steps = 1
    save_weights(made.fit(), Path(output) / "model.safetensors")


if __name__ == "__main__":
    main()
