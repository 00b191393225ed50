"""How precise rules are: what is counted, and what of it a member's file keeps."""

from __future__ import annotations

import pytest

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sources import Example
from jupyter_cellorder.notebook import Cell, Notebook
from training.priors.measure import Measured, Tally, measure, wilson
from training.priors.record import LEAST_REPOSITORIES, record_of, table


def example(number: int, repository: str, *sources: str, family: str | None = None) -> Example:
    """In the author's order; code is written with a leading '$'."""
    cells = [
        Cell(f"{i}", "code" if text.startswith("$") else "markdown", text.removeprefix("$"))
        for i, text in enumerate(sources)
    ]
    name = f"n{number}"
    return Example(name, repository, family or name, "en", Notebook.from_cells(cells))


def test_right_and_wrong_pairs_are_counted_by_side() -> None:
    found = measure(
        [
            example(0, "a", "# Title", "$x = 1", "text", "$y = 2"),
            example(1, "b", "$x = 1", "# Title", "text"),
        ]
    )
    markdown, code = (found.tallies["title of level 1", side] for side in ("markdown", "code"))
    assert (markdown.notebooks, markdown.pairs, markdown.right) == (2, 2, 2)
    assert (code.notebooks, code.pairs, code.right) == (2, 3, 2)
    assert found.notebooks == 2
    assert found.pairs == {"markdown": 2, "code": 6}


def test_a_rule_that_never_spoke_has_no_tally() -> None:
    found = measure([example(0, "a", "text", "$x = 1")])
    assert found.tallies == {}


def tally(*notebooks: tuple[str, str, int, int]) -> Tally:
    made = Tally()
    for repository, family, pairs, right in notebooks:
        made.add(repository, family, pairs, right)
    return made


def test_repositories_count_alike_and_so_do_the_families_of_one() -> None:
    made = tally(
        ("large", "x", 1000, 1000),
        ("large", "y", 1, 0),
        ("small", "z", 2, 2),
    )
    assert made.precision == pytest.approx((0.5 + 1.0) / 2)


def test_near_duplicates_count_as_one_notebook() -> None:
    copies = [("a", "same", 1, 1)] * 50
    assert tally(*copies, ("a", "other", 1, 0)).precision == pytest.approx(0.5)


def test_confidence_grows_with_the_repositories_alone() -> None:
    few = tally(*[("a", str(i), 10, 10) for i in range(100)])
    many = tally(*[(str(i), str(i), 10, 10) for i in range(100)])
    assert few.precision == many.precision == 1
    assert few.confidence < 0.3 < 0.95 < many.confidence < 1


def test_wilson_is_the_published_interval() -> None:
    # Newcombe (1998), table I: 81 of 263 and 0 of 20.
    assert wilson(81 / 263, 263) == pytest.approx(0.2553, abs=5e-5)
    assert wilson(0, 20) == 0
    assert wilson(1.0, 20) == pytest.approx(1 - 0.1611, abs=5e-5)


def measured(**tallies: Tally) -> Measured:
    named = {(name.replace("_", " "), "markdown"): value for name, value in tallies.items()}
    return Measured(named, 100, {"markdown": 1000, "code": 1000})


def repositories(count: int, right: int) -> Tally:
    return tally(*[(str(i), str(i), 10, right) for i in range(count)])


def test_rules_that_are_not_precise_are_left_out() -> None:
    found = measured(
        counted_words=repositories(60, 10),
        data_first=repositories(60, 6),
        continued=repositories(LEAST_REPOSITORIES - 1, 10),
    )
    record = record_of(found, 0.55)
    assert list(record["rules"]) == ["counted words"]
    kept = record["rules"]["counted words"]["markdown"]
    assert kept["precision"] == 1
    assert kept["confidence"] == pytest.approx(wilson(1.0, 60), abs=1e-4)
    assert (kept["pairs"], kept["repositories"]) == (600, 60)
    shown = table(found, 0.55).splitlines()
    assert [line.split("markdown")[0].strip() for line in shown if line.startswith("*")] == [
        "* counted words"
    ]
    assert len(shown) == 1 + 3 + 1


def test_no_rule_is_precise_enough() -> None:
    with pytest.raises(CellOrderError, match="No rule has a confidence"):
        record_of(measured(data_first=repositories(60, 6)), 0.9)
