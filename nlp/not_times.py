"""Figures that look like times and are none: names of laws, page and telephone numbers, money, addresses."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache

_YEAR = r"(?:19|20)\d\d"
_UNIT = (
    r"homes?|beds?|people|persons?|residents?|patients?|staff|visits?|calls?|referrals?|hours|places|placements|"
    r"assessments|providers?|practices|carers|adults|households|bedded|spaces|respondents|responses|employees|nurses|"
    r"volunteers|sites|points|words|miles|pages|members|cases|admissions|attendances|days|weeks|units|households|"
    r"properties|dwellings|square"
)

_WHICH = r"care|nursing|residential|new|older|extra|additional|more"
_PLACES = (
    r"pages?|pp?\.|sections?|paragraphs?|paras?\.?|figures?|tables?|appendix|annex|item|clause|article|chapter|"
    r"regulation|room|floor|minutes?|ref(?:erence)?|no\.?|number|version|ext(?:ension)?|box|decision|resolution|agenda|isbn|iso|code|id|grid"
)


def not_times(text: str) -> tuple[tuple[int, int], ...]:
    """Return where a text's figures are known to be no times, as sorted spans that do not overlap."""
    return merged(match.span() for pattern in _patterns() for match in pattern.finditer(text))


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans in order, those that overlap as one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def lies_in(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether characters touch one of sorted spans that do not overlap."""
    before = bisect_right(spans, (end - 1, 1 << 62)) - 1
    return before >= 0 and spans[before][1] > start


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    law = r"Acts?|Regulations|Order|Bill|Rules|Directive|Measure|Census|(?:White|Green)\sPaper|Instrument"
    return tuple(
        re.compile(pattern)
        for pattern in (
            # a law, a census: the year is part of the name, on either side of it
            rf"\b(?:{law}),?\s\(?{_YEAR}\b\)?",
            rf"\b{_YEAR}\s(?:{law})\b",
            # places in a document
            r"(?i:\b(?:" + _PLACES + r")[\s:.#]{1,3}(?:no\.?\s)?)[\d./-]{1,12}",
            # telephone numbers: a nought or a plus, and at least nine figures
            r"(?<![\d.])(?:\+\s?\d|\(?0\d)(?:[\s()-]{0,2}\d){7,13}(?!\d)",
            # money
            r"[£$€]\s?\d[\d,.]{0,20}(?:\s?[-–]\s?[£$€]?\d[\d,.]{0,20})?",
            # addresses of the web and of post, file names
            r"(?:https?://|www\.)\S{1,300}",
            r"\b[\w.+-]{1,64}@[\w.-]{1,100}",
            r"\b[\w-]{1,80}\.(?:pdf|docx?|xlsx?|html?)\b",
            # counts: 2000 homes, 12/13 beds, 2,023
            rf"(?i:(?<![\w/.-])(?:{_YEAR}|\d\d/\d\d)\s(?:(?:{_WHICH})\s)?(?:{_UNIT})\b)",
            # a code such as ASC/2023/24 of a decision, or 2023-4567 of an invoice
            r"(?<![\w/])[A-Z]{2,10}/(?:[A-Z]{1,10}/)?\d{2,4}/\d{1,6}\b",
            rf"(?<!\d)\d{{4}}-(?!{_YEAR})\d{{3,12}}",
            r"\d{1,3},\d{3}",
            r"\d{1,4}(?:\.\d{1,4}){0,3}\s?%",
            # scores and ratios
            r"(?i:\b(?:scored?|rated|rating|ratio|score:)\s(?:of\s)?\d\d/\d\d\b(?!\s(?:financial|budget)))",
            # round the clock
            r"\b24/7\b|\b24/365\b|\b9/11\b",
        )
    )
