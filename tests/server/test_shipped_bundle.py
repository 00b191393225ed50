"""The extension with the model that ships, through the network."""

from __future__ import annotations

import shutil
from importlib import resources

import pytest

from jupyter_cellorder import Notebook, load_bundle, suggest
from jupyter_cellorder.bundle import DEFAULT, read_manifest
from jupyter_cellorder.members.context_onnx import OnnxComputer

EXAMPLE = resources.files("jupyter_cellorder").joinpath(
    "examples", "out-of-order", "sorting-support-tickets.ipynb"
)


@pytest.mark.parametrize("cellorder_config", [{"backend": it} for it in ("onnx", "torch")])
async def test_the_network_says_what_the_core_says(ask, health, cellorder_config):
    notebook = Notebook.from_json(EXAMPLE.read_bytes())
    expected = suggest(notebook, load_bundle(**cellorder_config), "all").as_dict()
    assert expected["moves"]
    sent = [
        {"id": cell.id, "cell_type": cell.kind, "source": cell.source, "pinned": cell.pinned}
        for cell in notebook.cells
    ]
    reply = await ask(mode="all", cells=sent)
    assert reply.status == 200
    assert reply.body["order"] == expected["order"]
    assert reply.body["moves"] == [pytest.approx(move) for move in expected["moves"]]
    after = await health()
    assert (after["state"], after["backend"]) == ("ready", cellorder_config["backend"])
    assert after["bundle"] == reply.body["bundle"] == read_manifest().name


async def test_after_an_edit_only_that_cell_is_encoded(ask, monkeypatch):
    encoded: list[int] = []
    encode = OnnxComputer.encode

    def counted(self, ids, mask):
        encoded.append(len(ids))
        return encode(self, ids, mask)

    monkeypatch.setattr(OnnxComputer, "encode", counted)
    cells = [
        {"id": cell.id, "cell_type": cell.kind, "source": cell.source}
        for cell in Notebook.from_json(EXAMPLE.read_bytes()).cells
    ]
    contents = {(cell["cell_type"], cell["source"]) for cell in cells}
    for mode, edited, expected in (
        ("review", None, len(contents)),
        ("review", None, 0),
        ("review", 3, 1),
        ("all", None, 0),
        ("review", 4, 1),
    ):
        if edited is not None:
            cells[edited] = {**cells[edited], "source": cells[edited]["source"] + " edited"}
        encoded.clear()
        reply = await ask(mode=mode, cells=cells)
        assert reply.status == 200
        assert sum(encoded) == expected


async def test_one_flipped_bit_is_noticed(app, ask, tmp_path):
    folder = shutil.copytree(DEFAULT, tmp_path / "bundle")
    files = read_manifest(folder).files
    damaged = folder / max(files, key=lambda name: files[name][0])
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    app.bundle = str(folder)
    reply = await ask()
    assert (reply.status, reply.body["reason"]) == (503, "bundle-corrupt")
