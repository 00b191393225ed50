"""What the real reader of bundles finds wrong reaches the page as a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_cellorder.bundle import MANIFEST


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (None, "bundle-missing"),
        ('{"format": 1, "name": "cut o', "bundle-corrupt"),
        ('{"format": 1000}', "bundle-version"),
    ],
)
async def test_a_bundle_that_cannot_be_read_is_503(
    app, ask, health, tmp_path: Path, manifest, reason
):
    app.bundle = str(tmp_path / "bundle")
    if manifest is not None:
        (tmp_path / "bundle").mkdir()
        (tmp_path / "bundle" / MANIFEST).write_text(manifest, encoding="utf-8")
    reply = await ask()
    assert (reply.status, reply.body["reason"]) == (503, reason)
    body = await health()
    assert (body["state"], body["message"]) == ("failed", reply.body["message"])
