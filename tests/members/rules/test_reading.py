"""What is read of one cell."""

from __future__ import annotations

import pytest

from jupyter_cellorder.members.rules.reading import Heading, plain, read
from jupyter_cellorder.notebook import Cell


@pytest.mark.parametrize(
    ("source", "headings"),
    [
        ("# One\n## Two", [(1, "One"), (2, "Two")]),
        ("text\n\n### Deep ###", [(3, "Deep")]),
        ("Title\n=====\n\nPart\n----", [(1, "Title"), (2, "Part")]),
        ("<h2 align='center'>Centred</h2>", [(2, "Centred")]),
        ("# [Linked](https://example.org) `code`", [(1, "Linked `code")]),
        ("```\n# a comment\n```\n# Real", [(1, "Real")]),
        ("~~~python\n# a comment", []),
        ("- item\n---", []),
        ("#no space", []),
        ("## C# and F# ##  ", [(2, "C# and F#")]),
        # Patterns with two ways to read a blank never end here.
        (f"# a{' ' * 5_000}x", [(1, "a x")]),
        ("    # code", []),
        ("", []),
    ],
)
def test_headings(source: str, headings: list[tuple[int, str]]) -> None:
    found = read(Cell("a", "markdown", source))
    assert list(found.headings) == [Heading(*each) for each in headings]
    assert found.level == (headings[0][0] if headings else 0)


@pytest.mark.parametrize(
    ("source", "opens"),
    [
        ("# Title\ntext", True),
        ("Title\n===", True),
        ("<a id='top'></a>\n# Title", True),
        ("text\n# Title", False),
        ("text", False),
    ],
)
def test_whether_a_cell_opens_with_its_heading(source: str, opens: bool) -> None:
    assert read(Cell("a", "markdown", source)).opens is opens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("## 2.1 Load the **data**", "load the data"),
        ("3) [Load the data](#load)", "Load: the data!"),
        ("<b>Load</b> the data", "Load the data"),
    ],
)
def test_titles_are_compared_without_label_and_markup(one: str, other: str) -> None:
    assert plain(one) == plain(other) == "load the data"


def test_a_counted_word_is_part_of_the_title() -> None:
    assert plain("Step 1: look") != plain("Step 2: look")


def test_an_item_of_a_list_is_no_label() -> None:
    assert read(Cell("a", "markdown", "1. first\n2. second")).label is None
    assert read(Cell("a", "markdown", "1. first\n\nand then text")).label is not None


def test_entries_of_a_table_of_contents() -> None:
    found = read(Cell("a", "markdown", "1. [Data](#the-data)\n2. Models\n[away](https://x.org)"))
    assert [sorted(names) for names in found.entries] == [
        ["data", "the data", "the-data"],
        ["models"],
    ]


def test_names_that_an_entry_may_mean() -> None:
    assert read(Cell("a", "markdown", "<a id='sec1'></a>\n## 1. The data")).names == {
        "sec1",
        "the data",
    }


@pytest.mark.parametrize(
    ("source", "sign"),
    [
        ("## Conclusion", "conclusion"),
        ("## 5. References", "references"),
        ("**Table of Contents**", "contents"),
        ("## Заключение", "conclusion"),
        ("## Importing libraries", "imports"),
        ("[![Open](https://colab.research.google.com/assets/colab-badge.svg)](x)", "badge"),
        ("In this notebook we look at rivers.", "this notebook"),
        ("Congratulations, you made it!", "farewell"),
    ],
)
def test_signs(source: str, sign: str) -> None:
    assert sign in read(Cell("a", "markdown", source)).signs


def test_a_word_inside_a_longer_title_is_no_sign() -> None:
    assert not read(Cell("a", "markdown", "## Drawing conclusions from noisy samples")).signs


def test_code_is_read_for_the_comment_it_opens_with() -> None:
    found = read(Cell("a", "code", "# Step 3: fit\nmodel.fit(x)\n# Step 4"))
    assert found.label is not None
    assert (found.label.word, found.label.number) == ("step", (3,))
    assert (found.markdown, found.headings, found.signs) == (False, (), frozenset())
    assert read(Cell("a", "code", "x = 1  # Step 3")).label is None
