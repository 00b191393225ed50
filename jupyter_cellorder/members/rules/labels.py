"""The label that a heading or a line opens with: "2.1", "b)", "IV.", "Step 3", "三、"."""

from __future__ import annotations

import re
from dataclasses import dataclass

# English first, then what courses in other languages write before a number.
_WORDS = (
    "step|part|section|chapter|task|exercise|question|problem|lab|lesson|module|unit|example|day|"
    "week|phase|stage|experiment|scenario|method|option|approach|case|level|challenge|activity|"
    "topic|solution|answer|hint|quiz|assignment|project|model|test|session|lecture|strategy|"
    "figure|fig|table|appendix|objective|ex|q|"
    "schritt|teil|kapitel|aufgabe|übung|étape|etape|partie|chapitre|exercice|"
    "paso|parte|capítulo|ejercicio|tarea|passo|exercício|capitolo|esercizio|"
    "шаг|часть|глава|задание|упражнение|задача|krok|zadanie"
)
# Marks of lists, quotes and emphasis, then perhaps a picture character.
_LEAD = (
    r"^[\s*_>#`~\[\(\-\u2010-\u2015:\u2022]*"
    r"(?:[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]+[\s*_]*)?"
)
_LABEL = re.compile(
    _LEAD + rf"(?:(?P<word>{_WORDS})\.?\s*(?:no\.?\s*|\#\s*)?)?"
    r"(?:(?P<digits>\d{1,3}(?:[.\-]\d{1,3}){0,4})(?P<letter>(?-i:[a-zA-Z])?)|"
    r"(?P<alone>(?-i:[a-zA-Z]))|(?P<roman>(?-i:[IVXivx]{1,5})))"
    r"(?P<after>\s*[.):\uFF1A\u3001\uFF0E\uFF09]|\s*[\-\u2010-\u2015|](?=\s)|[*_`]+|\s|$)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    _LEAD + r"(?:第\s*(?P<nth>[一二三四五六七八九十]{1,3}|\d{1,3})\s*[章节節步部课課讲講回]|"
    r"(?P<list>[一二三四五六七八九十]{1,3})\s*[、.\uFF0E:\uFF1A])"
)
_DIGIT = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}
_ROMAN = {"I": 1, "V": 5, "X": 10}
_MOST_LINE = 200  # characters read
_DELIMITER = re.compile(r"[.):\uFF1A\u3001\uFF0E\uFF09|\-\u2010-\u2015]")


@dataclass(frozen=True)
class Label:
    """A number that stands for a place in a series.

    Attributes:
        word: what is counted ("step"), lower case, "" for a number alone.
        number: its parts, ("2.1" -> (2, 1)); letters count from 1.
        style: `digits`, `letter`, `roman` or `chinese`: series of different styles do not mix.
        end: characters of the line up to the label's end.
    """

    word: str
    number: tuple[int, ...]
    style: str
    end: int


def label_of(line: str, heading: bool) -> Label | None:
    """Read the label of a line.

    Args:
        line: without the '#' of a heading.
        heading: a heading's number needs nothing behind it ("2 Data"); in running text a number
            alone is a label only with a delimiter ("2. Data"), else it counts things.
    """
    line = line[:_MOST_LINE]
    found = _LABEL.match(line)
    if found is None:
        return _chinese(line)
    word = (found["word"] or "").lower()
    delimited = bool(_DELIMITER.search(found["after"]))
    end = found.end()
    if found["digits"]:
        number = tuple(int(part) for part in re.split(r"[.\-]", found["digits"]))
        if not (word or delimited or (heading and not found["letter"]) or len(number) > 1):
            return None  # "3D plots"
        if found["letter"]:
            number += (ord(found["letter"].lower()) - ord("a") + 1,)
        # "1. 5 kg" is a list item, but "12.05.2020" and "3.14" of running text are no labels.
        if line[end : end + 1].isdigit() and not line[end - 1].isspace():
            return None
        return Label(word, number, "digits", end)
    sign = found["alone"] or found["roman"]
    if not (delimited or word) or re.match(r"\.?[a-z]\.", line[end:], re.IGNORECASE):
        return None  # "a model", "e.g." and "i.e."
    if word and not delimited and sign.islower():
        return None  # "part a story", "step a little"
    if sign.isupper() and set(sign) <= _ROMAN.keys():
        return Label(word, (_roman(sign),), "roman", end)
    if len(sign) > 1:
        return None
    return Label(word, (ord(sign.lower()) - ord("a") + 1,), "letter", end)


def _chinese(line: str) -> Label | None:
    found = _CHINESE.match(line)
    if found is None:
        return None
    text = found["nth"] or found["list"]
    word = "第" if found["nth"] else ""
    number = int(text) if text.isdecimal() else _chinese_number(text)
    return Label(word, (number,), "chinese", found.end())


def _chinese_number(text: str) -> int:
    """1..99: 三 is 3, 十二 is 12, 二十 is 20."""
    tens, ten, ones = text.rpartition("十")
    return 10 * (_DIGIT.get(tens, 1) if ten else 0) + _DIGIT.get(ones, 0)


def _roman(sign: str) -> int:
    values = [_ROMAN[one] for one in sign]
    return sum(
        -value if value < max(values[at:], default=0) else value for at, value in enumerate(values)
    )
