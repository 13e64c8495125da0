"""RangeStream: a file like any other, whatever is asked of it."""

import io
import random

from deepimage.storage.stream import buffered

DATA = random.Random(0).randbytes(10_000)


def test_it_reads_as_memory_does() -> None:
    ours, memory = buffered(lambda start, stop: DATA[start:stop], len(DATA)), io.BytesIO(DATA)
    chance = random.Random(1)
    for _ in range(300):
        whence = chance.choice((io.SEEK_SET, io.SEEK_CUR, io.SEEK_END))
        offset = chance.randrange(12_000) if whence == io.SEEK_SET else chance.randrange(-200, 200)
        if whence == io.SEEK_CUR and ours.tell() + offset < 0:
            continue
        assert ours.seek(offset, whence) == memory.seek(offset, whence)
        size = chance.randrange(500)
        assert ours.read(size) == memory.read(size)


def test_it_asks_for_blocks_within_its_size() -> None:
    asked = []

    def fetch(start: int, stop: int) -> bytes:
        asked.append((start, stop))
        return DATA[start:stop]

    stream = buffered(fetch, len(DATA))
    assert b"".join(iter(lambda: stream.read(10), b"")) == DATA
    assert asked == [(0, len(DATA))]
