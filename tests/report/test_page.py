"""The page stands alone, asks for nothing, trusts no name, and stays small."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from deepimage.report.page import report
from deepimage.report.summary import summarize
from deepimage.storage.schema import MANIFEST

from .conftest import HOSTILE, Run


class Reader(HTMLParser):
    """Every element with its attributes, and all text outside style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.text.append(data)


@pytest.fixture
def page(run: Run) -> str:
    return report(run.manifest, summarize(run.manifest, "run-2", 10.0), {"scale": "4"}, "out", run.pictures)


def test_hostile_names_are_text_and_nothing_else(page: str) -> None:
    read = Reader(page)
    assert [tag for tag, _ in read.elements].count("script") == 1
    assert not any(key.startswith("on") or key == "style" for _, attributes in read.elements for key in attributes)
    shown = [text for text in read.text if "onerror" in text]
    assert any(HOSTILE[0] in text for text in shown)
    assert not re.search(r"[\u202e\x1b]", page)


def test_no_address_outside_the_page(page: str) -> None:
    for tag, attributes in Reader(page).elements:
        for key in ("src", "href", "srcset", "action", "data", "poster"):
            assert (attributes.get(key) or "#").startswith(("data:", "#")), (tag, attributes)
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", page)


def test_the_policy_names_exactly_this_style_and_script(page: str) -> None:
    (policy,) = [
        attributes["content"] or "" for tag, attributes in Reader(page).elements if attributes.get("http-equiv")
    ]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert len(content) < 10_000


def test_everything_visible_is_announced(page: str) -> None:
    elements = Reader(page).elements
    assert all("alt" in attributes for tag, attributes in elements if tag == "img")
    assert all(attributes.get("aria-label") for tag, attributes in elements if tag == "input")
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for tag, attributes in elements if tag == "a"}
    assert links <= {f"#{name}" for name in ids}
    assert {"#not-restored", "#copies", "#before-and-after"} <= links


def test_the_same_run_gives_the_same_page(run: Run, page: str) -> None:
    assert report(run.manifest, summarize(run.manifest, "run-2", 10.0), {"scale": "4"}, "out", run.pictures) == page


def test_an_empty_run_has_a_page() -> None:
    page = report(list, summarize(list, "run-1", 0.1), {}, "out", Run().pictures)
    assert "0 pictures restored" in page


def test_the_worst_pictures_names_and_messages_stay_below_four_megabytes() -> None:
    run = Run()
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (360, 480, 3), np.uint8))
    row = run.restore("noise.jpg", noise)
    evil = "<&\u202e" * 300

    def manifest() -> Iterator[pa.RecordBatch]:
        changes = [{"input": f"{index}{evil}"} for index in range(40)]
        changes += [
            {"input": f"a{i}{evil}", "status": "failed", "error_code": f"{i % 50}{evil}", "error": evil}
            for i in range(1500)
        ]
        changes += [{"input": f"n{i}{evil}", "near_duplicate_of": f"{i % 8}{evil}"} for i in range(60)]
        changes += [{"input": f"d{i}{evil}", "duplicate_of": f"{i % 8}{evil}"} for i in range(60)]
        yield from pa.Table.from_pylist([row | change for change in changes], MANIFEST).to_batches()

    page = report(manifest, summarize(manifest, "run-2", 1.0), {"model": evil}, "out", run.pictures)
    assert len(page.encode()) < 4_000_000
