"""The order of FairClock: nobody ends later than by equal sharing."""

import numpy as np
import pytest

from deepimage.serving.work.clock import FairClock


def shared(arrivals: list[tuple[float, float]]) -> list[float]:
    """When each (arrival, work) ends if all present share one machine equally, in small steps."""
    left, ends, now, step = [work for _, work in arrivals], [0.0] * len(arrivals), 0.0, 0.01
    while any(rest > 0 for rest in left):
        present = [i for i, (at, _) in enumerate(arrivals) if at <= now and left[i] > 0]
        now += step
        for i in present:
            left[i] -= step / len(present)
            ends[i] = now
    return ends


def served(arrivals: list[tuple[float, float]]) -> list[float]:
    """When each ends if units of work go to the earliest virtual end."""
    clock, left, ends, now, step = FairClock(), {}, [0.0] * len(arrivals), 0.0, 0.01
    waiting = sorted(range(len(arrivals)), key=lambda i: arrivals[i][0])
    keys: dict[int, float] = {}
    while waiting or left:
        while waiting and arrivals[waiting[0]][0] <= now:
            i = waiting.pop(0)
            keys[i], left[i] = clock.enter(arrivals[i][1]), arrivals[i][1]
        now += step
        if left:
            i = min(left, key=lambda i: keys[i])
            clock.advance(step)
            left[i] -= step
            ends[i] = now
            if left[i] <= 1e-9:
                del left[i]
    return ends


@pytest.mark.parametrize("seed", range(5))
def test_none_ends_later_than_by_sharing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrivals = [(float(at), float(work)) for at, work in zip(rng.uniform(0, 5, 8), rng.uniform(0.2, 3, 8), strict=True)]
    for ours, theirs in zip(served(arrivals), shared(arrivals), strict=True):
        assert ours <= theirs + 0.2


def test_a_small_one_overtakes_and_equals_keep_their_order() -> None:
    clock = FairClock()
    large, first, second = clock.enter(100), clock.enter(1), clock.enter(1)
    assert first < large
    clock.advance(1)
    assert clock.enter(1) > second >= first


def test_a_large_one_is_not_put_off_for_ever() -> None:
    clock = FairClock()
    large = clock.enter(100)
    for _ in range(300):  # small ones keep two thirds of the machine busy
        small = clock.enter(1)
        clock.advance(1.5)
    assert small > large


def test_who_leaves_no_longer_slows_the_others() -> None:
    clock, left = FairClock(), FairClock()
    clock.enter(10)
    gone = left.enter(50)
    left.enter(10)
    left.leave(gone)
    clock.advance(5)
    left.advance(5)
    assert clock.enter(1) == left.enter(1)
