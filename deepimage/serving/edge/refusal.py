"""A problem document as the bytes of a whole HTTP answer, for where there is no application yet."""

import json
from http import HTTPStatus

from deepimage.serving.edge.headers import SAFE
from deepimage.serving.problems import MEDIA_TYPE, Problem


def rendered(problem: Problem) -> bytes:
    """Status line, headers, body; the connection ends with it."""
    body = json.dumps(problem.body()).encode()
    headers = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "connection": "close",
        **SAFE,
        **problem.headers,
    }
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
