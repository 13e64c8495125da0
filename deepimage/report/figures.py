"""How figures and names are written for people: short, and harmless whatever they hold."""

_JOINERS = "\u200c\u200d"  # shape Persian, Indic and emoji text and move nothing else


def count(number: int, noun: str = "", plural: str = "") -> str:
    """1943, "picture" -> '1,943 pictures'; `plural` where it is not the noun and an s."""
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def megapixels(value: float) -> str:
    """Megapixels without a unit: '0.27', '9.8', '5,760'."""
    return f"{value:,.{2 if value < 1 else 1 if value < 100 else 0}f}"


def duration(seconds: float) -> str:
    """466.2 -> '7m46s'; below ten seconds one decimal."""
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f}s"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d{hour:02}h"
    if hours:
        return f"{hours}h{minute:02}m"
    return f"{minute}m{second:02}s" if minute else f"{second}s"


def size(number: float) -> str:
    """Bytes in decimal units: '38.2 GB'."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 999.5 or unit == "TB":
            break
        number /= 1000
    return f"{number:,.0f} {unit}" if unit == "B" or number >= 99.95 else f"{number:.1f} {unit}"


def shown(name: str, limit: int = 120) -> str:
    """A name as visible text: control, direction and odd characters escaped, the middle of a long one left out."""
    text = "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in name)
    return text if len(text) <= limit else f"{text[: limit // 2]}…{text[-(limit // 2 - 1) :]}"
