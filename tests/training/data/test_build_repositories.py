"""Fetching one commit of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from git_repositories import commit, git, ipynb, story

from training.data.build.errors import FetchError
from training.data.build.listing import Source
from training.data.build.repositories import fetched, prefix

LARGE = 1 << 20


def source(made: str) -> Source:
    return Source("own/one", made, "MIT", 1, "train")


def test_only_the_notebooks_of_the_one_commit_are_fetched(tmp_path: Path) -> None:
    folder = tmp_path / "own/one"
    commit(folder, {"old.ipynb": "old", "gone.txt": "gone"})
    git(folder, "rm", "-q", "old.ipynb", "gone.txt")
    made = commit(folder, {"a.ipynb": ipynb(story("harbour")), "data.csv": "1,2,3"})
    other = git(folder, "rev-parse", f"{made}:data.csv")
    wanted = git(folder, "rev-parse", f"{made}:a.ipynb")
    with fetched(source(made), prefix(str(tmp_path)), tmp_path) as repository:
        (file,) = repository.notebooks(LARGE)
        (scratch,) = tmp_path.glob("fetch-*")
        held = git(scratch, "cat-file", "--batch-all-objects", "--batch-check")
    assert file.path == b"a.ipynb"
    assert file.content == ipynb(story("harbour")).encode()
    assert wanted in held and other not in held
    assert held.count("commit") == 1 and held.count("blob") == 1
    assert not list(tmp_path.glob("fetch-*"))


def test_a_file_that_is_too_large_is_passed_over(tmp_path: Path) -> None:
    made = commit(tmp_path / "own/one", {"a.ipynb": "x" * 100, "b.ipynb": "y" * 10})
    with fetched(source(made), prefix(str(tmp_path)), tmp_path) as repository:
        found = {file.path: file.content for file in repository.notebooks(99)}
    assert found == {b"a.ipynb": None, b"b.ipynb": b"y" * 10}


def test_a_repository_without_notebooks_gives_none(tmp_path: Path) -> None:
    made = commit(tmp_path / "own/one", {"a.py": "x"})
    with fetched(source(made), prefix(str(tmp_path)), tmp_path) as repository:
        assert list(repository.notebooks(LARGE)) == []


def test_a_missing_commit_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    commit(tmp_path / "own/one", {"a.ipynb": "x"})
    with (
        pytest.raises(FetchError, match=r"not our ref|upload-pack"),
        fetched(source("0" * 39 + "1"), prefix(str(tmp_path)), tmp_path),
    ):
        pass
    assert not list(tmp_path.glob("fetch-*"))


def test_no_hook_of_a_template_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = tmp_path / "template/hooks/reference-transaction"
    hook.parent.mkdir(parents=True)
    hook.write_text("#!/bin/sh\n")
    made = commit(tmp_path / "own/one", {"a.ipynb": "x"})
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    with fetched(source(made), prefix(str(tmp_path)), tmp_path) as repository:
        assert len(list(repository.notebooks(LARGE))) == 1
        (scratch,) = tmp_path.glob("fetch-*")
        assert (scratch / "objects").is_dir() and not (scratch / "hooks").exists()
