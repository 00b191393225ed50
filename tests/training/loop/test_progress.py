"""The line while a stage trains."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_training import trainer

from training.loop.progress import spoken


@pytest.mark.parametrize(
    ("seconds", "said"), [(4, "4 s"), (89, "89 s"), (120, "2 min"), (11_100, "3 h 05 min")]
)
def test_times_as_people_say_them(seconds: float, said: str) -> None:
    assert spoken(seconds) == said


def test_the_bar_shows_loss_score_speed_and_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer(tmp_path / "stage").fit()
    last = capsys.readouterr().err.strip().split("\r")[-1]
    for shown in ("stage", "30/30", "loss=", "kendall_tau=", "tokens/s=", "left="):
        assert shown in last
