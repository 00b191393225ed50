"""What a corpus keeps of a notebook."""

from __future__ import annotations

import base64
import json

import pytest
from git_repositories import ipynb, story

from training.data.build.notebooks import LONGEST_SOURCE, Unfit, read_cells

PICTURE = base64.b64encode(bytes(range(256)) * 4).decode()


def cells(*first: tuple[str, str]) -> list[tuple[str, str]]:
    return read_cells(ipynb([*first, *story("harbour")]).encode())[: -len(story("harbour"))]


def test_raw_and_empty_cells_and_outputs_go() -> None:
    parsed = json.loads(ipynb([("raw", "---"), ("code", " \n"), *story("harbour")]))
    parsed["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "secret"}]
    assert read_cells(json.dumps(parsed).encode()) == story("harbour")


def test_a_long_source_is_cut() -> None:
    ((_, source),) = cells(("code", "x = 1\n" * 2_000))
    assert source == ("x = 1\n" * 2_000)[:LONGEST_SOURCE]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (f"![a](data:image/png;base64,{PICTURE})\n", "![a](data:...)\n"),
        (
            f'<img src="data:image/svg+xml;charset=utf-8;base64,{PICTURE}" />',
            '<img src="data:..." />',
        ),
        (f"<a href='data:;base64,{PICTURE}'>", "<a href='data:...'>"),
        (f"logo = '{PICTURE}'", "logo = 'data:...'"),
        ("see data:text/plain,hello", "see data:text/plain,hello"),
        ('f"data:image/png;base64,{encoded}"', 'f"data:image/png;base64,{encoded}"'),
        ("path/to/some/long/" * 5, "path/to/some/long/" * 5),
    ],
)
def test_files_inside_the_text_go(source: str, kept: str) -> None:
    assert cells(("markdown", source)) == [("markdown", kept)]


def test_a_file_is_replaced_before_the_source_is_cut() -> None:
    source = f"![a](data:image/png;base64,{PICTURE * 10}) and what follows"
    assert cells(("markdown", source)) == [("markdown", "![a](data:...) and what follows")]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"language_info": {"name": "python"}},
        {"language_info": {"name": "ipython3"}},
        {"kernelspec": {"name": "my-env", "language": "python"}},
        {"kernelspec": "odd"},
    ],
)
def test_python_is_taken(metadata: dict[str, object]) -> None:
    assert len(read_cells(ipynb(story("harbour"), **metadata).encode())) == 10


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (ipynb(story("a"), language_info={"name": "julia"}), "not in Python"),
        (ipynb(story("a"), kernelspec={"language": "R"}), "not in Python"),
        (ipynb([("code", "x")] * 8), "no markdown cell"),
        (ipynb([("markdown", "x")] * 8), "no code cell"),
        (ipynb(story("a", 2)), "fewer than 6 cells"),
        ("{", "not readable as a notebook, not-json"),
        ("[]", "not readable as a notebook, not-a-notebook"),
        ('{"cell_type": {}, "source": {}}', "not readable as a notebook, not-a-notebook"),
    ],
)
def test_what_is_unfit_says_why(content: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        read_cells(content.encode())
