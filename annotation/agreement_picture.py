"""The picture of agreement: alpha, AC1 and kappa of each code with their intervals, an SVG of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from annotation.agreement_bootstrap import Estimate
from annotation.agreement_report import AgreementReport
from annotation.agreement_section import AgreementRow, AgreementSection, RowKind
from annotation.agreement_tables import estimate_text, value_text
from careatlas import svg
from careatlas.errors import InputError, UsageError

# Units of the picture. The three measures differ in shape and lightness as well as in hue.
_LEFT, _WIDE, _RIGHT, _TOP, _ROW, _STEP, _FOOT = 250, 420, 190, 84, 40, 10, 44
_WIDTH = _LEFT + _WIDE + _RIGHT
_GREY, _PALE = "#595959", "#e3e3e3"
_LONGEST_NAME = 34  # characters that fit beside the scale
_LOWEST = -1.0


class _Mark(NamedTuple):
    measure: str
    label: str
    colour: str
    shape: str  # a path around 0, 0


_MARKS = (
    _Mark("alpha", "alpha", "#0b5394", "M-4.5,0 a4.5,4.5 0 1,0 9,0 a4.5,4.5 0 1,0 -9,0 Z"),
    _Mark("ac1", "AC1", "#b45f06", "M-4,-4 H4 V4 H-4 Z"),
    _Mark("kappa", "kappa", "#38761d", "M0,-5 L5,4 L-5,4 Z"),
)


class _Scale(NamedTuple):
    low: float

    def x(self, value: float) -> float:
        return _LEFT + _WIDE * (min(max(value, self.low), 1.0) - self.low) / (1 - self.low)


def agreement_svg(section: AgreementSection, title: str = "Agreement of coders") -> str:
    """Draw the agreement on each code and on "none".

    Marks are alpha (circle), AC1 (square) and kappa (triangle), lines their 95 % intervals. Marks of codes that fewer
    than ten passages have are hollow. What is undefined is said, not drawn.

    Parameters
    ----------
    section : AgreementSection
        Its codes and "none" are drawn, attributes are not.
    title : str
        Any text.

    Returns
    -------
    str
        An SVG document.
    """
    rows = [row for row in section.rows if row.kind in {RowKind.CODE, RowKind.NONE}]
    scale = _Scale(_lowest(rows))
    height = _TOP + _ROW * len(rows) + _FOOT
    size = {"width": _WIDTH, "height": height}
    parts = [
        svg.tag("title", title, id="title"),
        svg.tag("desc", _in_words(section, rows), id="description"),
        svg.tag("rect", fill="#ffffff", **size),
        svg.words(title, 16, 26, size=15, font_weight="bold"),
        *_legend(section),
        *_axis(scale, height - _FOOT),
        *(part for at, row in enumerate(rows) for part in _row(row, _TOP + _ROW * (at + 0.5), scale)),
        svg.words(
            "agreement beyond chance: 1 is perfect, 0 is chance", _LEFT + _WIDE / 2, height - 10, anchor="middle"
        ),
    ]
    frame = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {height}", "role": "img"}
    names = {"aria_labelledby": "title description", "font_family": "sans-serif"}
    return svg.around("svg", "\n".join(["", *parts, ""]), **frame, **size, **names) + "\n"


def save_agreement_picture(report: AgreementReport, path: Path) -> None:
    """Write the picture of a report.

    Raises
    ------
    UsageError
        If no passage was coded by two coders.
    InputError
        If the file cannot be written.
    """
    if report.between is None:
        raise UsageError("there is no picture: no passage was coded by two coders")
    try:
        path.write_text(agreement_svg(report.between), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the picture cannot be written: {error.strerror or error}", where=str(path)) from error


def _lowest(rows: Sequence[AgreementRow]) -> float:
    """Return where the scale begins: at 0, or at the step of 0.2 below the lowest end of an interval."""
    found = [row.measures[mark.measure] for row in rows for mark in _MARKS]
    least = min((one.value if one.low is None else one.low for one in found if one.value is not None), default=0.0)
    return max(_LOWEST, min(0, math.floor((least + 0.02) * 5)) / 5)  # a mark that wide stands on the frame


def _legend(section: AgreementSection) -> Iterator[str]:
    x = float(_LEFT)
    for mark in _MARKS:
        label = "mean kappa of pairs" if mark.measure == "kappa" and len(section.coders) > 2 else mark.label
        yield svg.tag("path", d=mark.shape, fill=mark.colour, transform=f"translate({x:g} 50)")
        yield svg.words(label, x + 10, 54)
        x += 34 + 7 * len(label)
    yield svg.words("hollow: fewer than 10 passages have it", x, 54, fill=_GREY)
    yield svg.words("passages that have it", _LEFT + _WIDE + 16, 74, fill=_GREY)


def _axis(scale: _Scale, bottom: float) -> Iterator[str]:
    for step in range(round(scale.low * 5), 6):
        x = scale.x(step / 5)
        yield svg.line(x, _TOP, x, bottom, _GREY if step == 0 else _PALE)
        yield svg.words(f"{step / 5:z.1f}", x, bottom + 16, anchor="middle")


def _row(row: AgreementRow, y: float, scale: _Scale) -> Iterator[str]:
    name = row.name if len(row.name) <= _LONGEST_NAME else row.name[: _LONGEST_NAME - 1] + "…"
    yield svg.around("text", svg.escaped(name) + svg.tag("title", row.name), x=_LEFT - 14, y=y + 4, text_anchor="end",
                  font_size=12, fill=svg.INK)  # fmt: skip
    yield svg.line(16, y + _ROW / 2, _WIDTH - 16, y + _ROW / 2, _PALE)
    yield svg.words(
        f"{row.given_by_any:,} of {row.passages:,} ({row.given_by_all:,} by all)", _LEFT + _WIDE + 16, y + 4
    )
    undefined = [mark.label for mark in _MARKS if row.measures[mark.measure].value is None]
    if undefined:
        yield svg.words(f"undefined: {', '.join(undefined)}", scale.x(0) + 8, y + 4, fill=_GREY)
    for at, mark in enumerate(_MARKS):
        yield from _marks(row.measures[mark.measure], mark, y + _STEP * (at - 1), scale, hollow=row.few)


def _marks(one: Estimate, mark: _Mark, y: float, scale: _Scale, *, hollow: bool) -> Iterator[str]:
    if one.value is None:
        return
    if one.low is not None and one.high is not None:
        yield svg.line(scale.x(one.low), y, scale.x(one.high), y, mark.colour, stroke_width=2)
    said = svg.tag("title", f"{mark.label} {estimate_text(one)}")
    look: dict[str, str | float] = {
        "fill": "#ffffff" if hollow else mark.colour,
        "stroke": mark.colour,
        "stroke_width": 1.5,
    }
    yield svg.around("path", said, d=mark.shape, transform=f"translate({scale.x(one.value):.1f} {y:.1f})", **look)


def _in_words(section: AgreementSection, rows: Sequence[AgreementRow]) -> str:
    about = f"{section.passages:,} passages from {section.documents:,} documents. "
    return about + "; ".join(
        f"{row.name}: {row.given_by_any:,} passages, "
        + ", ".join(f"{mark.label} {_or_undefined(row.measures[mark.measure])}" for mark in _MARKS)
        for row in rows
    )


def _or_undefined(one: Estimate) -> str:
    return "undefined" if one.value is None else value_text(one)
