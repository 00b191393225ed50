"""The facts of a corpus as text for a terminal."""

from __future__ import annotations

from training.data.describe.facts import LONGEST, Facts
from training.data.describe.tally import PERCENTILES, Tally

LANGUAGES = 8  # named; the rest is one number


def table(facts: Facts) -> str:
    """A few aligned lines."""
    alone = sum(count == 1 for count in facts.families.values())
    lines = [
        f"{'notebooks':12}{facts.notebooks:>10,}",
        f"{'families':12}{len(facts.families):>10,}   near-duplicates; {alone:,} are of one "
        "notebook",
        f"{'clusters':12}{len(facts.clusters):>10,}   repositories, else families",
        f"{'cells':12}{facts.cells.total:>10,}   "
        f"{facts.kinds['markdown'].total / facts.cells.total:.1%} markdown",
        "",
        _row("", ["mean", *(f"{percent}%" for percent in PERCENTILES), "max", "total"]),
        _tally("cells per notebook", facts.cells),
        *(_tally(f"  {kind}", tally) for kind, tally in facts.kinds.items()),
        *(
            _tally(f"tokens per {kind} cell", tally)
            for kind, tally in facts.tokens.items()
            if len(tally)
        ),
        "",
        f"pair weight  the longest {LONGEST:.0%} of the notebooks carry "
        f"{facts.cells.weight_of_longest(LONGEST):.1%} of n (n - 1), over which K is pooled",
        f"languages    {_languages(facts)}",
    ]
    largest = [f"{name} {count:,}" for name, count in facts.largest_families()]
    if largest:
        lines.append(f"families     the largest: {', '.join(largest)}")
    skipped = facts.skipped.sentences()
    return "\n".join([*lines, *(["", *skipped] if skipped else [])])


def _tally(name: str, tally: Tally) -> str:
    mean, *others, _ = tally.summary().values()
    return _row(name, [f"{mean:,.1f}", *(f"{value:,}" for value in others)])


def _row(name: str, values: list[str]) -> str:
    *columns, total = values
    return f"{name:24}" + "".join(f"{value:>8}" for value in columns) + f"{total:>14}"


def _languages(facts: Facts) -> str:
    named = facts.languages.most_common(LANGUAGES)
    rest = facts.notebooks - sum(count for _, count in named)
    parts = [f"{name} {count / facts.notebooks:.1%}" for name, count in named]
    if rest:
        parts.append(f"others {rest / facts.notebooks:.1%}")
    guess = f" ({facts.guessed:,} of them guessed from the markdown)" if facts.guessed else ""
    return ", ".join(parts) + guess
