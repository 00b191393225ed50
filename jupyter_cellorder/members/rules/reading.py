"""What the rules read of one cell: its headings, the label it opens with, what it links to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from jupyter_cellorder.members.rules.labels import Label, label_of
from jupyter_cellorder.members.rules.signs import signs_of
from jupyter_cellorder.notebook import Cell

_FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1.*?$|\Z)", re.MULTILINE | re.DOTALL)
# What may stand behind a title is stripped: a pattern for it takes a second at a thousand blanks.
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_HTML = re.compile(r"<h([1-6])\b[^>]*>(.{0,300}?)</h\1>", re.IGNORECASE | re.DOTALL)
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_TAG = re.compile(r"<[^>]{1,200}>")
_LINK = re.compile(r"\[([^\]]{1,200})\]\(([^)\s]{0,300})(?:[ \t][^)\n]{0,100})?\)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*\S)")
_NO_TITLE = re.compile(r"\s*[-*+|>]|\s*\d+[.)]")
_SPACE = re.compile(r"\s+")
_NOT_A_WORD = re.compile(r"[\W_]+")
_CODE_COMMENT = re.compile(r"^\s*#+\s*(?:%%|@title|@markdown|region\b|In\b)?\s*(.*)$")

_ANCHOR = re.compile(
    r"<[a-z]\w{0,20}\b[^>]{0,200}\b(?:id|name)\s*=\s*[\"']([^\"'>]{1,200})[\"']", re.IGNORECASE
)
_NOTHING = (frozenset[str](), frozenset[str](), ())

_MOST_TEXT = 6_000  # characters read of a cell
_MOST_TITLE = 200  # and of a title


@dataclass(frozen=True)
class Heading:
    """One heading: level 1..6 and its text without marks."""

    level: int
    text: str


@dataclass(frozen=True)
class Reading:
    """What is read of one cell.

    Attributes:
        markdown: whether it is a markdown cell; all others are taken for code.
        source: its text, without fenced blocks where it is markdown.
        headings: of a markdown cell, in order.
        opens: whether the cell opens with its first heading.
        label: the number that the first heading, else the first line (in code: the first line
            where that is a comment), opens with; None where it has none.
        title: first heading, or the first line, in lower case without marks and label.
        signs: of its place, see :mod:`jupyter_cellorder.members.rules.signs`; markdown only.
        names: its headings, as `title` is written, and the anchors it sets (``<a id="...">``).
        entries: what a table of contents would list: for each list item or link inside the
            notebook, the names that it may mean.
    """

    markdown: bool
    source: str
    headings: tuple[Heading, ...]
    opens: bool
    label: Label | None
    title: str
    signs: frozenset[str]
    names: frozenset[str]
    entries: tuple[frozenset[str], ...]

    @property
    def level(self) -> int:
        """Level of the first heading, 0 where there is none."""
        return self.headings[0].level if self.headings else 0


def read(cell: Cell) -> Reading:
    """Read one cell; depends on nothing but the cell."""
    text = cell.source[:_MOST_TEXT].strip("\r\n")
    return _read_markdown(text) if cell.kind == "markdown" else _read_code(text)


def plain(text: str) -> str:
    """Text to compare titles by: lower case, words alone, no label and no markup."""
    bare = _TAG.sub(" ", _LINK.sub(r"\1", text[:_MOST_TITLE]))
    label = label_of(bare, heading=True)
    if label is not None and not label.word:
        bare = bare[label.end :]
    return _NOT_A_WORD.sub(" ", bare).strip().lower()


def _read_code(text: str) -> Reading:
    line = text.partition("\n")[0]
    comment = _CODE_COMMENT.match(line)
    said = comment.group(1).rstrip().rstrip("#=-*").rstrip() if comment else ""
    return Reading(False, text, (), False, label_of(said, heading=False), plain(said), *_NOTHING)


def _read_markdown(text: str) -> Reading:
    body = _FENCE.sub("", text)
    lines = body.splitlines()
    found = list(_headings(lines))
    headings = tuple(heading for _, heading in found)
    begins = next((at for at, line in enumerate(lines) if _TAG.sub("", line).strip()), 0)
    opens = bool(found) and found[0][0] <= begins
    first = lines[begins] if lines else ""
    line = headings[0].text if headings else _TAG.sub(" ", first[:_MOST_TITLE])
    label = label_of(line, heading=bool(headings))
    if not headings and label is not None and _goes_on(body, label):
        label = None
    title = plain(line)
    return Reading(
        True,
        body,
        headings,
        opens,
        label,
        title,
        signs_of(title, body),
        frozenset({plain(heading.text) for heading in headings}.union(_ANCHOR.findall(body))),
        _entries(body),
    )


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, Heading]]:
    """The headings of a cell and the lines that they stand in."""
    for at, line in enumerate(lines):
        atx = _ATX.match(line)
        under = _SETEXT.match(lines[at + 1]) if at + 1 < len(lines) and line.strip() else None
        if atx:
            title = (atx.group(2) or "").rstrip(" \t").rstrip("#").rstrip(" \t")
            found = [(len(atx.group(1)), title)]
        # A rule of dashes under a list or a table is no heading.
        elif under and len(under.group(1)) >= 3 and not _NO_TITLE.match(line):
            found = [(1 if under.group(1)[0] == "=" else 2, line)]
        else:
            found = [(int(level), text) for level, text in _HTML.findall(line)]
        for level, text in found:
            bare = _SPACE.sub(" ", _TAG.sub(" ", _LINK.sub(r"\1", text))).strip(" *_`")
            if bare:
                yield at, Heading(level, bare)


def _goes_on(body: str, label: Label) -> bool:
    """Whether a list in the cell goes on to the next number: then the label is an item's."""
    if len(label.number) > 1 or label.style != "digits":
        return False
    return bool(re.search(rf"^[ \t]*{label.number[0] + 1}[.)]\s", body, re.MULTILINE))


def _entries(body: str) -> tuple[frozenset[str], ...]:
    found = []
    for line in body.splitlines():
        links = [(text, target[1:]) for text, target in _LINK.findall(line) if target[:1] == "#"]
        item = _ITEM.match(line)
        if links:
            found += [{plain(text), plain(unquote(target)), target} for text, target in links]
        elif item:
            found.append({plain(item.group(1))})
    return tuple(frozenset(names - {""}) for names in found)
