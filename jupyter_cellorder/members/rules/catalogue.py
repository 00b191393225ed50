"""Every rule by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from jupyter_cellorder.members.rules import contents, places, series
from jupyter_cellorder.members.rules.labels import Label
from jupyter_cellorder.members.rules.reading import Reading
from jupyter_cellorder.members.rules.relation import Relation

Rule = Callable[[Sequence[Reading]], Relation]


def _dotted(cell: Reading, label: Label) -> bool:
    return len(label.number) > 1 and bool(cell.headings)


def _word(cell: Reading, label: Label) -> bool:
    return len(label.number) == 1 and bool(label.word)


def _heading(cell: Reading, label: Label) -> bool:
    single = len(label.number) == 1 and not label.word and bool(cell.headings)
    return single and label.style in ("digits", "chinese")


def _sign(cell: Reading, label: Label) -> bool:
    return not label.word and bool(cell.headings) and label.style in ("letter", "roman")


def _line(cell: Reading, label: Label) -> bool:
    return not label.word and not cell.headings and label.style in ("digits", "chinese")


def _line_sign(cell: Reading, label: Label) -> bool:
    return not label.word and not cell.headings and label.style in ("letter", "roman")


_SERIES = {
    "dotted numbers": _dotted,
    "counted words": _word,
    "numbered headings": _heading,
    "lettered headings": _sign,
    "numbered lines": _line,
    "lettered lines": _line_sign,
}


def _rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for name, wanted in _SERIES.items():
        rules[name] = series.in_series(wanted, repeated=False)
        rules[f"{name}, repeated"] = series.in_series(wanted, repeated=True)
    rules["numbers across levels"] = series.across_levels
    rules["labels of code"] = series.code_labels
    rules["trailing numbers"] = series.trailing_numbers
    for level in (1, 2, 3):
        rules[f"title of level {level}"] = places.title_first(level)
    rules["licence in code"] = places.licence_code_first
    rules["contents before sections"] = contents.before_its_sections
    rules["sections as in contents"] = contents.sections_in_order
    rules["contents before everything"] = contents.before_everything
    rules["continued"] = contents.continued
    rules["question before answer"] = contents.question_before_answer
    for sign in places.OPENING:
        rules[f"{sign} first"] = places.first(sign)
    for sign in places.CLOSING:
        rules[f"{sign} last"] = places.last(sign)
        rules[f"{sign} below text"] = places.last(sign, text=True)
    return rules


RULES: Mapping[str, Rule] = MappingProxyType(_rules())
