"""The frame of every page: one self-contained file that asks for nothing from outside.

Styles and script are in the file and named by hash in its content policy; pictures are data URIs.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from deepimage.report.markup import Markup, join


def document(title: str, body: Markup, styles: Sequence[str], script: str | None = None, images: str = "data:") -> str:
    """`body` in the frame, with the files `styles` and `script` of the assets; without a script none can run.

    `images`: where they may come from, as in a content policy.
    """
    style = "".join(_asset(name) for name in styles)
    code = _asset(script) if script else ""
    policy = (
        f"default-src 'none'; img-src {images}; style-src '{_hash(style)}'; script-src '{_hash(code)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    frame = Template(_asset("page.html"))
    return frame.substitute(policy=policy, title=join([title]), style=style, script=code, body=body)


def _asset(name: str) -> str:
    return (files("deepimage.report") / "assets" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
