"""Folders that are there whole or not at all, whatever happens while they are replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.loop.errors import LoopError
from training.loop.results import whole_folder


def fill(folder: Path, text: str) -> None:
    with whole_folder(folder) as part:
        (part / "file").write_text(text)


def test_a_folder_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "bundle.v1"
    for text in ("first", "second"):
        fill(folder, text)
        assert (folder / "file").read_text() == text
    assert list(tmp_path.iterdir()) == [folder]


def test_a_neighbour_of_a_like_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bundle.part").mkdir()
    fill(tmp_path / "bundle.v1", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle.part", "bundle.v1"]


def test_the_folder_one_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bundle").mkdir()
    monkeypatch.chdir(tmp_path / "bundle")
    fill(Path(), "text")
    assert (tmp_path / "bundle" / "file").read_text() == "text"


def test_what_was_there_stays_where_the_new_one_cannot_take_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundle"
    fill(folder, "first")
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise OSError(39, "Directory not empty")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(LoopError, match="could not be written"):
        fill(folder, "second")
    assert (folder / "file").read_text() == "first"
    assert list(tmp_path.iterdir()) == [folder]


def test_what_a_kill_left_aside_is_put_back(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    fill(folder, "first")
    folder.rename(tmp_path / "bundle.before")
    with pytest.raises(RuntimeError), whole_folder(folder):
        raise RuntimeError
    assert (folder / "file").read_text() == "first"
    assert list(tmp_path.iterdir()) == [folder]
