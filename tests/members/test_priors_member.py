"""The ``priors`` member: rules to Precedence, and reading its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jupyter_cellorder.bundle import MANIFEST, load_bundle
from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.members.priors import FILE, Confidence, PriorsMember, log_odds
from jupyter_cellorder.members.rules.reading import read
from jupyter_cellorder.notebook import Cell, Notebook
from jupyter_cellorder.precedence import Placement, Precedence, mix
from jupyter_cellorder.suggest import suggest
from training.manifest import write_manifest

TITLE, ONE, TWO, TEXT = "# Title", "## Step 1", "## Step 2", "plain words"
CODE = "$x = 1"


def cells(*sources: str) -> tuple[Cell, ...]:
    """Code is written with a leading '$'; a cell's id is its source."""
    return tuple(
        Cell(text, "code" if text.startswith("$") else "markdown", text.removeprefix("$"))
        for text in sources
    )


def member(**rules: Confidence) -> PriorsMember:
    return PriorsMember("priors", {name.replace("_", " "): value for name, value in rules.items()})


STEPS = {"counted_words": Confidence(markdown=0.9)}
TITLES = {"title_of_level_1": Confidence(markdown=0.95, code=0.8)}


def test_a_rule_says_its_confidence_and_silence_is_exactly_a_half() -> None:
    said = member(**STEPS).precedence(Placement(cells(CODE), cells(TWO, TEXT, ONE)))
    assert said.before == pytest.approx(
        np.array([[0.5, 0.5, 0.1], [0.5, 0.5, 0.5], [0.9, 0.5, 0.5]])
    )
    assert (said.before == 0.5).sum() == 7
    assert (said.after == 0.5).all()
    assert said.gap is not None
    assert said.gap == pytest.approx(np.full((3, 2), 0.5))
    assert said.rank is None
    assert said.added


def test_code_has_a_confidence_of_its_own() -> None:
    said = member(**TITLES).precedence(Placement(cells(CODE), cells(TEXT, TITLE)))
    assert said.before[1, 0] == pytest.approx(0.95)
    assert said.after == pytest.approx(np.array([[0.5], [0.2]]))


def test_a_side_without_confidence_is_silent() -> None:
    silent = member(title_of_level_1=Confidence(code=0.8))
    said = silent.precedence(Placement(cells(CODE), cells(TEXT, TITLE)))
    assert (said.before == 0.5).all()
    assert said.after[1, 0] == pytest.approx(0.2)


def test_markdown_among_the_anchors_counts_as_markdown() -> None:
    said = member(**STEPS, **TITLES).precedence(Placement(cells(TITLE, ONE, CODE), cells(TWO)))
    assert said.after == pytest.approx(np.array([[0.95, 0.9, 0.5]]))


def test_gaps_that_break_no_rule_are_equally_likely() -> None:
    asked = member(**STEPS, **TITLES)
    said = asked.precedence(Placement(cells(TITLE, CODE, ONE, TEXT, "## Step 3"), cells(TWO)))
    assert said.gap is not None
    [shares] = said.gap
    inside = shares[3]
    assert shares[4] == pytest.approx(inside)
    # Before step 1 one rule is broken, before the title another one too: the surest counts.
    assert shares[1] == pytest.approx(inside * 0.1 / 0.9)
    assert shares[2] == pytest.approx(inside * 0.1 / 0.9)
    assert shares[5] == pytest.approx(inside * 0.1 / 0.9)
    assert shares[0] == pytest.approx(inside * 0.05 / 0.95)


def test_many_pairs_of_one_rule_are_no_more_than_one() -> None:
    def of_last_gap(code: int) -> float:
        said = member(**TITLES).precedence(Placement(cells(CODE) * code, cells(TITLE)))
        assert said.gap is not None
        return float(said.gap[0, -1] / said.gap[0, 0])

    assert of_last_gap(20) == pytest.approx(of_last_gap(1)) == pytest.approx(0.2 / 0.8)


def test_it_is_added_to_what_a_network_says() -> None:
    placement = Placement(cells(CODE), cells(TWO, ONE))
    network = Precedence(np.full((2, 1), 0.7), np.array([[0.5, 0.6], [0.4, 0.5]]))
    mixed = mix([network, member(**STEPS).precedence(placement)], [1.0, 1.0])
    assert mixed.after == pytest.approx(network.after)
    odds = np.log(0.6 / 0.4) - np.log(0.9 / 0.1)
    assert mixed.before[0, 1] == pytest.approx(1 / (1 + np.exp(-odds)))


def test_the_surest_of_two_rules_counts() -> None:
    both = {"introduction_first": Confidence(markdown=0.7), **TITLES}
    said = member(**both).precedence(Placement((), cells("# Introduction", TEXT)))
    assert said.before[0, 1] == pytest.approx(0.95)


def test_two_rules_against_each_other_weigh_their_odds() -> None:
    against = {
        "introduction_first": Confidence(markdown=0.8),
        "conclusion_last": Confidence(markdown=0.8),
        "numbered_headings": Confidence(markdown=0.9),
    }
    odd = cells("## 2. Introduction", "## 1. Conclusion")
    said = member(**against).precedence(Placement((), odd))
    odds = np.log(0.8 / 0.2) - np.log(0.9 / 0.1)
    assert said.before[0, 1] == pytest.approx(1 / (1 + np.exp(-odds)))
    del against["numbered_headings"]
    assert member(**against).precedence(Placement((), odd)).before[0, 1] == pytest.approx(0.8)


def test_the_order_of_the_floats_tells_nothing() -> None:
    asked = member(**STEPS, **TITLES)
    shown = (TWO, TEXT, TITLE, ONE)
    first = asked.precedence(Placement(cells(CODE), cells(*shown)))
    other = asked.precedence(Placement(cells(CODE), cells(*shown[::-1])))
    assert first.before == pytest.approx(other.before[::-1, ::-1])
    assert first.after == pytest.approx(other.after[::-1])


def test_an_answer_does_not_hang_on_what_was_asked_before() -> None:
    # A text that stands twice and a list of contents: what counts is which cells there are.
    shown = (TEXT, TWO, TITLE, TEXT, ONE)
    rules = {name.replace("_", " "): value for name, value in {**STEPS, **TITLES}.items()}
    known = member(**STEPS, **TITLES)
    for anchors, floats in (((CODE,), shown), ((CODE, *shown[3:]), shown[:3]), ((), shown[:2])):
        question = Placement(cells(*anchors), cells(*floats))
        found, fresh = (one.precedence(question) for one in (known, member(**STEPS, **TITLES)))
        assert np.array_equal(found.after, fresh.after)
        assert np.array_equal(found.before, fresh.before)
        odds = log_odds([read(cell) for cell in (*question.anchors, *question.floats)], rules)
        n = len(anchors)
        assert found.after == pytest.approx(1 / (1 + np.exp(-odds[:n, n:].T)))


@pytest.mark.parametrize(("anchors", "floats"), [((), ()), ((CODE,), ()), ((), (TEXT,))])
def test_nothing_to_place(anchors: tuple[str, ...], floats: tuple[str, ...]) -> None:
    said = member(**TITLES).precedence(Placement(cells(*anchors), cells(*floats)))
    assert said.after.shape == (len(floats), len(anchors))
    assert said.before.shape == (len(floats), len(floats))


def test_it_costs_no_network() -> None:
    assert member(**TITLES).gflop(Placement(cells(CODE), cells(TITLE))) == 0


RECORD: dict[str, Any] = {
    "format": 1,
    "rules": {
        "title of level 1": {"markdown": {"confidence": 0.95}, "code": {"confidence": 0.9}},
        "counted words": {"markdown": {"confidence": 0.9}},
    },
}


def bundle(folder: Path, record: object) -> Path:
    (folder / "priors").mkdir(parents=True)
    text = record if isinstance(record, str) else json.dumps(record)
    (folder / "priors" / FILE).write_text(text)
    entry = {"name": "priors", "kind": "priors", "weight": 1.0, "folder": "priors"}
    write_manifest(
        folder, "rules", "", "", [{**entry, "backends": ["onnx", "torch"]}], {}, "precedence"
    )
    assert (folder / MANIFEST).exists()
    return folder


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_a_bundle_of_rules_alone_places_cells(tmp_path: Path, backend: Any) -> None:
    ensemble = load_bundle(bundle(tmp_path / "rules", RECORD), backend)
    shuffled = Notebook.from_cells(cells(CODE, TWO, ONE, TITLE))
    order = suggest(shuffled, ensemble, "all").order
    assert [name for name in order if name != CODE] == [TITLE, ONE, TWO]
    assert order.index(TITLE) < order.index(CODE)


def changed(**changes: object) -> Mapping[str, object]:
    return {**RECORD, **changes}


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        (changed(format=2), "bundle-version", "format 2"),
        (changed(rules={"moon first": {}}), "bundle-version", "'moon first'"),
        (changed(rules={"continued": {}}), "bundle-corrupt", "'continued'"),
        (
            changed(rules={"continued": {"markdown": {"confidence": 1.0}}}),
            "bundle-corrupt",
            "between 0.5 and 1",
        ),
        (
            changed(rules={"continued": {"raw": {"confidence": 0.9}}}),
            "bundle-corrupt",
            "between 0.5 and 1",
        ),
        (changed(rules=[]), "bundle-corrupt", ""),
        ({"format": 1}, "bundle-corrupt", ""),
        ("{", "bundle-corrupt", ""),
    ],
)
def test_a_file_that_makes_no_sense(tmp_path: Path, record: object, code: str, words: str) -> None:
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle(tmp_path / "rules", record))
    assert caught.value.code == code
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
