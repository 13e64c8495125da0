"""The page in a real browser."""

import io
import zipfile
from importlib.resources import files
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from ..conftest import photo
from .conftest import Tab, pictures

EVIL = "<img src=x onerror=alert(1)>.jpg"


def pixel(tab: Tab, x: float, y: float) -> np.ndarray:
    """What is drawn there, in shares of the stage."""
    box = tab.page.locator("#stage").bounding_box()
    assert box
    clip = {"x": box["x"] + x * box["width"] - 8, "y": box["y"] + y * box["height"] - 8, "width": 16, "height": 16}
    with Image.open(io.BytesIO(tab.page.screenshot(clip=clip))) as image:  # type: ignore[arg-type]
        return np.asarray(image.convert("RGB")).astype(float).mean(axis=(0, 1))  # type: ignore[no-any-return]


def downloaded(tab: Tab, selector: str) -> bytes:
    with tab.page.expect_download() as started:
        tab.page.click(selector)
    return Path(started.value.path()).read_bytes()


def test_three_pictures_and_a_broken_one(tab: Tab, tmp_path: Path) -> None:
    good = pictures(3)
    tab.add(*good, ("broken.jpg", good[0][1][:-200]))
    tab.settled(4)
    states = tab.page.locator("#rows li").evaluate_all("rows => rows.map(row => row.className)")
    assert states == ["done", "done", "done", "wrong"]
    assert "cut off" in tab.page.locator("li.wrong .state").inner_text()
    assert tab.page.inner_text("#summary") == "3 of 4 restored, 1 not"
    data = downloaded(tab, "li.done .download")
    assert data == httpx.post(f"{tab.address}/v1/restore", content=good[0][1], timeout=60).content
    archive = downloaded(tab, "#all")
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        assert members.testzip() is None
        assert members.namelist() == [f"photo {n}-restored.jpg" for n in range(3)]
        assert members.read(members.namelist()[0]) == data


def test_equal_names_stay_apart_in_the_archive(tab: Tab) -> None:
    (_, one), (_, two) = pictures(2)
    tab.add(("a.jpg", one), ("a.jpg", two))
    tab.settled(2)
    with zipfile.ZipFile(io.BytesIO(downloaded(tab, "#all"))) as members:
        assert members.namelist() == ["a-restored.jpg", "a-restored (2).jpg"]


def test_progress_is_told(tab: Tab) -> None:
    tab.page.evaluate(
        """() => { window.told = new Set();
        new MutationObserver(() => document.querySelectorAll('.state').forEach(s => window.told.add(s.textContent)))
          .observe(document.body, {subtree: true, childList: true, characterData: true}); }"""
    )
    tab.add(*[(f"{n}.jpg", photo(500, 700, 200 + n)) for n in range(3)])
    tab.settled(3)
    told = tab.page.evaluate("[...window.told]")
    assert any("tiles" in text for text in told), told
    assert any("queue" in text for text in told), told


def test_the_choices_are_sent(tab: Tab) -> None:
    name, data = pictures(1)[0]
    tab.page.select_option("select[name=size]", "scale=2")
    tab.page.select_option("select[name=format]", "png")
    tab.page.select_option("select[name=model]", "bicubic-mitchell")
    tab.add((name, data))
    tab.settled(1)
    with Image.open(io.BytesIO(downloaded(tab, "li.done .download"))) as image:
        assert (image.format, image.size) == ("PNG", (180, 120))
    tab.page.reload()
    tab.page.wait_for_function("() => document.querySelector('[name=model]').value === 'bicubic-mitchell'")


def viewer(tab: Tab) -> None:
    """Open on a picture whose result is told from it: by format and model it is the same, so the original is marked."""
    white = io.BytesIO()
    Image.new("RGB", (120, 80), (250, 250, 250)).save(white, "jpeg")
    tab.add(("white.jpg", white.getvalue()))
    tab.settled(1)
    tab.page.click(".compare")
    tab.page.wait_for_function("() => document.getElementById('after').naturalWidth === 480")
    # the browser shows `before` from the file; a tint makes the two sides tell apart
    tab.page.evaluate("document.getElementById('before').style.filter = 'brightness(0.5)'")


def test_the_wipe_by_mouse_and_keyboard(tab: Tab) -> None:
    viewer(tab)
    assert pixel(tab, 0.4, 0.5).mean() < 150 < 200 < pixel(tab, 0.6, 0.4).mean()
    box = tab.page.locator("#stage").bounding_box()
    assert box
    tab.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
    tab.page.mouse.up()
    assert abs(int(tab.page.input_value("#wipe")) - 70) <= 1
    assert pixel(tab, 0.6, 0.4).mean() < 150
    tab.page.focus("#wipe")
    tab.page.keyboard.press("Home")
    assert tab.page.get_attribute("#wipe", "aria-valuetext") == "100 % restored"
    assert pixel(tab, 0.4, 0.3).mean() > 200
    tab.page.focus("#stage")
    tab.page.keyboard.down(" ")
    assert pixel(tab, 0.6, 0.3).mean() < 150
    tab.page.keyboard.up(" ")
    assert pixel(tab, 0.6, 0.3).mean() > 200


def test_zoom_keeps_both_in_step(tab: Tab) -> None:
    viewer(tab)
    tab.page.focus("#stage")
    tab.page.keyboard.press("+")
    tab.page.mouse.move(500, 400)
    tab.page.mouse.wheel(0, -200)
    before, after = (tab.page.eval_on_selector(f"#{name}", "i => i.style.transform") for name in ("before", "after"))
    assert before == after
    tab.page.keyboard.press("1")
    assert "scale(1)" in tab.page.eval_on_selector("#after", "i => i.style.transform")
    tab.page.keyboard.press("0")
    fitted = tab.page.eval_on_selector("#after", "i => i.getBoundingClientRect().height")
    stage = tab.page.eval_on_selector("#stage", "s => s.clientHeight")
    assert abs(fitted - stage) < 2


def test_the_loupe_and_leaving(tab: Tab) -> None:
    viewer(tab)
    tab.page.click("#glass")
    tab.page.mouse.move(640, 400)
    assert tab.page.is_visible("#loupe")
    shown = tab.page.eval_on_selector("#loupe div", "d => d.style.backgroundSize")
    assert shown == "480px 320px"
    tab.page.keyboard.press("Escape")
    assert not tab.page.is_visible("#viewer")
    assert tab.page.evaluate("document.activeElement.textContent") == "Compare"


def test_arrows_lead_from_photo_to_photo(tab: Tab) -> None:
    tab.add(*pictures(2))
    tab.settled(2)
    tab.page.click("li:first-child .compare")
    tab.page.keyboard.press("ArrowRight")
    assert tab.page.inner_text("#title") == "photo 1.jpg"
    tab.page.keyboard.press("ArrowRight")
    assert tab.page.inner_text("#title") == "photo 0.jpg"


def test_a_name_is_text(tab: Tab) -> None:
    tab.add((EVIL, pictures(1)[0][1]))
    tab.settled(1)
    assert tab.page.inner_text(".name") == EVIL
    tab.page.click(".compare")
    assert tab.page.inner_text("#title") == EVIL


def test_what_is_too_large_is_not_sent(tab: Tab) -> None:
    tab.add(("huge.jpg", b"\xff\xd8" + bytes(3_000_001)))
    tab.settled(1)
    assert "3.0 MB are allowed" in tab.page.inner_text(".state")
    assert not any("/v1/jobs" in url for url in tab.asked)


def test_removing_cancels(tab: Tab) -> None:
    tab.add(*[(f"{n}.jpg", photo(900, 1200, 300 + n)) for n in range(3)])
    tab.page.wait_for_function("() => document.querySelector('.state').textContent.includes('tiles')")
    tab.page.click("#clear")
    assert tab.page.locator("#rows li").count() == 0
    tab.page.wait_for_timeout(500)
    jobs = httpx.get(f"{tab.address}/v1/jobs", params={"limit": 3}, timeout=30).json()["jobs"]
    assert "cancelled" in {job["status"] for job in jobs} <= {"cancelled", "succeeded"}


@pytest.mark.parametrize("tab", ["light", "dark"], indirect=True)
def test_nothing_stands_in_anybody_s_way(tab: Tab) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for act in (lambda: None, lambda: (tab.add(*pictures(1)), tab.settled(1)), lambda: tab.page.click(".compare")):
        act()
        found = axe.run(tab.page)
        assert found.violations_count == 0, found.generate_report()


def test_it_stays_small() -> None:
    scripts = [part for part in files("deepimage.serving.page").iterdir() if part.name.endswith(".js")]
    assert 0 < sum(len(part.read_bytes()) for part in scripts) < 30_000


def test_parts_are_kept_by_the_browser(service: str) -> None:
    for path in ("/", "/page/main.js", "/page/style.css"):
        first = httpx.get(service + path)
        assert "script-src 'self'" in first.headers["content-security-policy"]
        assert httpx.get(service + path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        assert httpx.head(service + path).status_code == 200
    for path in ("/page/__init__.py", "/page/..%2fconfig.py", "/page/none"):
        assert httpx.get(service + path).status_code == 404


def test_the_dial_begins_where_the_service_does_and_is_heeded_to_its_end(tab: Tab) -> None:
    assert tab.page.input_value("[name=fidelity]") == "0.5"
    tab.page.fill("[name=fidelity]", "1")
    with tab.page.expect_request(lambda request: request.method == "POST") as sent:
        tab.add(*pictures(1))
    assert "fidelity=1" in sent.value.url
    tab.settled(1)
