"""Headings: which blocks are headings, of which level, on what evidence, and how far to trust it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.line import Bookmark, Line, PageLines, glyphs

MAX_HEADING = 250  # characters; a longer "heading" is body text in heading style
MAX_UNTAGGED = 140
MAX_SHARE = 0.6  # of a page's characters; above it the page's heading tags are taken for styling
MIN_PAGE_GLYPHS = 600
LARGER = 1.12  # times the body size
MAX_LEVEL = 6

_NUMBERED = re.compile(
    r"^(?:(?:section|part|chapter|appendix|annex)\s+[\dA-Z]{1,3}\b|\d{1,2}(?:\.\d{1,2}){0,4}\.?(?=\s+\S))",
    re.IGNORECASE,
)
_BULLETS = frozenset("•●○◦▪■□➢➤✓\uf0a7\uf0b7\uf0d8\uf0fc")
_LEADERS = re.compile(r"(?:\.{4,}|(?:\. ){4,}|…{2,})\s*\d*\s*$")
_BLANK_PAGE = re.compile(r"page (?:is |has been )?(?:intentionally )?left blank", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.;,:]\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A decision that a block is a heading."""

    level: int
    evidence: str
    confidence: float


@dataclass(frozen=True, slots=True)
class HeadingRules:
    """What a document as a whole says about its headings.

    Attributes
    ----------
    body_size : float
        The size in which most of its characters are set, in points.
    sizes : tuple of float
        The larger sizes that short lines are set in, the largest first: their place gives the level.
    bookmarks : dict
        (page, words) to the level of the outline.
    untrusted : frozenset of int
        Pages whose heading tags are not believed.
    """

    body_size: float
    sizes: tuple[float, ...]
    bookmarks: dict[tuple[int, str], int]
    untrusted: frozenset[int]

    def of(self, page: int, lines: Sequence[Line]) -> Heading | None:
        """Return the heading that a block is, or ``None``. Tags come first, then bookmarks, numbering, fonts."""
        text = " ".join(line.text.strip() for line in lines)
        role = lines[0].place.role
        if is_contents(text) or _BLANK_PAGE.search(text):
            return None
        if role[:1] == "H":
            if len(text) <= MAX_HEADING and page not in self.untrusted:
                return Heading(int(role[1]), f"tag:{role}", 0.95)
            return None
        if role not in {"", "P"} or lines[0].place.cell or len(text) > MAX_UNTAGGED:
            return None
        level = self.bookmarks.get((page, _words(text)))
        if level is not None:
            return Heading(min(level, MAX_LEVEL), "bookmark", 0.9)
        if role == "P":
            return None  # its author tagged it as a paragraph
        return self._by_look(text, lines)

    def _by_look(self, text: str, lines: Sequence[Line]) -> Heading | None:
        if (
            text[:1] in _BULLETS
            or glyphs(text) < 3
            or len(lines) > 3
            or _ENDS_SENTENCE.search(text)
            or not any(map(str.isalpha, text))
        ):
            return None
        size = _rounded(lines[0].size)
        large, bold = size >= self.body_size * LARGER, all(line.bold for line in lines)
        number = _NUMBERED.match(text)
        if number and (large or bold):
            depth = number.group().rstrip(".").count(".") + 1
            return Heading(min(depth, MAX_LEVEL), "numbering", 0.7)
        if large and size in self.sizes:
            return Heading(min(self.sizes.index(size) + 1, MAX_LEVEL), "font", 0.6)
        if bold and not large and text[:1].isupper() and glyphs(text) <= 80:
            return Heading(min(len(self.sizes) + 1, MAX_LEVEL), "bold", 0.4)
        return None


def is_contents(text: str) -> bool:
    """Tell whether a line is an entry of a table of contents: dots that lead to a page number."""
    # Few lines hold any dots in a row: looking for those first spares the pattern on all others.
    return ("..." in text or ". ." in text or "…" in text) and bool(_LEADERS.search(text))


def heading_rules(pages: Sequence[PageLines], bookmarks: Iterable[Bookmark]) -> HeadingRules:
    """Learn from a document what its headings look like."""
    by_size: Counter[float] = Counter()
    short: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            size = _rounded(line.size)
            by_size[size] += len(line.text)
            if not line.place.role and not line.place.cell and len(line.text) <= MAX_UNTAGGED:
                short[size] += 1
    body = max(by_size, key=lambda size: by_size[size]) if by_size else 0.0
    larger = sorted((size for size in short if size >= body * LARGER), reverse=True)
    return HeadingRules(
        body_size=body,
        sizes=tuple(larger),
        bookmarks={(mark.page, _words(mark.title)): mark.level for mark in bookmarks if _words(mark.title)},
        untrusted=frozenset(page.number for page in pages if _overtagged(page)),
    )


def _overtagged(page: PageLines) -> bool:
    inside = [line for line in page.lines if line.place.role[:1] == "H"]
    total = page.glyph_count if inside else 0
    return total >= MIN_PAGE_GLYPHS and sum(glyphs(line.text) for line in inside) > MAX_SHARE * total


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
