import numpy as np
import pyarrow as pa

from deepimage.dedupe.components import COMPONENTS, LINKS, components, connected

from .catalogue import random_hashes


def test_components_follow_long_chains_and_repeated_pairs():
    hashes = random_hashes(1000)
    steps = np.random.default_rng(2).permutation(998)
    links = [(hashes[i], hashes[i + 1]) for i in steps if i != 499] * 2 + [(hashes[999], hashes[999])]
    found = components(pa.table([list(column) for column in zip(*links, strict=True)], schema=LINKS))
    number = dict(zip(found["pdq"].to_pylist(), found["component"].to_pylist(), strict=True))
    assert len(number) == 1000
    assert len({number[value] for value in hashes[:500]}) == 1
    assert len({number[value] for value in hashes[500:999]}) == 1
    assert len(set(number.values())) == 3


def test_labels_are_the_least_node_whatever_the_order_of_the_links():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2000, (2, 1500))
    label = connected(2000, a, b)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(1500)
        assert np.array_equal(connected(2000, b[order], a[order]), label)
    assert np.array_equal(label[a], label[b])
    assert np.array_equal(label[label], label)
    assert (label <= np.arange(2000)).all()


def test_a_star_of_links_does_not_join_strangers():
    assert connected(6, np.array([5, 5, 0]), np.array([2, 3, 1])).tolist() == [0, 0, 2, 2, 4, 2]


def test_no_links_no_components():
    assert components(LINKS.empty_table()).equals(COMPONENTS.empty_table())
