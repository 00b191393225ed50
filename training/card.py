"""``python -m training.card BUNDLE --sources SOURCES.csv --scores valid.json test.json``.

Writes the model card from the manifest and from what ``jupyter cellorder evaluate --json`` printed:
no figure in it is typed by hand. The list of sources beside it gives the attribution that CC-BY
asks for.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import safe_open

from jupyter_cellorder.bundle import MANIFEST
from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.members.priors import FILE
from training.manifest import update_manifest

CARD = "README.md"
SOURCES = "SOURCES.csv"
WEIGHTS = "weights.safetensors"
SPLITS = ("train", "valid")  # what the weights and the thresholds were fitted on

TEXT = """# Model card: {name}

The ensemble that ships with jupyter-cellorder: it places the markdown of a notebook among its
code.

## What it is
The member `context`: every cell is encoded once by a text encoder ({encoder_size} parameters,
{markdown} tokens of a markdown cell and {code} of a code cell, head and tail); a transformer over
the cells of the whole notebook ({network_size} parameters), with lexical similarities beside the
vectors, says for every markdown cell which gap it belongs to and which markdown comes first.
Weights are stored in half precision and computed in fp32, on ONNX Runtime or torch (largest
difference of a probability between them: {parity:.0e}).
{rules}
## Where it comes from
- **Encoder**: started from `{encoder}` ({origin}); it was trained further here. The
  tokenizer is its own, unchanged.
- **Trained on** {corpus}. The repositories with their commits and licences ({licences}) are
  listed in `{sources}`, those of held-out notebooks too. No text of them is in this bundle.
- **Recipe**: `{recipe}`; again with {command}.

## Figures
{scores}
{selected}
Review mode, fitted on {calibration_notebooks} held-out notebooks and measured on those of
repositories that it was not fitted on.{lessons} Intact, the notebooks
show how often a cell is moved without need; then one to three of their markdown cells are
displaced.

| eagerness | moves right | of a cell that stood wrong | cells brought back | false in 100 cells |
|---|---|---|---|---|
{repair}

## Limits
- Most notebooks it learned from are English Python tutorials, courses and library documentation;
  on other languages, other kernels and exploratory notebooks it is weaker.
- What it proposes is a guess from the text of the cells: outputs, images and attachments are not
  read.
- The end of a long cell is seen, its middle is not. Of notebooks of more than 500 cells less is
  read of every cell; those of more than 2,000 are refused.
"""

# Whom an encoder is owed to.
ORIGINS = {
    "sentence-transformers/all-MiniLM-L6-v2": "Apache License 2.0, Nils Reimers, Iryna Gurevych "
    "and the\n  sentence-transformers authors, after MiniLM by Microsoft",
    "microsoft/codebert-base": "MIT License, Microsoft",
    "microsoft/codebert-base-mlm": "MIT License, Microsoft",
    "microsoft/graphcodebert-base": "MIT License, Microsoft",
}


STEPS = """`python -m training.run {recipe} --data CORPUS --output RUN`,
  `python -m training.export RUN --output BUNDLE`{add_rules}, `python -m training.calibrate BUNDLE
  --data VALIDATION --least-doubt {least_doubt:g}{lessons}`"""


SELECTED = """
A single selected cell, everything else in its place ({cells:,} cells of {notebooks:,} held-out
notebooks): {right} come into their own gap, {among_three} have it among the three likeliest; TF-IDF
alone puts {nearest} there.
"""


LESSONS = """ (It learned from {count:,} notebooks that the members
were trained on, too; nothing is measured on those.)"""


RULES = """
The member `priors`: {count} rules on numbering, titles, tables of contents and the usual places of
sections, each as sure as it was precise on {notebooks:,} training notebooks. No network; what they
say is added to what `context` says.
"""


def card(
    manifest: dict[str, Any],
    facts: dict[str, Any],
    licences: Counter[str],
    rules: dict[str, Any] | None,
    sizes: tuple[int, int],
) -> str:
    """The model card's text.

    Args:
        manifest: of the bundle.
        facts: ``context.json``.
        licences: of the repositories trained on, counted.
        rules: ``priors.json`` where the bundle has that member.
        sizes: parameters of the encoder and of the network.
    """
    figures = manifest["figures"]
    lessons = figures.get("calibration_lessons", 0)
    rows = [
        "| notebooks | mode | n | Kendall tau | 95 % interval | TF-IDF |",
        "|---|---|---|---|---|---|",
    ]
    for name, score in figures["scores"].items():
        spread = "one repository" if score["ci95"] is None else "{:.3f} to {:.3f}"
        known = score["baselines"].items()
        baseline = next((tau for order, tau in known if order.startswith("TF-IDF")), None)
        mode = "keep markdown order" if score["keep_markdown_order"] else "all"
        shown = "" if baseline is None else f"{baseline:.3f}"
        rows.append(
            f"| {name} | {mode} | {score['notebooks']} | {score['kendall_tau']:.3f} | "
            f"{spread.format(*score['ci95'] or ())} | {shown} |"
        )
    return TEXT.format(
        name=manifest["name"],
        recipe=manifest["recipe"],
        corpus=manifest["corpus"],
        parity=figures["parity"],
        rules=""
        if rules is None
        else RULES.format(count=len(rules["rules"]), notebooks=rules["notebooks"]),
        command=_command(manifest, rules is not None),
        selected=_selected(figures["selected"]) if "selected" in figures else "",
        encoder=facts["encoder"],
        origin=ORIGINS.get(facts["encoder"], "its licence and its authors are named where it is"),
        encoder_size=_millions(sizes[0]),
        network_size=_millions(sizes[1]),
        markdown=facts["tokens"]["markdown"],
        code=facts["tokens"]["code"],
        sources=SOURCES,
        licences=", ".join(f"{name} {count}" for name, count in licences.most_common()),
        scores="\n".join(rows),
        calibration_notebooks=figures["calibration_notebooks"],
        lessons=LESSONS.format(count=lessons) if lessons else "",
        repair="\n".join(_repair_row(name, found) for name, found in figures["repair"].items()),
    )


def _millions(count: int) -> str:
    return f"{count / 1e6:.0f} M" if count >= 1e6 else f"{count:,}"


def _command(manifest: dict[str, Any], rules: bool) -> str:
    """How the bundle is made again: the one command that made it, or the steps."""
    if "command" in manifest:
        return f"`{manifest['command']}`"
    return STEPS.format(
        recipe=manifest["recipe"],
        add_rules=",\n  `python -m training.priors --data CORPUS --bundle BUNDLE`" if rules else "",
        least_doubt=manifest["review"].get("least_doubt", 0.0),
        lessons=" --trained-on CORPUS" if manifest["figures"].get("calibration_lessons") else "",
    )


def _selected(found: dict[str, Any]) -> str:
    shares = {
        name: _with_interval(found[name], found[f"{name}_ci95"])
        for name in ("right", "among_three", "nearest")
    }
    return SELECTED.format(cells=found["cells"], notebooks=found["notebooks"], **shares)


def _repair_row(eagerness: str, found: dict[str, Any]) -> str:
    cells = [
        eagerness,
        _with_interval(found["precision"], found["precision_ci95"]),
        _with_interval(found["misplaced"], None),
        _with_interval(found["recall"], found["recall_ci95"]),
        f"{found['false_moves']:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def _with_interval(share: float | None, interval: Sequence[float] | None) -> str:
    if share is None:
        return "no move is sure enough"
    spread = "" if interval is None else f" ({interval[0]:.0%} to {interval[1]:.0%})"
    return f"{share:.1%}{spread}"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: card and sources lie in the bundle; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.card", description=__doc__)
    made.add_argument("bundle", type=Path, help="folder of an exported and calibrated bundle")
    made.add_argument("--sources", type=Path, required=True, help="repositories of the corpus")
    made.add_argument(
        "--scores", type=Path, nargs="+", required=True, help="files of evaluate --json"
    )
    made.add_argument("--selected", type=Path, help="what evaluate --task selected --json printed")
    made.add_argument("--command", help="the one command that makes this bundle again")
    chosen = made.parse_args(arguments)
    try:
        figures: dict[str, Any] = {}
        if chosen.selected is not None:
            figures["selected"] = _placed(chosen.selected)
        figures["scores"] = _scores(chosen.scores)
        sources = _sources(chosen.sources)
        changes = {} if chosen.command is None else {"command": chosen.command}
        manifest = json.loads((chosen.bundle / MANIFEST).read_text(encoding="utf-8"))
        manifest |= {**changes, "figures": {**manifest["figures"], **figures}}
        member = chosen.bundle / "context"
        facts = json.loads((member / "context.json").read_text(encoding="utf-8"))
        licences = Counter(row["licence"] for row in sources if row["split"] == "train")
        rules = _rules(chosen.bundle, manifest)
        text = card(manifest, facts, licences, rules, _sizes(member / WEIGHTS))
        # All is known: only now is anything written.
        _write_sources(sources, chosen.bundle / SOURCES)
        (chosen.bundle / CARD).write_text(text, encoding="utf-8")
        update_manifest(chosen.bundle, changes, figures)
    except (OSError, ValueError, KeyError, CellOrderError) as error:
        print(f"No card was written: {error!r}.", file=sys.stderr)
        return 2
    print(f"Card: {chosen.bundle / CARD}")
    return 0


def _rules(bundle: Path, manifest: dict[str, Any]) -> dict[str, Any] | None:
    folders = [entry["folder"] for entry in manifest["members"] if entry["kind"] == "priors"]
    if not folders:
        return None
    rules: dict[str, Any] = json.loads((bundle / folders[0] / FILE).read_text(encoding="utf-8"))
    return rules


def _sizes(weights: Path) -> tuple[int, int]:
    """Parameters of the encoder and of the network, by the names in a file of weights."""
    sizes: Counter[str] = Counter()
    with safe_open(weights, "numpy") as file:
        names: list[str] = file.keys()
        for name in names:
            shape = file.get_slice(name).get_shape()
            sizes[name.partition(".")[0]] += math.prod(shape)
    return sizes["encoder"], sizes["network"]


def _sources(path: Path) -> list[dict[str, str]]:
    """The repositories whose notebooks the bundle was fitted on."""
    with path.open(newline="", encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["split"] in SPLITS]


def _write_sources(rows: Sequence[dict[str, str]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _scores(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """By the files' names."""
    scores = {path.stem: _score(path) for path in paths}
    if len(scores) < len(paths):
        raise ValueError("two files of --scores have one name, which the card would show")
    return scores


def _score(path: Path) -> dict[str, Any]:
    """What of an evaluation is kept in the manifest."""
    record = json.loads(path.read_text(encoding="utf-8"))
    kept = (
        "kendall_tau",
        "ci95",
        "notebooks",
        "markdown_cells",
        "baselines",
        "keep_markdown_order",
    )
    return {name: record[name] for name in kept}


def _placed(path: Path) -> dict[str, Any]:
    """What of an evaluation of single cells is kept in the manifest."""
    record = json.loads(path.read_text(encoding="utf-8"))
    shares = ("right", "among_three", "right_code", "nearest")
    kept = (*shares, *(f"{name}_ci95" for name in shares), "cells", "notebooks", "clusters")
    return {name: record[name] for name in kept}


if __name__ == "__main__":
    sys.exit(main())
