"""Where the time goes: the bare model, the Restorer round it, and the whole batch job, measured in one run.

Megapixels are output megapixels of finished pictures. Bare model and Restorer take turns, so that a noisy
machine is noisy to both; the job is run at two lengths and the difference taken, which leaves start-up out.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread

import numpy as np
import psutil
import torch
from PIL import Image

from deepimage.config import Recipe, load
from deepimage.errors import DeepimageError, UsageError
from deepimage.image.interpolation import resize
from deepimage.image.tensor import stack, to_bchw
from deepimage.image.tiling import cut
from deepimage.models.restorer import Restorer
from deepimage.stages.opening import open_restorer

_ROUNDS = 7
_ROUND_SECONDS = 4.0
_TURN = 4  # pictures that are handed over at once
_SHORT = 0.2  # the shorter job's share of the files


@dataclass(frozen=True)
class Speed:
    """Output megapixels per second of wall time and of CPU time (all processes)."""

    per_second: float
    per_cpu_second: float


@dataclass(frozen=True)
class Result:
    """Three speeds from one run, and what they are worth against each other."""

    bare: Speed
    restorer: Speed
    job: Speed
    restorer_of_bare: float
    job_of_restorer_per_cpu_second: float
    startup_seconds: float

    def lines(self) -> list[str]:
        """For a person."""
        rows = (("bare model", self.bare), ("Restorer", self.restorer), ("batch job", self.job))
        return [
            *(f"{name:<11} {s.per_second:7.2f} MP/s   {s.per_cpu_second:6.2f} MP per CPU-second" for name, s in rows),
            f"Restorer / bare model                   {self.restorer_of_bare:.3f}",
            f"batch job / Restorer, per CPU-second    {self.job_of_restorer_per_cpu_second:.3f}",
            f"start-up of the batch job               {self.startup_seconds:.1f} s",
        ]


def benchmark(files: int, side: int, model: str, as_json: bool) -> str:
    """Measure and describe. Raises UsageError for too few files."""
    if files < 10:
        raise UsageError(f"--files {files}: at least 10 are needed to leave start-up out")
    recipe = load(None, shortcuts={"model": model})
    bare, restorer, ratio = _model_speeds(recipe, side)
    with tempfile.TemporaryDirectory(prefix="deepimage-benchmark-") as folder:
        job, startup = _job_speed(Path(folder), files, side, model)
    result = Result(bare, restorer, job, ratio, job.per_cpu_second / restorer.per_cpu_second, startup)
    return json.dumps(asdict(result), indent=2) if as_json else "\n".join(result.lines())


def _model_speeds(recipe: Recipe, side: int) -> tuple[Speed, Speed, float]:
    """(bare, Restorer, median ratio) on pictures of `side` pixels."""
    restorer = open_restorer(recipe)
    lr = next(_pictures(1, side))
    megapixels = (side * restorer.scale) ** 2 / 1e6
    run_bare = _bare(restorer, recipe, lr)
    run_restorer = lambda: _drain(restorer.restore_many([lr] * _TURN))  # noqa: E731
    for act in (run_bare, run_restorer):
        act()  # warm up
    rounds = [(_speed(run_bare, _TURN * megapixels), _speed(run_restorer, _TURN * megapixels)) for _ in range(_ROUNDS)]
    bare, restored = ([pair[i] for pair in rounds] for i in (0, 1))
    ratio = statistics.median(r.per_second / b.per_second for b, r in rounds)
    return _median(bare), _median(restored), ratio


def _bare(restorer: Restorer, recipe: Recipe, lr: np.ndarray) -> Callable[[], object]:
    """The generator alone on the windows of one picture as ready tensors, as many at once as the Restorer runs."""
    windows = [
        to_bchw(stack([tile.window.of(lr)])).to(restorer.device)
        for tile in cut(lr.shape[0], lr.shape[1], recipe.tiling.tile, restorer.facts.halo)
    ]
    pool = ThreadPoolExecutor(restorer.workers, initializer=torch.set_num_threads, initargs=(1,))

    @torch.inference_mode()
    def one(window: torch.Tensor) -> None:
        restorer.generator(window)

    return lambda: _drain(pool.map(one, windows * _TURN))


def _speed(act: Callable[[], object], megapixels: float) -> Speed:
    wall, cpu, turns = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - wall < _ROUND_SECONDS:
        act()
        turns += 1
    done = turns * megapixels
    return Speed(done / (time.perf_counter() - wall), done / (time.process_time() - cpu))


def _drain(results: Iterator[object]) -> None:
    """Take all results and keep none."""
    for _ in results:
        pass


def _median(speeds: list[Speed]) -> Speed:
    return Speed(
        statistics.median(speed.per_second for speed in speeds),
        statistics.median(speed.per_cpu_second for speed in speeds),
    )


def _job_speed(folder: Path, files: int, side: int, model: str) -> tuple[Speed, float]:
    """(speed without start-up, start-up seconds) of `deepimage run` on `files` pictures."""
    short = max(int(files * _SHORT), 4)
    (few_wall, few_cpu), (wall, cpu) = (_job(folder / str(n), n, side, model) for n in (short, files))
    pictures = files - short
    megapixels = pictures * (4 * side) ** 2 / 1e6
    speed = Speed(megapixels / (wall - few_wall), megapixels / (cpu - few_cpu))
    return speed, few_wall - short * (wall - few_wall) / pictures


def _job(folder: Path, files: int, side: int, model: str) -> tuple[float, float]:
    """(wall seconds, CPU seconds of all its processes) of one job."""
    (folder / "in").mkdir(parents=True)
    for number, pixels in enumerate(_pictures(files, side)):
        Image.fromarray(pixels).save(folder / "in" / f"{number:04d}.jpg", quality=75)
    command = ["run", str(folder / "in"), str(folder / "out"), "--model", model, "--scale", "4", "--quiet"]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "pipelines", *command], stdout=subprocess.DEVNULL)
    with _cpu_meter(process.pid) as meter:
        code = process.wait()
    if code:
        raise DeepimageError(f"the batch job ended with exit code {code}")
    return time.perf_counter() - started, sum(meter.values())


@contextmanager
def _cpu_meter(pid: int) -> Iterator[dict[int, float]]:
    """CPU seconds of `pid` and of all that descend from it, by process, watched while the block runs."""
    seconds: dict[int, float] = {}
    family = {pid: psutil.Process(pid)}
    stop = Event()

    def watch() -> None:
        while not stop.wait(0.2):
            for process in list(family.values()):
                try:
                    family.update({child.pid: child for child in process.children(recursive=True)})
                    times = process.cpu_times()
                    seconds[process.pid] = times.user + times.system
                except psutil.Error:
                    del family[process.pid]

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seconds
    finally:
        stop.set()
        thread.join()


def _pictures(count: int, side: int) -> Iterator[np.ndarray]:
    """Distinct (side, side, 3) uint8 pictures: crops of sample photographs."""
    try:
        from skimage import data
    except ImportError:
        raise UsageError("the benchmark needs sample photos: pip install 'deepimage[demo]'") from None
    photos = [getattr(data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")]
    rng = np.random.default_rng(0)
    for number in range(count):
        photo = photos[number % len(photos)]
        crop = min(photo.shape[0], photo.shape[1]) * 2 // 3
        y, x = (int(rng.integers(0, length - crop)) for length in photo.shape[:2])
        yield resize(np.ascontiguousarray(photo[y : y + crop, x : x + crop]), side, side)
