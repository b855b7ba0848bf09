"""Page furniture: running heads, feet and page numbers.

A line is furniture only if it repeats: its text, with digits masked, at the same height of several pages. A line that
does not repeat is never taken away, whatever its place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.line import PageLines

MARGIN = 0.10  # of the page's height, top and bottom
OUTSIDE_MARGIN = 0.20  # for text that the tags leave out: its author already called it furniture
LEAST_PAGES = 3
LEAST_PAGES_OUTSIDE = 2
LEAST_SHARE_INSIDE = 0.4  # of the pages, for text that the tags call body text
HEIGHT_STEP = 4.0  # points; lines this near in height count as at the same height

_DIGITS = re.compile(r"\d+")
_Key = tuple[str, int]


def furniture(pages: Sequence[PageLines]) -> dict[tuple[int, int], str]:
    """Return the lines that are furniture: (page number, index of the line) to the evidence."""
    seen: dict[_Key, set[int]] = defaultdict(set)
    for page in pages:
        for item in _in_margin(page):
            for near in _near(item.key):
                seen[near].add(page.number)
    found = {}
    for page in pages:
        for item in _in_margin(page):
            if len(seen[item.key]) >= _least(item, len(pages)):
                found[page.number, item.place] = "artifact+repetition" if item.is_artifact else "repetition"
    return found


class _Marginal(NamedTuple):
    """A line in the margin. It is an artifact if the tags leave it out, which says something only on a tagged page."""

    place: int
    key: _Key
    is_artifact: bool
    has_role: bool


def _least(item: _Marginal, page_count: int) -> float:
    if item.is_artifact:
        return LEAST_PAGES_OUTSIDE
    return max(LEAST_PAGES, LEAST_SHARE_INSIDE * page_count) if item.has_role else LEAST_PAGES


def _in_margin(page: PageLines) -> Iterator[_Marginal]:
    is_tagged = any(line.place.inside for line in page.lines)
    for index, line in enumerate(page.lines):
        is_artifact = is_tagged and not line.place.inside
        margin = page.height * (OUTSIDE_MARGIN if is_artifact else MARGIN)
        box = line.box
        if box.y1 <= margin or box.y0 >= page.height - margin:
            masked = _DIGITS.sub("#", " ".join(line.text.split()).casefold())
            yield _Marginal(index, (masked, round(box.y0 / HEIGHT_STEP)), is_artifact, bool(line.place.role))


def _near(key: _Key) -> tuple[_Key, ...]:
    text, step = key
    return (text, step - 1), key, (text, step + 1)
