"""``python -m training.priors``: measure the rules of the ``priors`` member on a corpus.

``--data CORPUS --output FILE`` writes what was measured; ``--bundle BUNDLE`` puts it into a bundle,
measured just now or, with ``--rules FILE``, before. Rules that are not precise enough are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from jupyter_cellorder.errors import CellOrderError
from jupyter_cellorder.evaluation.sources import Example, read_examples
from jupyter_cellorder.evaluation.splits import Split
from training.data.subset import subset
from training.priors.install import install
from training.priors.measure import measure
from training.priors.record import LEAST, confident, read_record, record_of, table, write_record


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: measured, written, installed; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.priors", description=__doc__)
    source = made.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="corpus; its training notebooks are read")
    source.add_argument("--rules", type=Path, help="a file that --output wrote, to install")
    made.add_argument("--output", type=Path, help="file to write, priors.json")
    made.add_argument("--bundle", type=Path, help="bundle that gets the member, or its new rules")
    made.add_argument("--limit", type=int, help="notebooks read, a seeded sample; all without it")
    made.add_argument("--seed", type=int, help="of the sample (default 0)")
    made.add_argument(
        "--least",
        type=float,
        help=f"confidence below which a rule is left out (default {LEAST}; of --rules FILE those "
        "that it has)",
    )
    made.add_argument(
        "--weight", type=float, default=1.0, help="of the member in the bundle (default 1)"
    )
    chosen = made.parse_args(arguments)
    if chosen.output is None and chosen.bundle is None:
        made.error("give --output FILE, --bundle BUNDLE, or both")
    if chosen.least is not None and not 0.5 < chosen.least < 1:
        made.error(f"--least {chosen.least} makes no sense; give a number between 0.5 and 1")
    if not chosen.weight > 0:
        made.error(f"--weight {chosen.weight} makes no sense; give a positive number")
    if chosen.limit is not None and chosen.limit < 1:
        made.error(f"--limit {chosen.limit} makes no sense; give a number of notebooks")
    if chosen.rules is not None and not (chosen.limit is None and chosen.seed is None):
        made.error("--limit and --seed choose notebooks to measure; --rules FILE was measured")
    try:
        if chosen.rules is not None:
            record = read_record(chosen.rules)
            if chosen.least is not None:
                record = confident(record, chosen.least)
        else:
            least = LEAST if chosen.least is None else chosen.least
            examples = _training_notebooks(chosen.data, chosen.limit, chosen.seed or 0)
            measured = measure(tqdm(examples, unit=" notebooks", mininterval=5, disable=None))
            print(table(measured, least))
            record = record_of(measured, least)
        if chosen.output is not None:
            write_record(record, chosen.output)
            print(f"Written: {chosen.output}")
        if chosen.bundle is not None:
            install(record, chosen.bundle, chosen.weight)
            print(
                f"Installed in {chosen.bundle}; its scores were those of the bundle without it "
                "and are gone. Next: python -m training.calibrate, jupyter cellorder evaluate, "
                "python -m training.card."
            )
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _training_notebooks(data: Path, limit: int | None, seed: int) -> Iterator[Example]:
    paths, belongs = Split(data).part("train")

    def read() -> Iterator[Example]:
        return filter(belongs, read_examples(paths))

    first = chain(read())  # a wrong path is told before the long work
    return first if limit is None else subset(read, limit, seed)


if __name__ == "__main__":
    sys.exit(main())
