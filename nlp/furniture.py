"""Page furniture: running heads, feet and page numbers.

A line is furniture only if it repeats at the same height of several pages: word for word, or but for one number that
counts with the pages. A line that does not repeat is never taken away, whatever its place.
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

_NUMBER = re.compile(r"(?<!\d)[0-9]{1,5}(?!\d)")
_MOST_NUMBERS = 4  # of one line
_Key = tuple[str, int]


def furniture(pages: Sequence[PageLines]) -> dict[tuple[int, int], str]:
    """Return the lines that are furniture: (page number, index of the line) to the evidence."""
    marginal = [(page.number, item) for page in pages for item in _in_margin(page)]
    seen: dict[_Key, set[int]] = defaultdict(set)
    for number, item in marginal:
        for key in item.keys:
            for near in _near(key):
                seen[near].add(number)
    return {
        (number, item.place): "artifact+repetition" if item.is_artifact else "repetition"
        for number, item in marginal
        if max(len(seen[key]) for key in item.keys) >= _least(item, len(pages))
    }


class _Marginal(NamedTuple):
    """A line in the margin. It is an artifact if the tags leave it out, which says something only on a tagged page."""

    place: int
    keys: tuple[_Key, ...]
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
            step = round(box.y0 / HEIGHT_STEP)
            keys = tuple((text, step) for text in _readings(" ".join(line.text.split()).casefold(), page.number))
            yield _Marginal(index, keys, is_artifact, bool(line.place.role))


def _readings(text: str, page: int) -> Iterator[str]:
    """Yield a line as it is, and once for each of its numbers with that number told from the page's.

    "Page 5 of 40" on page 7 reads "page #-2 of 40", as does "Page 6 of 40" on page 8. "Priority 5" and "Priority 9" in
    the same place of two pages stay different: masking all digits would make them one running head.
    """
    yield text
    for number in list(_NUMBER.finditer(text))[:_MOST_NUMBERS]:
        yield f"{text[: number.start()]}#{int(number.group()) - page}{text[number.end() :]}"


def _near(key: _Key) -> tuple[_Key, ...]:
    text, step = key
    return (text, step - 1), key, (text, step + 1)
