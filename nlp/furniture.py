"""Page furniture: running heads, feet and page numbers.

A line is furniture only if it repeats: its text, with digits masked, at the same height of several pages. A line that
does not repeat is never taken away, whatever its place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from nlp.line import Line, PageLines

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
        for _, line, key in _in_margin(page):
            for near in _near(key):
                seen[near].add(page.number)
            del line
    found = {}
    for page in pages:
        for index, line, key in _in_margin(page):
            if len(seen[key]) >= _least(line, len(pages)):
                found[page.number, index] = "artifact+repetition" if not line.place.inside else "repetition"
    return found


def _least(line: Line, page_count: int) -> float:
    if not line.place.inside:
        return LEAST_PAGES_OUTSIDE
    return max(LEAST_PAGES, LEAST_SHARE_INSIDE * page_count) if line.place.role else LEAST_PAGES


def _in_margin(page: PageLines) -> Iterator[tuple[int, Line, _Key]]:
    for index, line in enumerate(page.lines):
        margin = page.height * (MARGIN if line.place.inside else OUTSIDE_MARGIN)
        box = line.box
        if box.y1 <= margin or box.y0 >= page.height - margin:
            masked = _DIGITS.sub("#", " ".join(line.text.split()).casefold())
            yield index, line, (masked, round(box.y0 / HEIGHT_STEP))


def _near(key: _Key) -> tuple[_Key, ...]:
    text, step = key
    return (text, step - 1), key, (text, step + 1)
