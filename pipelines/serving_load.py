"""Load on a server: everything at once, or an open loop whose clients do not wait for one another."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import aiohttp

_PATIENCE = 600.0  # seconds


@dataclass(frozen=True)
class Photo:
    """What a client sends, and the megapixels that it gets back."""

    data: bytes
    megapixels: float


@dataclass(frozen=True)
class Answer:
    """Seconds from the moment when the request was to be sent."""

    status: int
    seconds: float
    ended: float
    """On the clock of time.perf_counter."""
    megapixels: float


@dataclass(frozen=True)
class Load:
    """All answers to one load."""

    began: float
    answers: Sequence[Answer]

    @property
    def accepted(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.status == 200]

    @property
    def per_second(self) -> float:
        """Output megapixels, from the beginning to the last accepted answer."""
        done = self.accepted
        return sum(a.megapixels for a in done) / (max(a.ended for a in done) - self.began) if done else 0.0

    def percentile(self, share: float, status: int = 200) -> float:
        """Seconds within which this share of the answers of one status came; NaN where there are none."""
        seconds = sorted(a.seconds for a in self.answers if a.status == status)
        return seconds[min(int(share * len(seconds)), len(seconds) - 1)] if seconds else float("nan")


async def at_once(url: str, photos: Sequence[Photo], clients: int) -> Load:
    """`clients` of them, each sending its next photo when its last has been answered."""
    waiting = iter(photos)
    async with _session() as session:
        began = time.perf_counter()

        async def client() -> list[Answer]:
            return [await _send(session, url, photo, time.perf_counter()) for photo in waiting]

        parts = await asyncio.gather(*(client() for _ in range(clients)))
    return Load(began, [answer for part in parts for answer in part])


async def open_loop(url: str, photos: Sequence[Photo], per_second: float, seconds: float, seed: int = 0) -> Load:
    """Poisson arrivals for `seconds`; a slow answer delays no other request, and none is left out of the count."""
    async with _session() as session:
        began = time.perf_counter()
        sent = [
            asyncio.create_task(_send(session, url, photos[number % len(photos)], began + at))
            async for number, at in _arrivals(began, per_second, seconds, random.Random(seed))
        ]
        return Load(began, await asyncio.gather(*sent))


async def _arrivals(
    began: float, per_second: float, seconds: float, rng: random.Random
) -> AsyncIterator[tuple[int, float]]:
    at, number = rng.expovariate(per_second), 0
    while at < seconds:
        await asyncio.sleep(max(began + at - time.perf_counter(), 0))
        yield number, at
        at, number = at + rng.expovariate(per_second), number + 1


def _session() -> aiohttp.ClientSession:
    limits = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=limits, timeout=aiohttp.ClientTimeout(_PATIENCE))


async def _send(session: aiohttp.ClientSession, url: str, photo: Photo, intended: float) -> Answer:
    form = aiohttp.FormData()
    form.add_field("image", photo.data, filename="photo.jpg", content_type="image/jpeg")
    async with session.post(url, data=form) as answer:
        await answer.read()
        now = time.perf_counter()
        return Answer(answer.status, now - intended, now, photo.megapixels)
