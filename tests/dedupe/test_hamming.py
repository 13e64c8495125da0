import numpy as np
import pyarrow as pa

from deepimage.dedupe.hamming import HASH, fixed_bytes, hamming

from .catalogue import flipped, random_hashes


def words(hashes):
    return fixed_bytes(pa.chunked_array([pa.array(hashes, HASH)]), 32).view(np.uint64)


def test_distance_is_the_number_of_flipped_bits():
    [start] = random_hashes(1)
    others = [flipped(start, bits, seed=bits) for bits in (0, 1, 31, 200, 256)]
    assert hamming(words([start]), words(others)).tolist() == [0, 1, 31, 200, 256]


def test_bytes_of_a_sliced_and_chunked_column_keep_their_rows():
    hashes = random_hashes(10)
    column = pa.chunked_array([pa.array(hashes[:6], HASH), pa.array(hashes[6:], HASH)]).slice(2, 6)
    assert [row.tobytes() for row in fixed_bytes(column, 32)] == hashes[2:8]


def test_a_column_of_variable_length_is_read_too():
    assert fixed_bytes(pa.chunked_array([pa.array([b"abc", b"def"])]), 3).tobytes() == b"abcdef"


def test_an_empty_column_has_no_rows():
    assert fixed_bytes(pa.chunked_array([], HASH), 32).shape == (0, 32)
