"""The list of sources: which repositories, at which commits, under which licences, for what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.data.build.errors import BuildError
from training.data.build.lines import ADVICE
from training.data.writing import whole

OURS = Path(__file__).parent.parent / "SOURCES.csv"
COLUMNS = ("repo", "commit", "licence", "notebooks_used", "split")
SPLITS = ("train", "valid", "test")  # a family that is in several stays in the first

# SPDX identifiers that allow everyone to use, change and pass on.
PERMISSIVE = frozenset(
    "0BSD AFL-3.0 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear BSL-1.0 "
    "CC-BY-3.0 CC-BY-4.0 CC0-1.0 ISC MIT MIT-0 NCSA PDDL-1.0 PostgreSQL PSF-2.0 Python-2.0 "
    "Unlicense UPL-1.0 WTFPL Zlib".upper().split()
)

# What git could take for an option, or a path for another folder, does not match.
_REPOSITORY = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)+")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAMED = 5  # rows that one sentence names


@dataclass(frozen=True)
class Source:
    """One row of the list.

    Attributes:
        repo: ``owner/name``.
        commit: Its full hash.
        licence: SPDX expression.
        used: How many of its notebooks a corpus was made of; None where the list does not say.
        split: One of :data:`SPLITS`.
    """

    repo: str
    commit: str
    licence: str
    used: int | None
    split: str


def read_sources(path: Path, any_licence: bool = False) -> list[Source]:
    """Read and check the list; all of it is right, or nothing of it is used.

    Args:
        path: CSV with the columns :data:`COLUMNS`; others are passed over.
        any_licence: Take repositories whose licence is not known as permissive, too.

    Returns:
        The rows by repository, so that their order in the file does not matter.

    Raises:
        BuildError: `list-unreadable`, `list-columns`, `list-row` or `licence`, naming the rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if missing:
                raise BuildError(
                    f"{path} has no column {' nor '.join(map(repr, missing))}; its first line "
                    f"must be {','.join(COLUMNS)}.",
                    "list-columns",
                )
            numbered = [(rows.line_num, row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BuildError(
            f"The list {path} cannot be read ({error}); give a CSV file in UTF-8.",
            "list-unreadable",
        ) from error
    sources = [_source(path, line, row) for line, row in numbered]
    if not sources:
        raise BuildError(f"The list {path} names no repository; add rows.", "list-row")
    _refuse_twice(path, sources)
    if not any_licence:
        _refuse_licences(path, sources)
    return sorted(sources, key=lambda source: source.repo)


def _source(path: Path, line: int, row: dict[str, str | None]) -> Source:
    value = {column: (row[column] or "").strip() for column in COLUMNS}
    wrong = None
    if not _is_repository(value["repo"]):
        wrong = f"{value['repo']!r} is not a repository's name such as owner/name"
    elif not _COMMIT.fullmatch(value["commit"]):
        wrong = f"{value['commit']!r} is not a full commit hash (40 hexadecimal digits)"
    elif value["split"] not in SPLITS:
        wrong = f"the split {value['split']!r} is none of {', '.join(SPLITS)}"
    elif not re.fullmatch(r"[0-9]*", value["notebooks_used"], re.ASCII):
        wrong = f"notebooks_used is {value['notebooks_used']!r}, not a number"
    if wrong:
        raise BuildError(f"{path}, line {line}: {wrong}; mend the row.", "list-row")
    used = int(value["notebooks_used"]) if value["notebooks_used"] else None
    return Source(value["repo"], value["commit"], value["licence"], used, value["split"])


def write_sources(sources: Iterable[Source], path: Path) -> None:
    """Write a list that :func:`read_sources` reads.

    Raises:
        CacheError: It cannot be written; what was there stays.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in sources:
        used = "" if one.used is None else one.used
        rows.writerow([one.repo, one.commit, one.licence, used, one.split])
    with whole(path, ADVICE) as file:
        file.write(text.getvalue().encode())


def _is_repository(name: str) -> bool:
    climbs = any(part in (".", "..") for part in name.split("/"))
    return bool(_REPOSITORY.fullmatch(name)) and not climbs


def _refuse_twice(path: Path, sources: Iterable[Source]) -> None:
    seen: set[str] = set()
    for source in sources:
        name = source.repo.lower()  # hosts tell no upper from lower case
        if name in seen:
            raise BuildError(
                f"{path} names the repository {source.repo} twice; keep one row of it.", "list-row"
            )
        seen.add(name)


def _refuse_licences(path: Path, sources: Iterable[Source]) -> None:
    refused = [source for source in sources if not is_permissive(source.licence)]
    if refused:
        first = ", ".join(f"{one.repo} ({one.licence or 'none'})" for one in refused[:_NAMED])
        more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
        raise BuildError(
            f"{path} names repositories whose licence is not known as permissive: {first}{more}; "
            "take them out, or say --any-licence where you have the right to use them.",
            "licence",
        )


def is_permissive(licence: str) -> bool:
    """Whether an SPDX expression (names, AND, OR, parentheses) leaves a permissive choice."""
    while inner := re.search(r"\(([^()]*)\)", licence):
        verdict = "MIT" if is_permissive(inner[1]) else "none"
        licence = licence[: inner.start()] + verdict + licence[inner.end() :]
    return any(
        all(name.strip().upper() in PERMISSIVE for name in re.split(r" AND ", choice))
        for choice in re.split(r" OR ", licence)
    )
