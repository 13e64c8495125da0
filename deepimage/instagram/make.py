"""Exports as Instagram writes them, made of photos and posts of one's own: for the demo, for tests, for trying out."""

import html
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from deepimage.image.codec.picture import Place
from deepimage.instagram.records import Kind

Vintage = Literal["2019", "2021", "2023", "2025"]
_ROOTS: dict[Vintage, str] = {
    "2021": "content",
    "2023": "your_instagram_activity/content",
    "2025": "your_instagram_activity/media",
}
_FOLDERS: dict[Kind, str] = {
    "post": "posts",
    "story": "stories",
    "reel": "reels",
    "archived": "archived_posts",
    "profile": "profile",
    "other": "other",
}
_DOCUMENTS: dict[Kind, tuple[str, str | None]] = {
    "post": ("posts_{}", None),
    "story": ("stories", "ig_stories"),
    "reel": ("reels", "ig_reels_media"),
    "archived": ("archived_posts", "ig_archived_post_media"),
    "profile": ("profile_photos", "ig_profile_picture"),
    "other": ("other_content", "ig_other_media"),
}
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "tr": ["Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"],
}


@dataclass(frozen=True)
class Post:
    """What was posted; several files are a carousel."""

    files: Sequence[tuple[str, bytes]]
    """Name and content; an empty content is named by the export and missing from it."""
    posted: int
    """Seconds since 1970."""
    caption: str = ""
    kind: Kind = "post"
    place: Place | None = None
    taken: str = ""
    """As a camera writes it: 2019:07:14 18:30:00."""


def export(
    posts: Sequence[Post], vintage: Vintage = "2025", form: str = "json", language: str = "en", per_document: int = 1000
) -> dict[str, bytes]:
    """Path -> content of a whole export; `form` is json or html, pages are in `language` (en, de, tr)."""
    files = {_path(post, name): data for post in posts for name, data in post.files if data}
    if vintage == "2019":
        return files | {"media.json": _oldest(posts)}
    for kind, (name, key) in _DOCUMENTS.items():
        of_kind = [post for post in posts if post.kind == kind]
        step = per_document if kind == "post" else max(len(of_kind), 1)
        for number, start in enumerate(range(0, len(of_kind), step), 1):
            some = of_kind[start : start + step]
            text = _page(some, language) if form == "html" else _json(some, key)
            files[f"{_ROOTS[vintage]}/{name.format(number)}.{form}"] = text
    return files


def write_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    """As unpacked."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def write_archives(files: Mapping[str, bytes], folder: Path, parts: int = 1, root: str = "") -> list[Path]:
    """As downloaded, in one part or several: documents are in the first, and each part has its share of the media."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"instagram-me-2025-01-02-{number}.zip" for number in range(1, parts + 1)]
    archives = [zipfile.ZipFile(path, "w") for path in paths]
    for number, (path, data) in enumerate(files.items()):
        document = path.endswith((".json", ".html"))
        archives[0 if document else number % parts].writestr(root + path, data)
    for archive in archives:
        archive.close()
    return paths


def as_posted(hr: np.ndarray, side: int = 640, quality: int = 78) -> bytes:
    """hr (H, W, 3) uint8 -> the file that the platform keeps: small, progressive JPEG, colour at half resolution."""
    photo = Image.fromarray(hr)
    photo.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    photo.save(buffer, "jpeg", quality=quality, progressive=True, subsampling="4:2:0")
    return buffer.getvalue()


def _path(post: Post, name: str) -> str:
    return f"media/{_FOLDERS[post.kind]}/{datetime.fromtimestamp(post.posted, UTC):%Y%m}/{name}"


def _broken(text: str) -> str:
    """Its UTF-8 read as Latin-1, which is how the exports write it."""
    return text.encode().decode("latin-1")


def _json(posts: Sequence[Post], key: str | None) -> bytes:
    values = [_post(post) for post in posts]
    flat = key in ("ig_stories", "ig_profile_picture")
    if flat:
        values = [item for value in values for item in value["media"]]
    document: Any = {key: values} if key else values[0] if len(values) == 1 else values
    return json.dumps(document, indent=2).encode()


def _post(post: Post) -> dict[str, Any]:
    media = [_item(post, name) for name, _ in post.files]
    if len(media) == 1:
        media[0]["title"] = _broken(post.caption)
        return {"media": media}
    return {"media": media, "title": _broken(post.caption), "creation_timestamp": post.posted}


def _item(post: Post, name: str) -> dict[str, Any]:
    exif: list[dict[str, Any]] = []
    if post.place:
        exif.append({"latitude": post.place.latitude, "longitude": post.place.longitude})
    if post.taken:
        exif.append({"date_time_original": post.taken, "software": "Camera 1.0"})
    metadata: dict[str, Any] = {"camera_metadata": {"has_camera_metadata": bool(exif)}}
    return {
        "uri": _path(post, name),
        "creation_timestamp": post.posted,
        "media_metadata": metadata | ({"photo_metadata": {"exif_data": exif}} if exif else {}),
        "title": "",
        "cross_post_source": {"source_app": "FB"},
    }


def _oldest(posts: Sequence[Post]) -> bytes:
    names = {"story": "stories", "profile": "profile"}
    document: dict[str, list[dict[str, Any]]] = {"photos": [], "videos": [], "stories": [], "profile": [], "direct": []}
    for post in posts:
        for name, _ in post.files:
            key = names.get(post.kind, "videos" if name.endswith(".mp4") else "photos")
            taken = datetime.fromtimestamp(post.posted, UTC).isoformat()
            item = {"caption": _broken(post.caption), "taken_at": taken, "path": _path(post, name)}
            document[key].append(item | ({"location": "Home"} if post.place else {}))
    return json.dumps(document).encode()


def _page(posts: Sequence[Post], language: str) -> bytes:
    cards = "".join(_card(post, language) for post in posts)
    frame = f'<html><head><title>Posts</title></head><body><main class="_a706" role="main">{cards}</main></body></html>'
    return frame.encode()


def _card(post: Post, language: str) -> str:
    media = "".join(_embedded(_path(post, name)) for name, _ in post.files)
    caption = f'<h2 class="_3-95 _2pim _a6-h _a6-i">{html.escape(post.caption)}</h2>' if post.caption else ""
    when = _when(datetime.fromtimestamp(post.posted, UTC), language)
    return (
        f'<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder">{caption}<div class="_3-95 _a6-p"><div>{media}</div>'
        f'</div><div class="_3-94 _a6-o">{when}</div></div>'
    )


def _embedded(path: str) -> str:
    inner = f'<video src="{path}"></video>' if path.endswith(".mp4") else f'<img src="{path}" class="_a6_o _3-96"/>'
    return f'<div><a target="_blank" href="{path}">{inner}</a></div>'


def _when(moment: datetime, language: str) -> str:
    month = _MONTHS[language][moment.month - 1]
    if language == "en":
        return f"{month} {moment.day}, {moment:%Y, %I:%M %p}"
    return (
        f"{moment.day}. {month} {moment:%Y, %H:%M}" if language == "de" else f"{moment.day} {month} {moment:%Y %H:%M}"
    )
