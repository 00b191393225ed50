"""The list of sources: what is taken, and what is refused."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import jupyter_cellorder
from training.data.__main__ import main, parser
from training.data.build.errors import BuildError
from training.data.build.listing import COLUMNS, OURS, is_permissive, read_sources

HASH = "a" * 40
HEADER = ",".join(COLUMNS) + "\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text)
    return path


def test_rows_come_by_repository_whatever_their_order(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"{HEADER}own/b,{HASH},MIT,,test\nown/a.b-c_d,{'0' * 64},CC0-1.0,12,train\n",
    )
    first, second = read_sources(path)
    assert (first.repo, first.used, first.split) == ("own/a.b-c_d", 12, "train")
    assert (second.repo, second.used, second.licence) == ("own/b", None, "MIT")


@pytest.mark.parametrize(
    "repo",
    [
        "--upload-pack=touch /tmp/x/y",
        "-own/name",
        "own/--upload-pack=x",
        "own/../other",
        "../own/name",
        "./own",
        "/etc/own",
        "own",
        "own/",
        "own//name",
        "own/na me",
        "own/name\\x",
        "own:name/x",
        "https://example.org/own/name",
        "own/name?x",
        "own/na\u2028me",
        "",
    ],
)
def test_an_unsafe_repository_is_refused(tmp_path: Path, repo: str) -> None:
    path = written(tmp_path, f"{HEADER}own/good,{HASH},MIT,1,train\n{repo},{HASH},MIT,1,train\n")
    with pytest.raises(BuildError, match=r"line 3: .*is not a repository's name") as raised:
        read_sources(path)
    assert raised.value.code == "list-row"


@pytest.mark.parametrize(
    "commit", ["", "main", "HEAD", "a" * 39, "a" * 41, "A" * 40, "--upload-pack=x", "-" * 40]
)
def test_a_commit_that_is_no_full_hash_is_refused(tmp_path: Path, commit: str) -> None:
    path = written(tmp_path, f"{HEADER}own/name,{commit},MIT,1,train\n")
    with pytest.raises(BuildError, match=r"line 2: .*is not a full commit hash"):
        read_sources(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"own/name,{HASH},MIT,1,tune", "the split 'tune' is none of train, valid, test"),
        (f"own/name,{HASH},MIT,many,train", "'many', not a number"),
        (f"own/name,{HASH},MIT,-1,train", "'-1', not a number"),
        (f"own/name,{HASH}", "the split '' is none of"),
    ],
)
def test_a_wrong_row_is_refused_by_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(BuildError, match=f"line 2: .*{said}"):
        read_sources(written(tmp_path, f"{HEADER}{row}\n"))


def test_a_repository_named_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}own/a,{HASH},MIT,1,train\nOwn/A,{'b' * 40},MIT,1,test\n")
    with pytest.raises(BuildError, match="twice"):
        read_sources(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("repo,commit,licence,split\n", "has no column 'notebooks_used'; its first line"),
        ("", "has no column 'repo'"),
        (HEADER, "names no repository"),
    ],
)
def test_wrong_columns_end_the_command_with_a_sentence(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text)
    assert main(["build", str(path), "--output", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_list_that_cannot_be_read_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BuildError, match="cannot be read"):
        read_sources(path)


@pytest.mark.parametrize(
    "licence", ["MIT", "apache-2.0", "CC-BY-4.0 OR MIT", "GPL-3.0 OR MIT", "(MIT AND CC0-1.0)"]
)
def test_permissive(licence: str) -> None:
    assert is_permissive(licence)


@pytest.mark.parametrize(
    "licence", ["", "GPL-3.0", "NOASSERTION", "MIT AND GPL-3.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0"]
)
def test_not_permissive(licence: str) -> None:
    assert not is_permissive(licence)


def test_other_licences_are_refused_unless_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}own/a,{HASH},GPL-3.0,1,train\nown/b,{HASH},,1,train\n")
    with pytest.raises(BuildError, match=r"own/a \(GPL-3.0\), own/b \(none\).*--any-licence"):
        read_sources(path)
    assert len(read_sources(path, any_licence=True)) == 2


def test_our_own_list_is_right_and_is_what_is_built_without_another() -> None:
    sources = read_sources(OURS)
    assert Counter(source.split for source in sources) == {"train": 268, "valid": 34, "test": 33}
    assert sum(source.used or 0 for source in sources) == 25_028
    assert parser().parse_args(["build", "--output", "x"]).sources == OURS


def test_our_own_list_holds_what_the_shipped_model_was_made_of() -> None:
    shipped = Path(jupyter_cellorder.__file__).parent / "bundles/default/SOURCES.csv"
    with shipped.open(newline="") as lines:
        rows = [(row["repo"], row["commit"]) for row in csv.DictReader(lines)]
    assert rows
    assert set(rows) <= {(source.repo, source.commit) for source in read_sources(OURS)}
