"""The picture of a model's calibration: an SVG that names nothing outside itself."""

from __future__ import annotations

import math

from careatlas import svg
from models.reliability import Reliability, ReliabilityBin

FEW = 20  # cells: a point of fewer is drawn hollow

# Units of the picture. The colours differ in lightness as well as in hue, and stand on white in any theme of the page.
_SIDE, _LEFT, _TOP, _STRIP = 320, 62, 46, 68
_BOTTOM, _FLOOR = _TOP + _SIDE, _TOP + _SIDE + _STRIP
_WIDTH, _HEIGHT = _LEFT + _SIDE + 22, _FLOOR + 46
_GREY, _PALE, _BLUE, _ORANGE = "#8a8a8a", "#e3e3e3", "#0b5394", "#e08e45"


def reliability_svg(found: Reliability, title: str) -> str:
    """Draw a reliability diagram: points on the diagonal mean what they say.

    Bars are 95 % intervals, points of fewer than 20 cells are hollow, and the strip below shows how many cells each
    bin has, on a logarithmic scale.

    Parameters
    ----------
    found : Reliability
    title : str
        Any text.

    Returns
    -------
    str
        An SVG document.
    """
    size = {"width": _WIDTH, "height": _HEIGHT}
    parts = [
        svg.tag("title", title, id="title"),
        svg.tag("desc", _in_words(found), id="description"),
        svg.tag("rect", fill="#ffffff", **size),
        svg.words(title, _LEFT, 24, size=14, font_weight="bold"),
        *_axes(),
        *(mark for one in found.bins for mark in _marks(one)),
        *_strip(found),
    ]
    frame = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img"}
    names = {"aria_labelledby": "title description", "font_family": "sans-serif"}
    return svg.around("svg", "\n".join(["", *parts, ""]), **frame, **size, **names) + "\n"


def _axes() -> list[str]:
    lines = []
    for step in range(0, 11, 2):
        value = step / 10
        lines += [
            svg.line(_LEFT, _y(value), _LEFT + _SIDE, _y(value), _PALE),
            svg.line(_x(value), _TOP, _x(value), _BOTTOM, _PALE),
            svg.words(f"{value:.1f}", _LEFT - 8, _y(value) + 4, anchor="end"),
            svg.words(f"{value:.1f}", _x(value), _FLOOR + 18, anchor="middle"),
        ]
    middle = _TOP + _SIDE / 2
    return [
        *lines,
        svg.line(_LEFT, _BOTTOM, _LEFT + _SIDE, _TOP, _GREY, stroke_dasharray="5 4"),
        svg.tag("rect", x=_LEFT, y=_TOP, width=_SIDE, height=_SIDE, fill="none", stroke=svg.INK),
        svg.words(
            "share in which the code is present", 16, middle, anchor="middle", transform=f"rotate(-90 16 {middle:g})"
        ),
        svg.words("probability stated by the model", _LEFT + _SIDE / 2, _HEIGHT - 8, anchor="middle"),
    ]


def _marks(one: ReliabilityBin) -> list[str]:
    x = _x(one.probability)
    marks = []
    if one.frequency_low is not None and one.frequency_high is not None:
        marks.append(svg.line(x, _y(one.frequency_low), x, _y(one.frequency_high), _BLUE, stroke_width=2))
    fill = _BLUE if one.cells >= FEW else "#ffffff"
    said = svg.tag("title", f"{one.cells:,} cells, stated {one.probability:.3f}, present {one.frequency:.3f}")
    place = {"cx": round(x, 1), "cy": round(_y(one.frequency), 1), "r": 5}
    return [*marks, svg.around("circle", said, fill=fill, stroke=_BLUE, stroke_width=2, **place)]


def _strip(found: Reliability) -> list[str]:
    """Draw how many cells each bin has."""
    most = max((one.cells for one in found.bins), default=1)
    parts = [svg.words("cells", _LEFT - 8, _FLOOR - 8, anchor="end")]
    for one in found.bins:
        tall = round((_STRIP - 26) * math.log1p(one.cells) / math.log1p(most), 1)
        left, wide = _x(one.low) + 2, _SIDE * (one.high - one.low) - 4
        parts += [
            svg.tag("rect", x=round(left, 1), y=_FLOOR - tall, width=round(wide, 1), height=tall, fill=_ORANGE),
            svg.words(f"{one.cells:,}", left + wide / 2, _FLOOR - tall - 3, anchor="middle", size=9),
        ]
    return [*parts, svg.line(_LEFT, _FLOOR, _LEFT + _SIDE, _FLOOR, svg.INK)]


def _in_words(found: Reliability) -> str:
    said = [f"stated {one.probability:.2f}, present {one.frequency:.2f} of {one.cells:,} cells" for one in found.bins]
    return "; ".join(said) or "No cell was measured."


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)
