"""Several processes see together what one sees that accumulates more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from training.loop.batches import OwnBatches


class Numbered:
    """Batches that are numbers."""

    def __init__(self, size: int) -> None:
        self.size, self.epoch = size, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[int]:
        yield from range(1, self.size + 1)


@pytest.mark.parametrize("size", range(1, 14))
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("accumulate", [1, 2, 3])
def test_a_step_is_the_mean_over_the_batches_of_all(size: int, count: int, accumulate: int) -> None:
    shares = [OwnBatches(Numbered(size), rank, count) for rank in range(count)]
    given = [list(share) for share in shares]
    assert {len(own) for own in given} == {len(share) for share in shares}
    taken = count * accumulate
    steps = [range(at + 1, min(at + taken, size) + 1) for at in range(0, size, taken)]
    assert len(steps) == -(-len(shares[0]) // accumulate)
    for number, expected in enumerate(steps):
        means = []
        for own, share in zip(given, shares, strict=True):
            batches = own[number * accumulate : (number + 1) * accumulate]
            weights = share.weights(number, accumulate)
            products = [batch * weight for batch, weight in zip(batches, weights, strict=True)]
            means.append(sum(products) / len(products))
        assert sum(means) / count == pytest.approx(sum(expected) / len(expected))


def test_one_process_weighs_nothing() -> None:
    alone = OwnBatches(Numbered(7), 0, 1)
    assert list(alone) == list(range(1, 8))
    assert [alone.weights(step, 3) for step in range(3)] == [[1.0] * 3, [1.0] * 3, [1.0]]


def test_the_epoch_reaches_the_batches() -> None:
    batches = Numbered(3)
    OwnBatches(batches, 1, 2).set_epoch(5)
    assert batches.epoch == 5
