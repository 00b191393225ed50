"""What a corpus holds, counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from git_repositories import ipynb, story
from tiny_training import tiny_corpus, tiny_encoder

from training.data.__main__ import main
from training.data.describe.facts import describe
from training.data.describe.tally import PERCENTILES, Tally

PLOTS = {"cells.png", "pair-weight.png", "families.png", "languages.png"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    tiny_corpus(folder, 12, 0)  # and 6 for valid, which repeat families of train
    return folder


def kaggle(folder: Path) -> Path:
    """Kaggle's layout: two notebooks of one family, one of another, one without a row."""
    train = folder / "train"
    train.mkdir(parents=True)
    orders, ancestors = ["id,cell_order"], ["id,ancestor_id,parent_id"]
    for id, count, ancestor in (("a", 4, "x"), ("b", 6, "x"), ("c", 8, "y"), ("d", 2, "z")):
        kinds = {f"{at}": "code" if at % 2 else "markdown" for at in range(count)}
        source = {cell: "the words of the cell" for cell in kinds}
        (train / f"{id}.json").write_text(json.dumps({"cell_type": kinds, "source": source}))
        ancestors.append(f"{id},{ancestor},")
        if id != "d":
            orders.append(f"{id},{' '.join(kinds)}")
    (folder / "train_orders.csv").write_text("\n".join(orders) + "\n")
    (folder / "train_ancestors.csv").write_text("\n".join(ancestors) + "\n")
    return folder


@pytest.mark.parametrize("seed", range(5))
def test_a_tally_agrees_with_numpy(seed: int) -> None:
    lengths = np.random.default_rng(seed).integers(0, 60, 1 + 37 * seed)
    tally = Tally()
    for chunk in np.array_split(lengths, 3):
        tally.add(chunk.tolist())
    for percent in (0, *PERCENTILES, 100):
        expected = np.percentile(lengths, percent, method="inverted_cdf")
        assert tally.percentile(percent) == expected
    assert tally.total == lengths.sum() and len(tally) == len(lengths)
    assert tally.largest == lengths.max()


def test_the_longest_carry_most_of_the_pair_weight() -> None:
    tally = Tally()
    tally.add([10] * 95 + [100] * 5)
    expected = 5 * 100 * 99 / (5 * 100 * 99 + 95 * 10 * 9)
    assert tally.weight_of_longest(0.05) == pytest.approx(expected)
    assert tally.weight_of_longest(1) == 1
    alone = Tally()
    alone.add([1])
    assert alone.weight_of_longest(0.5) == 0


def test_a_corpus_is_counted(corpus: Path) -> None:
    facts = describe(corpus, lambda texts: [len(text.split()) for text in texts])
    assert (facts.notebooks, len(facts.families), len(facts.clusters)) == (18, 12, 3)
    assert facts.largest_families()[0][1] == 2
    assert facts.cells.summary()["50%"] == 11
    assert facts.kinds["markdown"].total == 18 * 6 and facts.kinds["code"].total == 18 * 5
    # "# Notebook about load" is 4 words, "## Now we load the table_load" 6.
    assert facts.tokens["markdown"].total == 18 * (4 + 5 * 6)
    assert len(facts.tokens["code"]) == 18 * 5
    assert facts.languages == {"en": 18} and facts.guessed == 0


def test_kaggles_folder_is_counted(tmp_path: Path) -> None:
    facts = describe(kaggle(tmp_path / "kaggle"))
    assert facts.notebooks == 3
    assert facts.families == {"x": 2, "y": 1}
    assert facts.cells.total == 18
    assert facts.languages == {"en": 3} and facts.guessed == 3
    assert facts.skipped.counts == {"no row in train_orders.csv": 1}
    assert not len(facts.tokens["code"])


def test_a_folder_of_notebooks_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(ipynb(story("harbour")))
    (tmp_path / "b.ipynb").write_text(ipynb(story("comet", 3)))
    (tmp_path / "c.ipynb").write_text("{")
    facts = describe(tmp_path)
    assert facts.notebooks == 2 and facts.cells.total == 16
    assert sum(facts.skipped.counts.values()) == 1


def test_the_command_prints_a_table_and_writes_plots(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    encoder = tiny_encoder(tmp_path / "encoder")
    output = tmp_path / "deep" / "out"
    arguments = ["describe", str(corpus), "--tokenizer", str(encoder), "--output", str(output)]
    assert main(arguments) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert any(line.split()[:2] == ["notebooks", "18"] for line in lines)
    header = next(line for line in lines if "95%" in line)
    for name in ("cells per notebook", "tokens per markdown cell", "tokens per code cell"):
        (row,) = (line for line in lines if line.startswith(name))
        assert len(row) == len(header)
    assert "reading" in told.err
    facts = json.loads((output / "describe.json").read_text())
    assert facts["notebooks"] == 18 and facts["tokenizer"] == str(encoder)
    assert facts["tokens_by_kind"]["code"]["count"] == 90
    assert {path.name for path in output.iterdir()} == {*PLOTS, "tokens.png", "describe.json"}
    for path in output.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 5_000


def test_without_a_tokenizer_all_else_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    folder, output = kaggle(tmp_path / "kaggle"), tmp_path / "out"
    tokenizer = str(tmp_path / "empty")
    assert main(["describe", str(folder), "--tokenizer", tokenizer, "--output", str(output)]) == 0
    told = capsys.readouterr()
    assert "Tokens are not counted. " in told.err
    assert "cells per notebook" in told.out and "tokens per" not in told.out
    assert "Left out 1 notebook (no row in train_orders.csv): d." in told.out
    assert "3 of them guessed" in told.out
    assert {path.name for path in output.iterdir()} == {*PLOTS, "describe.json"}
    facts = json.loads((output / "describe.json").read_text())
    assert facts["tokenizer"] is None and facts["tokens_by_kind"]["code"] == {}


def test_one_notebook_of_two_cells_can_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(ipynb([("markdown", "# a"), ("code", "a")]))
    encoder = str(tiny_encoder(tmp_path / "encoder"))
    output = tmp_path / "out"
    path = str(tmp_path / "a.ipynb")
    assert main(["describe", path, "--tokenizer", encoder, "--output", str(output)]) == 0
    assert len(list(output.glob("*.png"))) == 5


def test_what_cannot_be_described_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["describe", str(tmp_path / "none")]) == 2
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "a.ipynb").write_text(ipynb([("code", "x")]))
    encoder = str(tiny_encoder(tmp_path / "encoder"))
    assert main(["describe", str(tmp_path), "--tokenizer", encoder]) == 2
    told = capsys.readouterr().err
    assert "no notebook with code and markdown" in told and "(no markdown cell): a.ipynb" in told


def test_an_output_that_cannot_be_written_is_a_sentence(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["describe", str(corpus), "--output", str(tmp_path / "file/out")]) == 2
    assert "choose another folder with --output" in capsys.readouterr().err
