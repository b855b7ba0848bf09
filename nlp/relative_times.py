"""Times that are told from the day on which a document speaks: "last year", "over the next two years"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from careatlas.period import Period, Precision, calendar_year, financial_year, months, published_period
from nlp.number_words import number_of
from nlp.time_words import Expression

_COUNT = r"(?P<count>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eighteen|twenty-four)"
_UNIT = r"(?P<unit>month|year)s?"
_LONGEST_YEARS = 30
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_BACK = frozenset({"last", "past", "previous", "preceding"})
_SHIFT = {
    "this": 0,
    "current": 0,
    "next": 1,
    "coming": 1,
    "following": 1,
    "last": -1,
    "past": -1,
    "previous": -1,
    "preceding": -1,
}

Reader = Callable[[re.Match[str], date], Period | None]


def relative_times(text: str, said_on: str) -> Iterator[Expression]:
    """Yield the times that are told from the document's own date; none where that date is not known.

    Parameters
    ----------
    said_on : str
        ISO 8601 date, month or year. From a year alone, spans of months cannot be told and confidence is lower.
    """
    spoken = published_period(said_on)
    if spoken is None or spoken.start is None:
        return
    trust = 0.6 if spoken.precision is Precision.YEAR else 1.0
    for kind, pattern, confidence, read in _readers():
        for found in pattern.finditer(text):
            period = read(found, spoken.start)
            if period is not None:
                yield Expression(*found.span(), period, kind, confidence * trust)


@cache
def _readers() -> tuple[tuple[str, re.Pattern[str], float, Reader], ...]:
    side = r"(?P<side>last|past|previous|preceding|next|coming|following)"
    named = r"(?P<side>last|this|next|previous|current|coming)"
    table: tuple[tuple[str, str, float, Reader], ...] = (
        ("relative", rf"\b{side}\s{_COUNT}(?:\sto\s\w{{2,6}})?\s{_UNIT}\b", 0.75, _counted),
        ("within", rf"\bwithin\s(?:the\snext\s|a\sfurther\s)?{_COUNT}\s{_UNIT}\b(?!\sof\b)", 0.6, _within),
        ("ago", rf"\b{_COUNT}\s{_UNIT}\sago\b", 0.65, _ago),
        ("relative", rf"\b{named}\s(?P<unit>financial|fiscal|calendar|academic)?\s?year\b(?!\s\d)", 0.7, _year),
        ("relative", rf"\b{named}\s(?P<season>spring|summer|autumn|winter)\b(?!\s\d)", 0.7, _season),
        ("relative", rf"\b{named}\s(?P<unit>month|quarter)\b", 0.65, _short),
        ("year-end", r"\b(?:the\s)?end\sof\s(?:the|this)\s(?P<unit>financial\s|calendar\s)?year\b", 0.65, _year_end),
    )
    return tuple((kind, re.compile(pattern, re.IGNORECASE), sure, read) for kind, pattern, sure, read in table)


def _counted(found: re.Match[str], day: date) -> Period | None:
    count = _months(found)
    if count is None:
        return None
    precision = Precision.YEAR if found["unit"].lower() == "year" else Precision.MONTH
    if found["side"].lower() in _BACK:
        return months(*_moved(day, -count), count, precision)
    return months(day.year, day.month, count, precision)


def _within(found: re.Match[str], day: date) -> Period | None:
    count = _months(found)
    return None if count is None else months(*_moved(day, count))


def _ago(found: re.Match[str], day: date) -> Period | None:
    count = _months(found)
    if count is None:
        return None
    year, month = _moved(day, -count)
    return calendar_year(year) if found["unit"].lower() == "year" else months(year, month)


def _year(found: re.Match[str], day: date) -> Period:
    shift, unit = _SHIFT[found["side"].lower()], (found["unit"] or "").lower()
    if unit in {"financial", "fiscal"}:
        return financial_year(day.year - (day.month < 4) + shift)
    if unit == "academic":
        return months(day.year - (day.month < 9) + shift, 9, 12, Precision.YEAR)
    return calendar_year(day.year + shift)


def _season(found: re.Match[str], day: date) -> Period:
    first, side = _SEASONS[found["season"].lower()], found["side"].lower()
    year = day.year
    if side in {"last", "previous"}:  # the last one that was over by then; February's "last winter" is not this one
        return max((made for made in (months(year - back, first, 3, Precision.SEASON) for back in range(3))
            if made.end is not None and made.end <= day), key=lambda made: made.start or day)  # fmt: skip
    if side in {"next", "coming"} and months(year, first, 3).start <= day:  # type: ignore[operator]
        year += 1
    if side in {"this", "current"} and first == 12 and day.month < 3:  # January: this winter began last year
        year -= 1
    return months(year, first, 3, Precision.SEASON)


def _short(found: re.Match[str], day: date) -> Period:
    shift = _SHIFT[found["side"].lower()]
    if found["unit"].lower() == "month":
        return months(*_moved(day, shift))
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return months(*_moved(first, 3 * shift), 3, Precision.QUARTER)


def _year_end(found: re.Match[str], day: date) -> Period:
    if (found["unit"] or "").strip().lower() == "calendar":
        return months(day.year, 12)
    return months(day.year + (day.month > 3), 3)


def _months(found: re.Match[str]) -> int | None:
    number = number_of(found["count"])
    if number is None or number < 1:
        return None
    count = int(number) * (12 if found["unit"].lower() == "year" else 1)
    return count if count <= 12 * _LONGEST_YEARS else None


def _moved(day: date, count: int) -> tuple[int, int]:
    """Return year and month, ``count`` months from a day's."""
    month = day.year * 12 + day.month - 1 + count
    return month // 12, month % 12 + 1
