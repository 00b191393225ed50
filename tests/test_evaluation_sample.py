import dataclasses
import random
import weakref
from collections import Counter

from scripted_members import example

from jupyter_cellorder.evaluation.sample import sample, sample_of_each


def ids(examples):
    return [e.id for e in examples]


SOURCE = [example(f"n{number}", "mc") for number in range(100)]


def test_sample_depends_on_seed_and_names_not_on_the_order_of_the_source():
    mixed = random.Random(1).sample(SOURCE, len(SOURCE))
    assert ids(sample(SOURCE, 10, 0)) == ids(sample(mixed, 10, 0))
    assert ids(sample(SOURCE, 10, 0)) != ids(sample(SOURCE, 10, 1))


def test_a_larger_limit_adds_to_the_sample():
    assert ids(sample(SOURCE, 30, 0))[:10] == ids(sample(SOURCE, 10, 0))


def test_sample_is_drawn_from_the_whole_source():
    chosen = {id for seed in range(200) for id in ids(sample(SOURCE, 5, seed))}
    assert chosen == set(ids(SOURCE))


def test_a_small_source_is_taken_whole():
    assert sorted(ids(sample(SOURCE[:3], 10, 0))) == ids(SOURCE[:3])


def test_equal_names_are_no_trouble():
    assert ids(sample([SOURCE[0]] * 4, 3, 0)) == ["n0"] * 3


def test_what_is_not_chosen_is_let_go():
    seen = []

    def stream():
        for number in range(50):
            made = example(f"n{number}", "mc")
            seen.append(weakref.ref(made))
            yield made

    kept = sample(stream(), 5, 0)
    assert sum(ref() is not None for ref in seen) <= len(kept) + 1


def test_some_of_each_cluster_whatever_the_order():
    source = [
        dataclasses.replace(e, cluster=f"c{number % 7}") for number, e in enumerate(SOURCE[:50])
    ]
    found = sample_of_each(source, 3, 0)
    assert Counter(e.cluster for e in found) == dict.fromkeys((f"c{n}" for n in range(7)), 3)
    assert ids(found) == ids(sample_of_each(source[::-1], 3, 0))
    assert set(ids(found)) < set(ids(sample_of_each(source, 4, 0)))
    assert len(sample_of_each(source, 100, 0)) == 50
