"""Words shared between cells, against the same formulas written out over whole words."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cellorder import lexical
from jupyter_cellorder.lexical import (
    BUCKETS,
    MAX_LETTERS,
    SharedWords,
    count_words,
    inverse_document_frequency,
    similarities,
)

TEXTS = [
    "df_train = read(path)",
    "## Read the df_train from its path",
    "model.fit(df_train, epochs=3)\nmodel.score(df_test)",
    "Fit the model, then score the model",
    "print('nothing in common')",
]


def column(word: str) -> int:
    return zlib.crc32(word.encode()) % BUCKETS


def words(text: str) -> dict[int, float]:
    found = count_words(text)
    return dict(zip(found.buckets.tolist(), found.counts.tolist(), strict=True))


def expected(*found: str) -> dict[int, float]:
    return {column(word): float(count) for word, count in Counter(found).items()}


def test_of_a_word_without_end_only_its_beginning_is_read() -> None:
    data = "a1" * 100_000
    found = count_words(f"blob = 0x{data}")
    assert words(f"blob = 0x{data}") == words(f"blob = 0x{data}"[: len("blob = ") + MAX_LETTERS])
    assert found.counts.sum() <= 3 + MAX_LETTERS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("df_train", ["df_train", "df", "train"]),
        ("CamelCase", ["camelcase", "camel", "case"]),
        ("readCSVFile", ["readcsvfile", "read", "csv", "file"]),
        ("Model model MODEL", ["model", "model", "model"]),
        ("x1 = 10", ["x1", "x", "1", "10"]),
        ("_private", ["_private"]),
        ("größe_maß", ["größe_maß", "gr", "öß", "e", "ma", "ß"]),
        ("数据 данные", ["数据", "данные"]),
        ("a-b.c", ["a", "b", "c"]),
        ("# *** ---", []),
        ("", []),
    ],
)
def test_identifiers_are_kept_whole_and_in_parts(text: str, found: list[str]) -> None:
    assert words(text) == expected(*found)


def test_columns_ascend_and_a_long_cell_is_read_to_a_limit() -> None:
    found = count_words(" ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}" for i in range(90)))
    assert (np.diff(found.buckets) > 0).all()
    long = "again " * lexical.MAX_WORDS
    assert words(long + "beyond") == words(long) == {column("again"): float(lexical.MAX_WORDS)}


def test_inverse_document_frequency_is_smoothed() -> None:
    found = inverse_document_frequency(np.array([0, 1, 9]), 9)
    assert found == pytest.approx([math.log(10) + 1, math.log(10 / 2) + 1, 1.0])


def weights(texts: list[str], idf: dict[int, float] | None = None) -> list[dict[int, float]]:
    """Unit rows of (1 + log tf) * idf; without `idf` that of the texts themselves."""
    counted = [words(text) for text in texts]
    occurs = Counter(word for row in counted for word in row)
    rows = []
    for row in counted:
        weighed = {
            word: (1 + math.log(count))
            * (idf[word] if idf else math.log((1 + len(texts)) / (1 + occurs[word])) + 1)
            for word, count in row.items()
        }
        norm = math.sqrt(sum(value**2 for value in weighed.values()))
        rows.append({word: value / norm for word, value in weighed.items()})
    return rows


def off_diagonal(values: np.ndarray) -> np.ndarray:
    return values[~np.eye(len(values), dtype=bool)]


def cosines(rows: list[dict[int, float]]) -> np.ndarray:
    return np.array(
        [[sum(value * b.get(word, 0) for word, value in a.items()) for b in rows] for a in rows]
    )


def test_similarities_are_those_of_the_formulas() -> None:
    rng = np.random.default_rng(0)
    corpus = rng.uniform(1, 8, BUCKETS).astype(np.float32)
    wide = weights(TEXTS, dict(enumerate(corpus.tolist())))
    contained = [[sum(v**2 for word, v in a.items() if word in b) for b in wide] for a in wide]

    found = similarities([count_words(text) for text in TEXTS], corpus)

    for values, truth in (
        (found.notebook, cosines(weights(TEXTS))),
        (found.corpus, cosines(wide)),
        (found.contained, np.array(contained)),
    ):
        assert off_diagonal(values) == pytest.approx(off_diagonal(truth), abs=1e-5)
        assert off_diagonal(values).max() > 0.1


def test_a_word_of_one_cell_weighs_on_no_diagonal() -> None:
    """The diagonal is the share of a cell's weight that occurs elsewhere, not 1."""
    found = similarities([count_words(text) for text in ("shared alone", "shared", "unlike")])
    for values in found.stacked():
        assert 0 < values[0, 0] < 1
        assert values[1, 1] == pytest.approx(1)
        assert values[2, 2] == 0


def test_containment_has_a_direction() -> None:
    found = similarities([count_words("model"), count_words("model of many other words")])
    assert found.contained[0, 1] == pytest.approx(1)
    assert found.contained[1, 0] < 0.5


def test_without_a_corpus_the_notebook_stands_in() -> None:
    found = similarities([count_words(text) for text in TEXTS])
    assert np.array_equal(found.corpus, found.notebook)


@given(st.lists(st.text(alphabet="ab_ B1é", max_size=12), max_size=6))
def test_similarities_are_shares_and_symmetric(texts: list[str]) -> None:
    found = similarities([count_words(text) for text in texts])
    assert found.stacked().shape == (3, len(texts), len(texts))
    assert ((found.stacked() >= 0) & (found.stacked() <= 1)).all()
    assert np.allclose(found.corpus, found.corpus.T, atol=1e-6)
    assert np.allclose(found.notebook, found.notebook.T, atol=1e-6)
    for at, text in enumerate(texts):
        if not re.search(r"\w", text.replace("_", "")):
            assert found.stacked()[:, at].max() == 0
            assert found.stacked()[:, :, at].max() == 0


def test_many_shared_words_are_folded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [count_words(text) for text in TEXTS]
    whole = similarities(cells)
    monkeypatch.setattr(lexical, "MAX_COLUMNS", 3)
    folded = similarities(cells)
    assert ((folded.stacked() >= 0) & (folded.stacked() <= 1)).all()
    # What was shared stays shared; folding can only make cells look more alike.
    assert (folded.notebook >= whole.notebook - 1e-6).all()
    assert (folded.notebook > whole.notebook + 1e-3).any()


@given(st.lists(st.sampled_from([*TEXTS, "", "*"]), min_size=1, max_size=6))
def test_rows_of_shared_words_are_those_of_all_similarities(texts: list[str]) -> None:
    cells = [count_words(text) for text in texts]
    every, shared = similarities(cells), SharedWords(cells)
    for index in range(len(cells)):
        others = [other for other in range(len(cells)) if other != index]
        alike, named = shared.of(index)
        assert alike[others] == pytest.approx(every.notebook[index, others], abs=1e-5)
        assert named[others] == pytest.approx(every.contained[index, others], abs=1e-5)
        assert alike[index] == pytest.approx(1.0 if len(cells[index].buckets) else 0.0)
