from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from deepimage.dedupe.candidates import SAMPLES, Sampling, emit, reduce, search
from deepimage.dedupe.components import LINKS, components
from deepimage.dedupe.fingerprint import GATE

from .catalogue import flipped, random_hashes, shuffled


def rows_of(hashes, quality=100):
    return pa.table({"pdq": pa.array(hashes, pa.binary(32)), "pdq_quality": np.full(len(hashes), quality, np.int32)})


def link_set(links):
    return set(zip(links["a"].to_pylist(), links["b"].to_pylist(), strict=True))


def exact_pairs(hashes, limit=31):
    """Every pair at most `limit` bits apart, by comparing all with all."""
    words = np.frombuffer(b"".join(hashes), np.uint64).reshape(-1, 4)
    found = set()
    for i, one in enumerate(words):
        near = np.flatnonzero(np.bitwise_count(words[i + 1 :] ^ one).sum(axis=1) <= limit) + i + 1
        found |= {tuple(sorted((hashes[i], hashes[j]))) for j in near}
    return found


def shuffle_by_key(table, sampling, blocks):
    """What a cluster does with emit and reduce: cut, emit, bring equal keys together, reduce."""
    cuts = np.linspace(0, len(table), blocks + 1).astype(int)
    parts = [emit(table.slice(a, b - a), sampling) for a, b in pairwise(cuts)]
    samples = shuffled(pa.concat_tables(parts), seed=blocks)
    keys = samples["key"].unique().to_pylist()
    return pa.concat_tables([reduce(samples.filter(pa.compute.equal(samples["key"], key)), sampling) for key in keys])


@pytest.fixture(scope="module")
def planted():
    """3,000 hashes, of which 1,000 are copies of others at 0 to 31 bits."""
    bases = random_hashes(2000)
    return bases + [flipped(bases[i], i % 32, seed=i) for i in range(1000)]


def test_the_search_finds_what_comparing_all_with_all_finds(planted):
    exact = exact_pairs(planted)
    found = link_set(search(rows_of(planted), Sampling.of(len(planted))))
    assert found <= exact
    assert len(found) >= 0.995 * len(exact)


def test_the_promised_recall_holds_at_the_limit():
    bases = random_hashes(2000, seed=1)
    copies = [flipped(base, 31, seed=i) for i, base in enumerate(bases)]
    for recall in (0.8, 0.99):
        found = search(rows_of(bases + copies), Sampling.of(4000, recall=recall))
        assert len(found) / 2000 >= recall - 0.03


def test_more_hashes_take_more_bits_and_more_tables():
    sizes = [Sampling.of(count) for count in (0, 10**4, 10**6, 10**8)]
    assert [s.bits for s in sizes] == sorted({s.bits for s in sizes})
    assert [s.tables for s in sizes] == sorted(s.tables for s in sizes)
    assert [s.split for s in sizes] == [0, 0, 0, 7]


@pytest.mark.parametrize("split", [0, 3])
def test_a_shuffle_finds_the_same_however_it_is_cut(planted, split):
    sampling = replace(Sampling.of(len(planted)), split=split)
    whole = link_set(search(rows_of(planted), Sampling.of(len(planted))))
    for blocks in (1, 2, 7):
        assert link_set(shuffle_by_key(shuffled(rows_of(planted), seed=blocks), sampling, blocks)) == whole


def test_a_hash_of_several_pictures_is_linked_to_itself():
    [one, other] = random_hashes(2)
    for blocks in (1, 3):
        links = shuffle_by_key(rows_of([one, other, one, one]), Sampling.of(4), blocks)
        assert link_set(links) == {(one, one)}


def test_pictures_below_the_gate_or_without_a_hash_take_no_part():
    [one] = random_hashes(1)
    assert len(search(rows_of([one, one, None], quality=GATE - 1), Sampling.of(3))) == 0
    assert len(search(rows_of([None, None]), Sampling.of(2))) == 0
    assert len(search(rows_of([one, one, None], quality=GATE), Sampling.of(3))) == 1


def test_a_crowd_of_near_identical_hashes_costs_no_square_and_stays_connected():
    [centre] = random_hashes(1)
    crowd = sorted({flipped(centre, 1 + i % 6, seed=i) for i in range(3000)})
    sampling = Sampling.of(len(crowd))
    links = search(rows_of(crowd), sampling)
    assert len(links) <= len(crowd) * sampling.tables
    found = components(links)
    assert len(found) == len(crowd)
    assert len(found["component"].unique()) == 1
    assert link_set(shuffle_by_key(shuffled(rows_of(crowd), seed=1), sampling, 3)) == link_set(links)


def test_the_schemas_hold_even_for_nothing():
    sampling = Sampling.of(0)
    samples = emit(rows_of([]), sampling)
    assert samples.schema == SAMPLES
    assert reduce(samples, sampling).schema == LINKS
    assert search(rows_of([]), sampling).schema == LINKS
