"""Elements of a drawing as SVG text, with every word escaped."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

INK = "#1a1a1a"


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, **more: str | float) -> str:
    """Return a line."""
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return tag("line", stroke=stroke, **{name: round(value, 1) for name, value in ends.items()}, **more)


def words(
    said: str, x: float, y: float, *, anchor: str = "start", size: int = 12, fill: str = INK, **more: str | float
) -> str:
    """Return a line of text."""
    place = {"x": round(x, 1), "y": round(y, 1)}
    return tag("text", said, text_anchor=anchor, font_size=size, fill=fill, **place, **more)


def tag(name: str, content: str = "", /, **attributes: str | float) -> str:
    """Return an element with words in it."""
    return around(name, escaped(content), **attributes)


def around(name: str, inside: str, /, **attributes: str | float) -> str:
    """Return an element round what is SVG already; ``_`` in the name of an attribute stands for ``-``."""
    said = "".join(f" {key.replace('_', '-')}={quoteattr(_plain(str(value)))}" for key, value in attributes.items())
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def escaped(text: str) -> str:
    """Return words as they may stand between elements."""
    return escape(_plain(text))


def _plain(text: str) -> str:
    # XML allows no control character, not even escaped.
    return "".join(one if one.isprintable() else " " for one in text)
