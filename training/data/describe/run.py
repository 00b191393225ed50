"""``python -m training.data describe``: count a corpus, print it, and draw it if asked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from jupyter_cellorder.evaluation.sources import source_files
from training.data.describe.facts import Facts, TokenCounter, describe
from training.data.describe.table import table
from training.data.writing import whole, writing

TOKENIZER = "sentence-transformers/all-MiniLM-L6-v2"
ADVICE = "choose another folder with --output"


def run(path: Path, tokenizer: str, output: Path | None) -> None:
    """Print the table; with ``output``, write describe.json and plots there.

    Args:
        path: As for :func:`~training.data.describe.facts.describe`.
        tokenizer: A folder, or a name on the hub; where it is not to be had, the tokens alone are
            not counted.
        output: Made where it is missing.

    Raises:
        SourceError: The path is missing or damaged.
        CellOrderError: `nothing-to-describe`.
        CacheError: ``output`` cannot be written.
    """
    source_files(path)  # a wrong path is found out before the long work, and so is a wrong output
    if output is not None:
        with writing(output, ADVICE):
            output.mkdir(parents=True, exist_ok=True)
    count_tokens = token_counter(tokenizer)
    facts = describe(path, count_tokens)
    print(f"{path}\n\n{table(facts)}".encode("utf-8", "replace").decode())
    if output is not None:
        _write(facts, path, tokenizer if count_tokens else None, output)


def token_counter(name: str) -> TokenCounter | None:
    """A counter of a tokenizer's tokens; None, after a sentence on stderr, where there is none."""
    # Imported here: it loads torch, which nothing else here needs.
    from training.encoders import EncoderError, load_tokenizer

    try:
        tokenizer: Any = load_tokenizer(name).backend_tokenizer
    except EncoderError as error:
        print(f"Tokens are not counted. {error}", file=sys.stderr)
        return None
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(texts: list[str]) -> list[int]:
        return [len(one) for one in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    return count


def _write(facts: Facts, path: Path, tokenizer: str | None, folder: Path) -> None:
    # Imported here: who wants no plots does not wait for it.
    from training.data.describe.plots import write_plots

    written = write_plots(facts, folder, ADVICE)
    known = {"source": str(path), "tokenizer": tokenizer, **facts.as_json()}
    written.append(folder / "describe.json")
    with whole(written[-1], ADVICE) as file:
        file.write(json.dumps(known, indent=1).encode() + b"\n")
    print(f"\nWritten to {folder}: {', '.join(one.name for one in written)}")
