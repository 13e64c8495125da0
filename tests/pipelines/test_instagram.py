"""`deepimage instagram`: every picture of an export once, dated and captioned, under its name, with a page."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from catalogue import manifest, outputs

from deepimage.config import Recipe
from deepimage.image.codec.picture import Place
from deepimage.instagram.make import Post, as_posted, export, write_archives, write_folder
from pipelines.verify import verify

NOON = 1_563_105_600  # 14 July 2019, 12:00 UTC
FAST = ("--engine", "local", "--model", "bicubic", "--scale", "2", "--set", "layout.timezone=UTC")
FAST = (*FAST, "--set", "faithful_below=null")


def picture(seed: int, side: int = 80) -> bytes:
    return as_posted(np.random.default_rng(seed).integers(0, 255, (9, 12, 3), np.uint8).repeat(8, 0).repeat(8, 1), side)


SAME = picture(9)
POSTS = [
    Post([("one.jpg", picture(1))], NOON, "Sommer 🏖️ in Kraków #strand", place=Place(-33.856784, 151.215297)),
    Post([("a.jpg", picture(2)), ("b.jpg", SAME), ("c.mp4", b"video")], NOON + 3600, "מזל טוב"),
    Post([("old.jpg", picture(3))], NOON + 7200, taken="2018:05:06 07:08:09"),
    Post([("story.jpg", SAME)], NOON + 9000, kind="story"),
    Post([("gone.jpg", b"")], NOON + 9600, "missing"),
]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "pipelines", "instagram", *map(str, words)]


def restored(parts: list[Path], target: Path, *more: str, code: int = 0) -> str:
    done = subprocess.run(command(*parts, target, *FAST, *more), capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("instagram")
    restored(write_archives(export(POSTS), folder / "export", parts=2), folder / "library")
    return folder / "library"


def test_every_picture_is_there_once_and_under_its_name(library: Path) -> None:
    names = sorted(name for name in outputs(library) if name.endswith(".jpg"))
    assert names == [
        "2018/2018-05-06_0708_1.jpg",
        "2019/2019-07-14_1200_sommer-in-kraków-strand_1.jpg",
        "2019/2019-07-14_1300_מזל-טוב_1.jpg",
        "2019/2019-07-14_1300_מזל-טוב_2.jpg",
        "2019/2019-07-14_1430_story_1.jpg",
    ]
    rows = manifest(library)
    assert {name: rows[name]["status"] for name in names} == dict.fromkeys(names, "done") | {names[4]: "aliased"}
    assert rows["2019/2019-07-14_1300_מזל-טוב_3.mp4"]["error"] == "a video: left as it is"
    assert "in none of its parts" in str(rows["2019/2019-07-14_1440_missing_1.jpg"]["error"])
    assert list(verify(str(library), None, Recipe())) == []


def test_another_reader_finds_time_place_and_words(library: Path) -> None:
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not here: apt install libimage-exiftool-perl")
    said = subprocess.run(
        ["exiftool", "-j", "-c", "%+.6f", "-r", "-ext", "jpg", library / "2018", library / "2019"],
        capture_output=True,
        text=True,
        check=True,
    )
    facts = {Path(one["SourceFile"]).name: one for one in json.loads(said.stdout)}
    first = facts["2019-07-14_1200_sommer-in-kraków-strand_1.jpg"]
    assert (first["DateTimeOriginal"], first["OffsetTimeOriginal"]) == ("2019:07:14 12:00:00", "+00:00")
    assert first["ImageDescription"] == first["Description"] == POSTS[0].caption
    assert first["Keywords"] == first["Subject"] == "strand"
    assert first["GPSPosition"] == "-33.856784, +151.215297"
    assert first["DigitalSourceType"].endswith("algorithmicallyEnhanced")
    assert facts["2019-07-14_1300_מזל-טוב_2.jpg"]["Title"] == "2 of 3"
    assert facts["2018-05-06_0708_1.jpg"]["DateTimeOriginal"] == "2018:05:06 07:08:09"
    assert "OffsetTimeOriginal" not in facts["2018-05-06_0708_1.jpg"]


def test_files_sort_by_their_times_and_have_their_records(library: Path) -> None:
    first = library / "2019" / "2019-07-14_1200_sommer-in-kraków-strand_1.jpg"
    assert datetime.fromtimestamp(first.stat().st_mtime, UTC) == datetime(2019, 7, 14, 12, tzinfo=UTC)
    record = json.loads(first.with_name(f"{first.name}.json").read_text())
    assert record["caption"] == POSTS[0].caption
    assert record["export"]["media"]["uri"] == "media/posts/201907/one.jpg"
    by_time = sorted(library.glob("20*/*.jpg"), key=lambda path: path.stat().st_mtime)
    assert [path.name[:15] for path in by_time] == sorted(path.name[:15] for path in by_time)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_works_from_a_disk(library: Path, scheme: str) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no browser: apt install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(color_scheme=scheme)
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.goto((library / "index.html").as_uri())
        assert page.locator("figure").count() == 5
        assert page.locator("h2").all_inner_texts() == ["2018", "2019", "Not restored"]
        page.fill("#search", "KRAKÓW")
        assert page.locator("figure:visible").count() == 1
        page.click("figure:visible button")
        page.wait_for_function("() => document.querySelector('.after').naturalWidth === 160")
        assert page.evaluate("() => document.querySelector('.before').naturalWidth") == 80
        assert "agrees to" in page.inner_text(".told")
        page.focus(".stage input")
        page.keyboard.press("End")
        assert page.evaluate("() => document.querySelector('.stage').style.getPropertyValue('--cut')") == "100%"
        assert axe.run(page).violations_count == 0
        page.keyboard.press("Escape")
        assert axe.run(page).violations_count == 0
        browser.close()
    assert wrong == []


def test_a_finished_library_is_left_alone_and_a_new_part_is_added(tmp_path: Path) -> None:
    parts = write_archives(export(POSTS), tmp_path / "export", parts=2)
    restored(parts[:1], tmp_path / "library")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "library").glob("20*/*.jpg")}
    restored(parts[:1], tmp_path / "library")
    restored(parts, tmp_path / "library")
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "library").glob("20*/*.jpg")}
    assert len(after) == 5 > len(before)
    assert {path: after[path] for path in before} == before
    assert list(verify(str(tmp_path / "library"), None, Recipe())) == []


def test_kill_9_and_resume_end_with_the_same_bytes(tmp_path: Path) -> None:
    posts = [
        Post([(f"{number}.jpg", picture(number, 300))], NOON + number * 90, f"day {number}") for number in range(60)
    ]
    parts = write_archives(export(posts), tmp_path / "export", parts=2)
    restored(parts, tmp_path / "undisturbed")
    chance = random.Random(5)
    for _ in range(3):
        process = subprocess.Popen(
            command(*parts, tmp_path / "library", *FAST),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(chance.uniform(1.5, 4))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    restored(parts, tmp_path / "library")
    assert outputs(tmp_path / "library") == outputs(tmp_path / "undisturbed")
    assert list(verify(str(tmp_path / "library"), None, Recipe())) == []


def test_without_places_and_for_print(tmp_path: Path) -> None:
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not here: apt install libimage-exiftool-perl")
    large = Post([("large.jpg", as_posted(np.zeros((525, 700, 3), np.uint8), 700))], NOON + 60)
    folder = write_folder(export([POSTS[0], large]), tmp_path / "export")
    words = (folder, tmp_path / "out", "--engine", "local", "--model", "bicubic", "--set", "faithful_below=null")
    subprocess.run(command(*words, "--no-gps", "--for", "print:2x3in@200"), check=True, capture_output=True)
    assert "700x525, already as large as 600x450" in (tmp_path / "out" / "index.html").read_text()
    (path,) = (tmp_path / "out").glob("2019/*.jpg")
    said = subprocess.run(["exiftool", "-j", path], capture_output=True, text=True, check=True)
    (facts,) = json.loads(said.stdout)
    assert facts["ImageWidth"] == 600
    assert (facts["XResolution"], facts["ResolutionUnit"]) == (200, "inches")
    assert "GPSPosition" not in facts
