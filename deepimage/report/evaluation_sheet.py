"""The page's crops as one picture, to be put elsewhere: a row for every picture, a column for every system."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from deepimage.report.evaluation_rows import ORIGINAL, Outcome
from deepimage.report.rows import Row

_GAP, _LINE, _LETTERS = 4, 22, 14  # pixels between crops, above them, and of the names


def sheet(outcome: Outcome, exhibits: int) -> bytes | None:
    """JPEG at 1:1, the original last; None where nothing is to be shown."""
    rows = [shown for cells in outcome.exhibits(exhibits) if (shown := [cell for cell in cells if cell["exhibit"]])]
    if not rows:
        return None
    names = sorted((cell["system"] for cell in rows[0]), key=lambda name: name == ORIGINAL)
    strips = [_strip(cells, names) for cells in rows]
    whole = Image.new("RGB", (max(s.width for s in strips), _LINE + sum(s.height + _GAP for s in strips)), "white")
    pen, font, top = ImageDraw.Draw(whole), ImageFont.load_default(_LETTERS), _LINE
    for place, name in enumerate(names):
        pen.text((place * strips[0].width / len(names) + 2, 2), name, "black", font)
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height + _GAP
    sink = io.BytesIO()
    whole.save(sink, "JPEG", quality=90, subsampling=0)
    return sink.getvalue()


def _strip(cells: Sequence[Row], names: Sequence[str]) -> Image.Image:
    """One picture by every system."""
    crops = {cell["system"]: Image.open(io.BytesIO(cell["exhibit"])) for cell in cells}
    width, height = (max(sides) + _GAP for sides in zip(*(crop.size for crop in crops.values()), strict=True))
    strip = Image.new("RGB", (width * len(names), height - _GAP), "white")
    for place, name in enumerate(names):
        if name in crops:
            strip.paste(crops[name], (place * width, 0))
    return strip
