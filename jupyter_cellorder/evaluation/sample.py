"""A seeded sample over a whole source, in memory bounded by its size."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable

from jupyter_cellorder.evaluation.sources import Example


def rank(id: str, seed: int) -> int:
    """The seeded hash of a notebook's id, 64 bits: a sample has those with the least."""
    text = f"{seed}\0sample\0{id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def sample(examples: Iterable[Example], limit: int, seed: int) -> list[Example]:
    """Keep the ``limit`` examples whose seeded hash is least.

    The same notebooks come out whatever order the source has them in, and a larger limit adds to
    them. Fewer come out where the source has fewer.
    """
    # The count breaks ties between equal ids, so that examples are never compared.
    kept: list[tuple[int, int, Example]] = []
    for count, example in enumerate(examples):
        entry = (-rank(example.id, seed), -count, example)
        if len(kept) < limit:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)
    return [example for _, _, example in sorted(kept, key=lambda entry: entry[:2], reverse=True)]


def sample_of_each(examples: Iterable[Example], each: int, seed: int) -> list[Example]:
    """Keep up to ``each`` examples of every cluster, those whose seeded hash is least.

    The same notebooks come out whatever order the source has them in.
    """
    kept: dict[str, list[tuple[int, int, Example]]] = {}
    for count, example in enumerate(examples):
        of_cluster = kept.setdefault(example.cluster, [])
        heapq.heappush(of_cluster, (-rank(example.id, seed), -count, example))
        if len(of_cluster) > each:
            heapq.heappop(of_cluster)
    found = [entry for of_cluster in kept.values() for entry in of_cluster]
    return [example for _, _, example in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def sample_or_all(
    examples: Iterable[Example], limit: int | None, seed: int
) -> tuple[Iterable[Example], int | None]:
    """A sample and its size; where no limit is given all of them, of a number not known."""
    if limit is None:
        return examples, None
    chosen = sample(examples, limit, seed)
    return chosen, len(chosen)
