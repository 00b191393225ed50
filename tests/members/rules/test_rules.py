"""Each rule: what it says of small notebooks, and where it is silent."""

from __future__ import annotations

import numpy as np
import pytest

from jupyter_cellorder.members.rules.catalogue import RULES
from jupyter_cellorder.members.rules.reading import read
from jupyter_cellorder.notebook import Cell


def says(rule: str, *sources: str) -> set[tuple[str, str]]:
    """Pairs (earlier, later) by their sources; code is written with a leading '$'."""
    cells = [
        Cell(str(i), "code" if text.startswith("$") else "markdown", text.removeprefix("$"))
        for i, text in enumerate(sources)
    ]
    found = RULES[rule]([read(cell) for cell in cells])
    assert found.shape == (len(cells), len(cells))
    assert not (found & found.T).any(), "a rule contradicts itself"
    return {(sources[i], sources[k]) for i, k in np.argwhere(found).tolist()}


@pytest.mark.parametrize(
    ("rule", "earlier", "later"),
    [
        ("numbered headings", "## 2. Data", "## 10. End"),
        ("numbered headings", "## 二、数据", "## 三、模型"),
        ("counted words", "## Step 3", "## Step 4: go on"),
        ("counted words", "Schritt 1", "Schritt 2"),
        ("counted words", "# Part II", "# Part IV"),
        ("dotted numbers", "### 2.1 Data", "### 2.2 Model"),
        ("dotted numbers", "### 2.9 Data", "### 2.10 Model"),
        ("lettered headings", "### a) one", "### c) three"),
        ("lettered headings", "## II. Two", "## IX. Nine"),
        ("numbered lines", "1. Load", "2. Fit"),
        ("lettered lines", "a. load", "b. fit"),
        ("numbers across levels", "## 2. Data", "### 2.1 Loading"),
        ("numbers across levels", "### 2.4 Loading", "## 3. Model"),
        ("trailing numbers", "## Clustering (part 1)", "## Clustering (part 2)"),
        ("labels of code", "## Step 2", "$# Step 2: load\nx = 1"),
        ("labels of code", "$# Exercise 1\nx = 1", "## Exercise 2"),
        ("labels of code", "### 1.2 Data", "$# 1.3 model\nx = 1"),
        ("licence in code", "$# Licensed under the Apache License", "# Title"),
        ("continued", "## Results", "## Results (cont.)"),
        ("question before answer", "**Exercise 2**", "**Solution 2**"),
        ("question before answer", "**Solution 1**", "**Question 2**"),
    ],
)
def test_one_before_the_other(rule: str, earlier: str, later: str) -> None:
    assert says(rule, earlier, later) == {(earlier, later)}
    assert says(rule, later, earlier) == {(earlier, later)}


@pytest.mark.parametrize(
    ("rule", "sources"),
    [
        ("numbered headings", ("# 1. Section", "### 2. Other level")),
        ("numbered headings", ("## 1. Same", "## 1. Same number", "## 2. Starts again")),
        ("numbered headings", ("## e.g. one", "## i.e. two")),
        ("counted words", ("## Step 1", "## Part 2")),
        ("dotted numbers", ("### 2.1 Data", "### 3 Model")),
        ("numbered lines", ("1. one\n2. two", "3. three\n4. four")),
        ("numbers across levels", ("## 1. Data", "## 2. Model")),
        ("trailing numbers", ("## Version 2020", "## Version 2021")),
        ("trailing numbers", ("## Point ①", "## Point ②")),
        ("labels of code", ("## 1. Data", "$# 2 is a prime\nx = 2")),
        ("labels of code", ("## Step 1", "$# Part 2\nx = 2")),
        ("licence in code", ("$x = 1", "# Title")),
        ("continued", ("## Results", "## Other results (cont.)")),
        ("question before answer", ("**Exercise 2**", "**Step 2**")),
    ],
)
def test_silence(rule: str, sources: tuple[str, ...]) -> None:
    assert says(rule, *sources) == set()


def test_numbers_that_start_again_have_a_rule_of_their_own() -> None:
    sources = ("## 1. One", "## 1. One again", "## 2. Two")
    assert says("numbered headings, repeated", *sources) == {
        (sources[0], sources[2]),
        (sources[1], sources[2]),
    }


def test_the_title_stands_first() -> None:
    assert says("title of level 1", "## Part", "$import x", "# Title", "text") == {
        ("# Title", "## Part"),
        ("# Title", "$import x"),
        ("# Title", "text"),
    }
    assert says("title of level 2", "### Part", "## Title") == {("## Title", "### Part")}


def test_two_headings_of_the_highest_level_are_no_title() -> None:
    assert not says("title of level 1", "# One", "# Two", "text")
    assert not says("title of level 1", "# One\n# Two", "text")


def test_a_badge_may_stand_above_the_title() -> None:
    badge = "[![Binder](https://mybinder.org/badge_logo.svg)](x)"
    assert says("title of level 1", badge, "# Title", "text") == {("# Title", "text")}
    assert says("badge first", "text", badge, "$x = 1") == {(badge, "text"), (badge, "$x = 1")}


CONTENTS = "## Contents\n- [Data](#data)\n- [Model](#model)\n- [Results](#results)"
SECTIONS = ("## 3. Results", "## 1. Data", "## 2. Model")


def test_a_table_of_contents_stands_before_its_sections_and_orders_them() -> None:
    cells = (*SECTIONS, CONTENTS, "$x = 1", "# Title")
    assert says("contents before sections", *cells) == {(CONTENTS, name) for name in SECTIONS}
    assert says("sections as in contents", *cells) == {
        ("## 1. Data", "## 2. Model"),
        ("## 1. Data", "## 3. Results"),
        ("## 2. Model", "## 3. Results"),
    }
    assert says("contents before everything", *cells) == {
        *((CONTENTS, name) for name in SECTIONS),
        (CONTENTS, "$x = 1"),
    }


def test_titles_in_a_list_make_a_table_of_contents_too() -> None:
    listed = "We look at:\n1. Data\n2. Model\n3. Results"
    assert ("## 1. Data", "## 3. Results") in says("sections as in contents", *SECTIONS, listed)


@pytest.mark.parametrize(
    "table",
    [
        "- [Data](#data)\n- [Model](#model)",  # too short
        "- Data\n- Data\n- Model\n- Results",  # one twice leaves two
        "- Cats\n- Dogs\n- Birds",
    ],
)
def test_other_lists_are_no_table_of_contents(table: str) -> None:
    assert not says("contents before sections", *SECTIONS, table)


def test_a_title_that_two_sections_have_is_not_ordered() -> None:
    cells = (*SECTIONS, "## Data", CONTENTS, "## Extra")
    assert not says("sections as in contents", *cells)


def test_a_section_that_closes_a_notebook() -> None:
    cells = ("## Conclusion", "## Model", "$x = 1", "text", "### Detail", "## References")
    assert says("conclusion last", *cells) == {
        ("## Model", "## Conclusion"),
        ("$x = 1", "## Conclusion"),
    }
    assert says("conclusion below text", *cells) == {
        ("text", "## Conclusion"),
        ("### Detail", "## Conclusion"),
    }


def test_a_section_that_opens_a_notebook() -> None:
    cells = ("## Setup", "## Model", "$x = 1", "## Introduction", "# Title")
    assert says("setup first", *cells) == {("## Setup", "## Model"), ("## Setup", "$x = 1")}
    assert says("introduction first", *cells) == {
        ("## Introduction", name) for name in ("## Setup", "## Model", "$x = 1")
    }


def test_a_kind_of_section_that_occurs_twice_says_nothing() -> None:
    assert not says("conclusion last", "## Conclusion", "text", "## Conclusions", "$x = 1")
    assert not says("setup first", "## Setup", "text", "## Setup", "$x = 1")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_silent_where_there_is_nothing_to_read(rule: str) -> None:
    assert not says(rule)
    assert not says(rule, "plain words", "$x = 1", "other words")


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_depends_on_the_order_that_it_is_shown(rule: str) -> None:
    cells = [
        "# Title",
        CONTENTS,
        *SECTIONS,
        "### 2.1 Parts",
        "## Step 1",
        "## Step 2",
        "$# Step 2\nx = 1",
        "## Exercise 1",
        "## Solution 1",
        "## Conclusion",
        "## References",
        "In this notebook",
    ]
    told = says(rule, *cells)
    draw = np.random.default_rng(0)
    for _ in range(3):
        draw.shuffle(cells)
        assert says(rule, *cells) == told
