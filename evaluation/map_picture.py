"""A policy map as a picture: areas against codes, darker where more is done, hatched where nothing was read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from careatlas import svg
from careatlas.errors import InputError
from careatlas.export import whole_file
from evaluation.policy_map import MapCell, PolicyMap

# Units of the picture.
_LEFT, _TOP, _WIDE, _HIGH, _FOOT, _RIGHT = 210, 200, 30, 18, 60, 110
_GREY, _LINE = "#595959", "#d0d0d0"
_LONGEST = 30  # characters of a name
_SCALE = ("#ffffff", "#d6e6f4", "#9ac3e0", "#5a9bc8", "#2a6fa5", "#0b3d66")  # 0, then by powers of two


def map_svg(found: PolicyMap, period: str = "") -> str:
    """Draw one period of a map.

    Parameters
    ----------
    period : str
        Its name; the last one of the map where empty.

    Returns
    -------
    str
        An SVG document. Every square says in words what it shows: number is never said by colour alone.
    """
    name = period or (found.periods[-1].name if found.periods else "")
    cells = {(one.area_code, one.code): one for one in found.cells if one.period == name}
    codes = list(dict.fromkeys(one.code for one in found.cells))
    width = _LEFT + _WIDE * len(codes) + _RIGHT
    height = _TOP + _HIGH * len(found.areas) + _FOOT
    title = f"Initiatives by area and code, {name or 'nothing was read'}"
    parts = [
        svg.tag("title", title),
        f"<defs>{_hatching()}</defs>",
        svg.tag("rect", width=width, height=height, fill="#ffffff"),
        svg.words(title, 12, 24, size=16),
        svg.words("hatched: no document was read for this area and period", 12, 42, fill=_GREY),
        *(_heading(found.codes.labels[code], column) for column, code in enumerate(codes)),
    ]
    for row, area in enumerate(found.areas):
        y = _TOP + row * _HIGH
        parts.append(svg.words(_short(area.name), _LEFT - 8, y + 13, anchor="end"))
        parts += _squares([cells[area.code, code] for code in codes], y)
    parts += _legend(_TOP + _HIGH * len(found.areas) + 20)
    size: dict[str, str | float] = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}
    face = "system-ui, sans-serif"
    return svg.around("svg", "\n".join(parts), xmlns="http://www.w3.org/2000/svg", role="img", font_family=face, **size)


def write_picture(found: PolicyMap, out: Path, period: str = "") -> None:
    """Write the picture of a map to a file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        with whole_file(out) as partial:
            partial.write_text(map_svg(found, period), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", where=str(out)) from error


def shade(count: int) -> str:
    """Return the colour of a number: one step for 1, 2 to 3, 4 to 7, 8 to 15, and 16 or more."""
    return _SCALE[min(count.bit_length(), len(_SCALE) - 1)]


def _hatching() -> str:
    line = svg.line(0, 0, 0, 6, "#b0b0b0", stroke_width=2)
    about = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return svg.around("pattern", line, id="missing", width=6, height=6, **about)


def _heading(label: str, column: int) -> str:
    x = _LEFT + column * _WIDE + _WIDE / 2 + 4
    return svg.words(_short(label), x, _TOP - 8, transform=f"rotate(-60 {x:.1f} {_TOP - 8})")


def _squares(cells: Sequence[MapCell], y: float) -> Iterator[str]:
    for column, cell in enumerate(cells):
        x = _LEFT + column * _WIDE
        fill = "url(#missing)" if cell.count is None else shade(cell.count)
        said = "not known: no document was read" if cell.count is None else f"{cell.count} initiatives"
        confirmed = "" if cell.confirmed_share is None else f", {cell.confirmed_share:.0%} confirmed"
        words = svg.tag("title", f"{cell.area_name}, {cell.code_label}: {said}{confirmed}")
        yield svg.around("rect", words, x=x, y=y, width=_WIDE, height=_HIGH, fill=fill, stroke=_LINE)
        if cell.count:
            ink = "#ffffff" if cell.count.bit_length() > math.ceil(len(_SCALE) / 2) else svg.INK
            yield svg.words(str(cell.count), x + _WIDE / 2, y + 13, anchor="middle", size=11, fill=ink)


def _legend(y: float) -> Iterator[str]:
    for step, colour in enumerate((*_SCALE, "url(#missing)")):
        x = _LEFT + step * 56
        most = 2**step - 1
        said = "not read" if step == len(_SCALE) else _range(2 ** (step - 1) if step else 0, most, step)
        yield svg.tag("rect", x=x, y=y, width=14, height=14, fill=colour, stroke=_GREY)
        yield svg.words(said, x + 18, y + 12, size=11)


def _range(least: int, most: int, step: int) -> str:
    if step == len(_SCALE) - 1:
        return f"{least}+"
    return str(least) if least == most else f"{least}-{most}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
