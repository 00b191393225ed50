"""Building a corpus from repositories that lie on this machine."""

from __future__ import annotations

import io
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import zstandard
from git_repositories import commit, git, ipynb, story

from jupyter_cellorder.evaluation.sources import read_examples
from training.data.__main__ import main
from training.data.build.listing import COLUMNS, read_sources

MISSING = "0123456789" * 4


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    folder.mkdir()
    return folder


def listing(path: Path, *rows: tuple[str, str, str, str, str]) -> Path:
    path.write_text("\n".join(",".join(row) for row in (COLUMNS, *rows)) + "\n")
    return path


def build(sources: Path, hub: Path, output: Path, *more: str) -> int:
    return main(["build", str(sources), "--output", str(output), "--repositories", str(hub), *more])


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8")
        return [json.loads(line) for line in text]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.jsonl.zst")}


@pytest.mark.parametrize("filters", [True, False])
def test_repositories_become_the_files_of_a_corpus(hub: Path, filters: bool) -> None:
    one = commit(
        hub / "own/one",
        {
            "b.ipynb": ipynb(story("harbour")),
            "deep/a.ipynb": ipynb(story("orchard", 4)),
            ".ipynb_checkpoints/b.ipynb": ipynb(story("harbour")),
            "README.md": "text",
        },
        filters,
    )
    two = commit(hub / "own/two", {"c.ipynb": ipynb(story("comet"))}, filters)
    sources = listing(
        hub / "list.csv",
        ("own/two", two, "Apache-2.0", "1", "valid"),
        ("own/one", one, "MIT", "2", "train"),
    )
    output = hub / "out"
    assert build(sources, hub, output) == 0
    train = rows(output / "train-00.jsonl.zst")
    assert [row["path"] for row in train] == ["b.ipynb", "deep/a.ipynb"]
    first = train[0]
    assert list(first) == ["id", "ancestor", "repo", "path", "commit", "licence", "lang", "cells"]
    assert (first["repo"], first["commit"], first["licence"]) == ("own/one", one, "MIT")
    assert first["lang"] == "en"
    assert first["cells"] == [list(cell) for cell in story("harbour")]
    assert len(first["id"]) == 14 and len(first["ancestor"]) == 8
    assert int(first["id"], 16) and int(first["ancestor"], 16)
    assert [row["licence"] for row in rows(output / "valid.jsonl.zst")] == ["Apache-2.0"]
    assert not (output / "test.jsonl.zst").exists()
    # What is in it is listed beside it, as the model card wants it.
    assert read_sources(output / "SOURCES.csv") == read_sources(sources)
    # And they are read as every corpus is.
    assert [example.cluster for example in read_examples(output)] == ["own/one"] * 2 + ["own/two"]


def test_the_named_commit_is_used_not_the_latest(hub: Path) -> None:
    old = commit(hub / "own/one", {"a.ipynb": ipynb(story("harbour"))})
    commit(hub / "own/one", {"a.ipynb": ipynb(story("comet")), "b.ipynb": ipynb(story("orchard"))})
    sources = listing(hub / "list.csv", ("own/one", old, "MIT", "1", "train"))
    assert build(sources, hub, hub / "out") == 0
    (row,) = rows(hub / "out/train-00.jsonl.zst")
    assert row["cells"] == [list(cell) for cell in story("harbour")]


def test_what_cannot_be_fetched_is_named_and_the_rest_is_built(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = commit(hub / "own/good", {"a.ipynb": ipynb(story("harbour"))})
    sources = listing(
        hub / "list.csv",
        ("own/good", good, "MIT", "1", "train"),
        ("own/old", MISSING, "MIT", "1", "train"),
        ("own/gone", good, "MIT", "1", "test"),
    )
    commit(hub / "own/old", {"a.ipynb": ipynb(story("comet"))})
    assert build(sources, hub, hub / "out") == 1
    told = capsys.readouterr().out
    assert "2 of 3 repositories could not be had" in told
    assert "own/gone at" in told and f"own/old at {MISSING[:12]}" in told
    assert len(rows(hub / "out/train-00.jsonl.zst")) == 1

    # Once it can be had, the same command completes the corpus.
    shutil.copytree(hub / "own/good", hub / "own/gone")
    assert build(sources, hub, hub / "out") == 1
    assert "1 of 3 repositories could not be had" in capsys.readouterr().out


def test_nothing_is_written_where_nothing_can_be_fetched(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = listing(hub / "list.csv", ("own/gone", MISSING, "MIT", "1", "train"))
    assert build(sources, hub, hub / "out") == 1
    assert "1 of 1 repositories could not be had" in capsys.readouterr().out
    assert content(hub / "out") == {}


def test_a_broken_notebook_is_a_counted_skip(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = commit(
        hub / "own/one",
        {
            "good.ipynb": ipynb(story("harbour")),
            "broken.ipynb": '{"cells": [',
            "pointer.ipynb": "version https://git-lfs.github.com/spec/v1\n",
            "r.ipynb": ipynb(story("comet"), kernelspec={"language": "R"}),
            "short.ipynb": ipynb(story("comet", 1)),
        },
    )
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "7", "train"))
    assert build(sources, hub, hub / "out") == 0
    told = capsys.readouterr().out
    assert "own/one/broken.ipynb, own/one/pointer.ipynb" in told
    assert "(not in Python): own/one/r.ipynb" in told
    assert "(fewer than 6 cells): own/one/short.ipynb" in told
    assert "own/one (7 used, 1 found)" in told
    assert len(rows(hub / "out/train-00.jsonl.zst")) == 1


def test_no_family_is_in_two_splits(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = story("harbour", 12)
    copy = [*shared, ("code", "print('one cell more')")]
    made = {
        name: commit(hub / "own" / name, files)
        for name, files in {
            "train": {"a.ipynb": ipynb(shared), "b.ipynb": ipynb(story("comet"))},
            "valid": {"a.ipynb": ipynb(copy), "c.ipynb": ipynb(story("orchard"))},
            "test": {"a.ipynb": ipynb(story("orchard")), "d.ipynb": ipynb(story("glacier"))},
        }.items()
    }
    sources = listing(
        hub / "list.csv",
        *((f"own/{name}", hash, "MIT", "2", name) for name, hash in made.items()),
    )
    assert build(sources, hub, hub / "out") == 0
    found = {
        name: [row["path"] for row in rows(path)]
        for name, path in (
            ("train", hub / "out/train-00.jsonl.zst"),
            ("valid", hub / "out/valid.jsonl.zst"),
            ("test", hub / "out/test.jsonl.zst"),
        )
    }
    assert found == {"train": ["a.ipynb", "b.ipynb"], "valid": ["c.ipynb"], "test": ["d.ipynb"]}
    assert "2 notebooks (of a family that an earlier split has)" in capsys.readouterr().out


def test_near_duplicates_of_one_split_share_their_ancestor(hub: Path) -> None:
    shared = story("harbour", 12)
    made = commit(
        hub / "own/one",
        {
            "a.ipynb": ipynb(shared),
            "b.ipynb": ipynb(shared[2:]),
            "c.ipynb": ipynb(story("comet", 12)),
        },
    )
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "3", "train"))
    assert build(sources, hub, hub / "out") == 0
    ancestors = [row["ancestor"] for row in rows(hub / "out/train-00.jsonl.zst")]
    assert ancestors[0] == ancestors[1] != ancestors[2]


def test_what_was_fetched_is_not_fetched_again(hub: Path) -> None:
    made = commit(hub / "own/one", {"a.ipynb": ipynb(story("harbour"))})
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "1", "train"))
    assert build(sources, hub, hub / "out") == 0
    first = content(hub / "out")
    shutil.rmtree(hub / "own/one")
    (hub / "out/train-00.jsonl.zst").unlink()
    assert build(sources, hub, hub / "out") == 0
    assert content(hub / "out") == first != {}


def test_a_build_that_was_cut_off_goes_on(hub: Path) -> None:
    one = commit(hub / "own/one", {"a.ipynb": ipynb(story("harbour"))})
    two = commit(hub / "own/two", {"a.ipynb": ipynb(story("comet"))})
    first = ("own/one", one, "MIT", "1", "train")
    half = listing(hub / "half.csv", first)
    full = listing(hub / "full.csv", first, ("own/two", two, "MIT", "1", "train"))
    assert build(half, hub, hub / "out") == 0
    # As a process leaves it that is killed while it fetches.
    (hub / "out/.parts/fetch-x").mkdir()
    (hub / "out/.parts/own--two.jsonl.zst.1.part").write_bytes(b"half")
    (hub / "out/train-00.jsonl.zst.1.part").write_bytes(b"half")
    shutil.rmtree(hub / "own/one")
    assert build(full, hub, hub / "out") == 0
    assert len(rows(hub / "out/train-00.jsonl.zst")) == 2
    assert not [*(hub / "out").rglob("*.part"), *(hub / "out").rglob("fetch-*")]


def test_the_same_list_gives_the_same_bytes_in_any_order(hub: Path) -> None:
    shared = story("harbour", 12)
    made = [
        (f"own/{name}", commit(hub / "own" / name, files), "MIT", "1", split)
        for name, files, split in (
            ("one", {"a.ipynb": ipynb(shared), "b.ipynb": ipynb(shared)}, "train"),
            ("two", {"a.ipynb": ipynb(shared), "b.ipynb": ipynb(story("comet"))}, "train"),
            ("three", {"a.ipynb": ipynb(shared), "b.ipynb": ipynb(story("orchard"))}, "test"),
        )
    ]
    assert build(listing(hub / "list.csv", *made), hub, hub / "out") == 0
    assert build(listing(hub / "back.csv", *reversed(made)), hub, hub / "again") == 0
    assert content(hub / "out") == content(hub / "again")
    assert content(hub / "out").keys() == {"train-00.jsonl.zst", "test.jsonl.zst"}


def test_a_split_that_the_list_no_longer_has_is_removed(hub: Path) -> None:
    one = commit(hub / "own/one", {"a.ipynb": ipynb(story("harbour"))})
    two = commit(hub / "own/two", {"a.ipynb": ipynb(story("comet"))})
    train = ("own/one", one, "MIT", "1", "train")
    both = listing(hub / "both.csv", train, ("own/two", two, "MIT", "1", "test"))
    assert build(both, hub, hub / "out") == 0
    assert build(listing(hub / "one.csv", train), hub, hub / "out") == 0
    assert content(hub / "out").keys() == {"train-00.jsonl.zst"}


def test_a_link_is_passed_over(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = hub / "secret.ipynb"
    secret.write_text(ipynb(story("secret")))
    folder = hub / "own/one"
    commit(folder, {"a.ipynb": ipynb(story("harbour"))})
    (folder / "b.ipynb").symlink_to(secret)
    (folder / "c").symlink_to(hub)
    made = commit(folder, {})
    assert "120000" in git(folder, "ls-tree", "HEAD")
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "1", "train"))
    assert build(sources, hub, hub / "out") == 0
    assert [row["path"] for row in rows(hub / "out/train-00.jsonl.zst")] == ["a.ipynb"]
    assert "Left out" not in capsys.readouterr().out


def test_odd_names_of_files_do_no_harm(hub: Path) -> None:
    names = {'q"uote.ipynb', "new\nline.ipynb", "--upload-pack=x.ipynb", "été.ipynb"}
    made = commit(
        hub / "own/one",
        {name: ipynb(story(f"word{at}")) for at, name in enumerate(sorted(names))},
    )
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "4", "train"))
    assert build(sources, hub, hub / "out") == 0
    assert {row["path"] for row in rows(hub / "out/train-00.jsonl.zst")} == names


def test_another_corpus_is_not_overwritten(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = commit(hub / "own/one", {"a.ipynb": ipynb(story("harbour"))})
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "1", "train"))
    output = hub / "out"
    output.mkdir()
    (output / "train-00.jsonl.zst").write_bytes(b"precious")
    assert build(sources, hub, output) == 2
    assert "was not built here" in capsys.readouterr().err
    assert (output / "train-00.jsonl.zst").read_bytes() == b"precious"


def test_an_output_that_cannot_be_written_is_a_sentence(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = commit(hub / "own/one", {"a.ipynb": ipynb(story("harbour"))})
    sources = listing(hub / "list.csv", ("own/one", made, "MIT", "1", "train"))
    (hub / "file").write_text("in the way")
    assert build(sources, hub, hub / "file/out") == 2
    assert "--output" in capsys.readouterr().err


def test_no_password_is_asked_for(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that tells with what it was called in place of the real one."""
    programs = hub / "bin"
    programs.mkdir()
    fake = programs / "git"
    fake.write_text(f'#!/bin/sh\nenv > "{hub}/env"\necho "fatal: no such thing" >&2\nexit 128\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_ASKPASS", "/usr/bin/ask")
    sources = listing(hub / "list.csv", ("own/one", MISSING, "MIT", "1", "train"))
    assert build(sources, hub, hub / "out") == 1
    told = dict(
        line.split("=", 1) for line in (hub / "env").read_text().splitlines() if "=" in line
    )
    assert told["GIT_TERMINAL_PROMPT"] == "0"
    assert told["GIT_ASKPASS"] == told["SSH_ASKPASS"] == ""
    assert "GIT_DIR" not in told


def test_without_git_a_sentence_says_so(
    hub: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(hub))
    sources = listing(hub / "list.csv", ("own/one", MISSING, "MIT", "1", "train"))
    assert build(sources, hub, hub / "out") == 2
    assert "install it first" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["nowhere", "--upload-pack=x", "ext::sh -c x", "-c"])
def test_a_host_that_is_neither_folder_nor_url_is_refused(
    hub: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = listing(hub / "list.csv", ("own/one", MISSING, "MIT", "1", "train"))
    arguments = ["build", str(sources), "--output", str(hub / "out"), f"--repositories={host}"]
    assert main(arguments) == 2
    assert "neither a folder with repositories nor a URL" in capsys.readouterr().err
    assert not (hub / "out").exists()
