"""The label that a line opens with."""

from __future__ import annotations

import pytest

from jupyter_cellorder.members.rules.labels import label_of


@pytest.mark.parametrize(
    ("line", "word", "number", "style"),
    [
        ("2.1 Data", "", (2, 1), "digits"),
        ("2.1. Data", "", (2, 1), "digits"),
        ("10) Ten", "", (10,), "digits"),
        ("3 Data", "", (3,), "digits"),
        ("**4.** bold", "", (4,), "digits"),
        ("🚀 5. Lift-off", "", (5,), "digits"),
        ("Step 3: fit", "step", (3,), "digits"),
        ("Exercise 4.2 - more", "exercise", (4, 2), "digits"),
        ("Q7", "q", (7,), "digits"),
        ("Part #2", "part", (2,), "digits"),
        ("Aufgabe 3", "aufgabe", (3,), "digits"),
        ("Шаг 2. Данные", "шаг", (2,), "digits"),
        ("1a) first half", "", (1, 1), "digits"),
        ("b) second", "", (2,), "letter"),
        ("(c) third", "", (3,), "letter"),
        ("Part B: more", "part", (2,), "letter"),
        ("IV. Results", "", (4,), "roman"),
        ("Part II", "part", (2,), "roman"),
        ("三、模型", "", (3,), "chinese"),
        ("十二、结论", "", (12,), "chinese"),
        ("第2章 数据", "第", (2,), "chinese"),
        ("第二十课", "第", (20,), "chinese"),
    ],
)
def test_label(line: str, word: str, number: tuple[int, ...], style: str) -> None:
    label = label_of(line, heading=True)
    assert label is not None
    assert (label.word, label.number, label.style) == (word, number, style)


@pytest.mark.parametrize(
    "line",
    [
        "e.g. a pair",
        "i.e. the same",
        "E.g. a pair",
        "a model",
        "I think so",
        "Part a story of it",
        "2020s were wild",
        "2020 in numbers",
        "12.05.2020",
        "3D plots",
        "No number here 3",
        "\u0130.\u00d6. 500 y\u0131l\u0131nda",  # Turkish; its \u0130 is two letters in lower case
        "\u0131) dotless",
        "1\u017f. long s",
        "\u212a. kelvin",
        "x = 3",
        "",
    ],
)
@pytest.mark.parametrize("heading", [True, False])
def test_no_label(line: str, heading: bool) -> None:
    assert label_of(line, heading) is None


def test_a_number_alone_is_a_label_in_a_heading_only() -> None:
    assert label_of("3 models", heading=True) is not None
    assert label_of("3 models are compared", heading=False) is None
    assert label_of("3. Compare", heading=False) is not None


def test_the_end_of_a_label() -> None:
    label = label_of("## 2.1) Data", heading=True)
    assert label is not None
    assert "## 2.1) Data"[label.end :] == " Data"
