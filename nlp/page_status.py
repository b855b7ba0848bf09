"""What kind of page it is: text, or one whose words can only be had by OCR."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from careatlas.document import PageStatus

FEW_GLYPHS = 200  # below this, what covers the page decides; a full page of a plan has 1,500 to 4,000
COVERED = 0.35  # share of the page
OUTLINE_PATHS = 150  # letters drawn as shapes come in hundreds; a frame, a logo or a chart in tens
OUTLINES_PER_GLYPH = 3  # shapes must outnumber the characters: a drawing beside text does not make the text unreadable
SOMETHING = 0.02  # share of the page; with not one character, an image this large is all there is to read
UNMAPPABLE_SHARE = 0.3
REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """What a page shows besides text: share covered by images, and how many vector paths it draws over what share."""

    image_share: float
    path_count: int
    path_share: float


def status_of(text: str, glyph_count: int, ink: Ink | None) -> PageStatus:
    """Return the status of a page.

    Parameters
    ----------
    text : str
        All its characters, U+FFFD where the font does not say which.
    glyph_count : int
        How many of them are not white space.
    ink : Ink or None
        What else it shows; needed only where there are few characters (:data:`FEW_GLYPHS`).
    """
    if glyph_count and text.count(REPLACEMENT) > UNMAPPABLE_SHARE * glyph_count:
        return PageStatus.UNMAPPABLE
    if glyph_count >= FEW_GLYPHS or ink is None:
        return PageStatus.TEXT
    if ink.image_share >= COVERED:
        return PageStatus.SCANNED
    outlined = ink.path_count >= max(OUTLINE_PATHS, OUTLINES_PER_GLYPH * glyph_count)
    if outlined and (ink.path_share >= COVERED or not glyph_count):
        return PageStatus.VECTOR_OUTLINE
    if glyph_count:
        return PageStatus.TEXT
    return PageStatus.SCANNED if ink.image_share >= SOMETHING else PageStatus.EMPTY


def ink_of(marks: Iterable[tuple[str, tuple[float, float, float, float]]], width: float, height: float) -> Ink:
    """Measure what a page shows from the log of its drawing commands.

    Parameters
    ----------
    marks : iterable of (name, (x0, y0, x1, y1))
        What ``page.get_bboxlog()`` gives.
    width, height : float
        Of the page, in points.

    Notes
    -----
    Shares come from a grid of 50 by 50 cells, so that a thousand small strokes count as the area that they cover
    together and two images on top of each other count once. A path that fills nearly the whole page is its background.
    """
    images, paths = [0] * _GRID, [0] * _GRID  # one number per row of cells, one bit per cell
    path_count = 0
    for name, (x0, y0, x1, y1) in marks:
        is_image = "image" in name
        if not is_image and "path" not in name and "shade" not in name:
            continue
        left, top = _cell(x0, width), _cell(y0, height)
        columns, rows = max(0, _cell(x1, width) + 1 - left), max(0, _cell(y1, height) + 1 - top)
        if not is_image and columns * rows >= _BACKGROUND:
            continue
        path_count += not is_image
        marked = images if is_image else paths
        bits = ((1 << columns) - 1) << left
        for row in range(top, top + rows):
            marked[row] |= bits
    return Ink(image_share=_share(images), path_count=path_count, path_share=_share(paths))


_GRID = 50
_BACKGROUND = 0.9 * _GRID * _GRID


def _share(marked: Iterable[int]) -> float:
    return sum(map(int.bit_count, marked)) / (_GRID * _GRID)


def _cell(value: float, size: float) -> int:
    share = value / size if size > 0 else 0.0
    return int(min(max(share, 0.0), 0.999) * _GRID) if share == share else 0  # NaN is equal to nothing
