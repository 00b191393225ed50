"""Families of near-duplicates."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.build.families import BANDS, families, signature

RNG = np.random.default_rng(1)
WORDS = [f"word{number}" for number in range(5_000)]


def text(words: int) -> list[str]:
    return list(RNG.choice(WORDS, words))


def kin(one: list[str], other: list[str]) -> bool:
    found = families({"a": signature([" ".join(one)]), "b": signature([" ".join(other)])})
    return found["a"] == found["b"]


def changed(words: list[str], count: int) -> list[str]:
    """The words, some of them, evenly spread, in place of others."""
    made = list(words)
    for at in np.linspace(0, len(words) - 1, count).astype(int):
        made[at] = "other"
    return made


def test_few_changes_leave_a_family_and_many_do_not() -> None:
    originals = [text(400) for _ in range(30)]
    # A word is in five shingles: 4 of 400 words leave an overlap of 0.9, 40 one of 0.33.
    assert sum(kin(one, changed(one, 4)) for one in originals) >= 29
    assert sum(kin(one, changed(one, 40)) for one in originals) <= 3
    assert not any(kin(one, text(400)) for one in originals)


def test_case_and_punctuation_do_not_matter() -> None:
    one = signature(["Load the *data*, then plot it.", "plot(data)"])
    other = signature(["load the data then plot it", "plot ( data )"])
    assert np.array_equal(one, other)


def test_relatives_of_relatives_are_one_family_named_after_the_first() -> None:
    def row(*bands: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        made = RNG.integers(0, 2**63, BANDS).astype(np.uint64)
        for at, code in enumerate(bands):
            if code:
                made[at] = code
        return made

    rows = {"d": row(1, 0), "b": row(1, 2), "c": row(0, 2), "a": row(0, 0), "e": row(2, 1)}
    found = families(rows)
    assert found["b"] == found["c"] == found["d"]
    assert len({found["a"], found["b"], found["e"]}) == 3
    assert families(dict(reversed(rows.items()))) == found
    without = families({id: rows[id] for id in "bcd"})
    assert without["b"] == found["b"]


@pytest.mark.parametrize("sources", [[""], ["one"], ["***", "+++"], ["漢字だけのノート"]])
def test_a_notebook_of_few_words_has_a_signature(sources: list[str]) -> None:
    assert signature(sources).shape == (BANDS,)


def test_notebooks_without_a_word_are_no_family() -> None:
    found = families({"a": signature(["+ - *"]), "b": signature(["***"])})
    assert found["a"] != found["b"]


def test_no_notebooks_no_families() -> None:
    assert families({}) == {}
