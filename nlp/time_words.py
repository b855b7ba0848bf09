"""Single expressions of time, from a day to a span of years, read off the characters of a text.

Each pattern is bounded in every repetition, so that reading is linear in the length of the text. Days stand before
months (31/12/2023), years are those of the calendar, "2023/24" and its relatives are financial years.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from careatlas.errors import InputError
from careatlas.period import Period, Precision, calendar_year, financial_year, months

FIRST_YEAR, LAST_YEAR = 1990, 2069  # plans of integrated care speak of no others; two figures are 20xx
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december")  # fmt: skip
_LEAP_YEAR = 2024  # has every day that a year can have
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # meteorological: from the 1st of a month
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "last": 4, "latter": 2,
    "one": 1, "two": 2, "three": 3, "four": 4}  # fmt: skip

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)"
)
_YEAR = r"(?:199\d|20[0-6]\d)"
_BEFORE = r"(?<![\w£$€'’#])(?<!\d[.,/:])"
_AFTER = r"(?![\w%])(?![.,/:]\d)"
_DASH = r"\s?[-–—]\s?"
_FINANCIAL = (
    rf"(?:(?:FY|(?:financial|fiscal|academic|school)\syears?)\s?)?(?:{_YEAR}|\d\d)(?:\s?/\s?|{_DASH})(?:{_YEAR}|\d\d)"
)
_SPAN = rf"(?:{_FINANCIAL}|FY\s?(?:{_YEAR}|\d\d)|{_YEAR})"
_PART = r"(?:early|mid|late|(?:the\s)?(?:start|beginning|middle|end)\sof(?:\sthe)?)[\s-]"


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression of time.

    Attributes
    ----------
    period : Period or None
        ``None`` where the year is not said.
    at : callable or None
        Where the year is not said: the period in a given year.
    confidence : float
        That these words are a time and this one, before their neighbours are looked at.
    """

    char_start: int
    char_end: int
    period: Period | None
    kind: str
    confidence: float
    at: Callable[[int], Period] | None = None


def expressions(text: str) -> tuple[Expression, ...]:
    """Return the expressions of time in a text, in its order; where two overlap, the longer one."""
    return longest_first(_candidates(text))


def longest_first(candidates: Iterable[Expression]) -> tuple[Expression, ...]:
    """Return what is left of overlapping expressions when the longer one always wins, in the order of the text."""
    kept: list[Expression] = []
    end = 0
    # Left to right; a longer one from the same place on comes first, and one that reaches further replaces.
    for one in sorted(candidates, key=lambda one: (one.char_start, -one.char_end)):
        if one.char_start >= end:
            kept.append(one)
            end = one.char_end
        elif one.char_end - one.char_start > kept[-1].char_end - kept[-1].char_start:
            kept[-1] = one
            end = one.char_end
    return tuple(kept)


def _candidates(text: str) -> Iterator[Expression]:
    for kind, pattern, confidence, made in _readers():
        for found in pattern.finditer(text):
            try:
                yield from made(found, kind, confidence)
            except (ValueError, InputError):  # the 31st of June: no day, and not June either
                yield Expression(*found.span(), None, "impossible", 0.0)


Reader = Callable[[re.Match[str], str, float], Iterator[Expression]]


@cache
def _readers() -> tuple[tuple[str, re.Pattern[str], float, Reader], ...]:
    th = r"(?:\s?(?:st|nd|rd|th))?"  # a raised "st" is often read with a space before it
    day = rf"(?P<day>\d{{1,2}}){th}"
    month, year = rf"(?P<month>{MONTH})\b(?:\.(?=\s?\d))?", rf"(?P<year>{_YEAR})"
    two = r"(?P<year>\d\d)"
    misread = r"(?!,?\s(?=\w{0,3}\d)[12IlZ][\dOoIlSBZ]{3}\b)"  # "April 2O23": the year is there, and not ours to guess
    part, span = rf"(?P<part>{_PART})?", rf"(?P<span>{_SPAN})"
    which = r"(?P<which>first|second|third|fourth|final|last|latter)"
    season = rf"{part}(?P<season>spring|summer|autumn|fall|winter)"
    of = r"(?:\s?(?:of|in|,|-|–|:|\()?\s?(?:the\s)?"
    first = rf"(?P<first>[0-3]?\d){th}(?:\s?[-–/]\s?|\s(?:to|and)\s)"
    quarter = r"(?:Q|quarter\s)(?P<which>[1-4]|one|two|three|four)"
    since = r"Q(?P<since>[1-3])(?:\s?[-–/&]\s?|\s(?:and|to)\s)Q?(?P<which>[2-4])"
    table: tuple[tuple[str, str, float, Reader], ...] = (
        ("days", rf"{first}{day}\s{month}(?:,?\s{year})?", 0.9, _days),
        ("day", rf"{day}(?:\sday)?(?:\sof)?\s{month}(?:,?\s{year}|{misread})", 0.95, _day),
        ("day", rf"{month}\s{day}(?:,\s?|\s){year}", 0.9, _day),
        ("day", rf"{day}[\s-]{month}(?:-|\s?['’]|\s){two}", 0.8, _day),
        ("day", rf"{day}-{month}-{year}", 0.95, _day),
        ("day", rf"(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<number>\d{{1,2}})(?P=mark)(?P<year>{_YEAR}|\d\d)", 0.9, _day),
        ("day", r"(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)", 0.95, _day),
        ("month", rf"{part}{month},?[\s-](?:of\s)?{year}", 0.95, _month),
        ("month", rf"{part}{month}(?P<mark>-|\s?['’]|\s){two}", 0.6, _month),
        ("month-figures", r"(?P<number>0?[1-9]|1[0-2])/(?P<year>20\d\d)", 0.7, _month_of_figures),
        ("month", rf"{part}{month}{misread}", 0.6, _month),
        ("quarter", rf"{quarter}{of}{span})?", 0.9, _part),
        ("quarter", rf"{since}{of}{span})", 0.9, _part),
        ("quarter", rf"{span},?\s?(?:-\s?|–\s?)?\(?Q(?P<which>[1-4])\)?", 0.9, _part),
        ("quarter", rf"{which}\squarter\sof\s(?:the\s)?{span}", 0.95, _part),
        ("half", rf"H(?P<which>[12]){of}{span})", 0.9, _part),
        ("half", rf"{which}\shalf\sof\s(?:the\s)?{span}", 0.95, _part),
        ("season", rf"{season}(?:\sof)?,?\s{year}(?:[/–-]\d\d(?:\d\d)?)?", 0.95, _season),
        ("season", rf"{season}\s{two}[/–-]\d\d", 0.9, _season),
        ("season", season, 0.56, _season),
        ("span", rf"{part}{span}", 0.9, _whole),
    )
    return tuple(
        (kind, re.compile(_BEFORE + pattern + _AFTER, re.IGNORECASE), confidence, made)
        for kind, pattern, confidence, made in table
    )


def _day(found: re.Match[str], kind: str, confidence: float) -> Iterator[Expression]:
    groups = found.groupdict()
    if len(groups["year"] or "") == 2 and _behind_month(found, r"\s-"):  # "Mar-23 Mar-24": not the 23rd
        return
    month = int(groups["number"]) if groups.get("number") else month_number(groups["month"])
    number = int(groups["day"])

    at = partial(_days_of, month=month, first=number, last=number)
    if groups["year"]:
        yield Expression(*found.span(), at(_full(groups["year"])), kind, confidence)
    elif groups["month"][0].isupper():
        at(_LEAP_YEAR)  # raises for the 31st of June
        yield Expression(*found.span(), None, kind, 0.6, at)


def _days(found: re.Match[str], _: str, confidence: float) -> Iterator[Expression]:
    first, last = int(found["first"]), int(found["day"])
    if not 0 < first < last or not found["month"][0].isupper() or _behind_month(found, r"\s"):
        return  # "1 April 23 - 31 March 24": not from the 23rd
    at = partial(_days_of, month=month_number(found["month"]), first=first, last=last)
    if found["year"]:
        yield Expression(*found.span(), at(int(found["year"])), "day", confidence)
    else:
        at(_LEAP_YEAR)
        yield Expression(*found.span(), None, "day", 0.6, at)


def _behind_month(found: re.Match[str], mark: str) -> bool:
    """Tell whether the name of a month stands right before, so that the first figures are its year."""
    return bool(re.search(rf"\b{MONTH}[{mark}]$", found.string[max(0, found.start() - 12) : found.start()]))


def _days_of(year: int, month: int, first: int, last: int) -> Period:
    end = date(year, month, last) + timedelta(days=1)
    return Period(start=date(year, month, first), end=end, precision=Precision.DAY)


def _month(found: re.Match[str], kind: str, confidence: float) -> Iterator[Expression]:
    groups = found.groupdict()
    name, year, mark = found["month"], groups.get("year"), groups.get("mark")
    number = month_number(name)
    if mark is not None and mark.isspace():  # "March 24" may as well be a day, a count, or in "may 24" a verb
        behind, before = found.string[found.end() : found.end() + 20], found.string[: found.start()][-3:]
        if name[0].islower() or before.lower() == "on " or _is_count(behind):
            return
    if name.islower() and "," in found[0]:  # "you may, 2023 or not"
        return
    if year is not None:
        yield Expression(*found.span(), months(_full(year), number), kind, confidence)
    elif name[0].isupper():  # "may" and "march" are verbs; "Mar" is a month beside another time only
        kind = "bare-month" if name.lower() in _MONTHS else "short-month"
        yield Expression(*found.span(), None, kind, confidence, lambda year: months(year, number))


def _month_of_figures(found: re.Match[str], kind: str, confidence: float) -> Iterator[Expression]:
    yield Expression(*found.span(), months(int(found["year"]), int(found["number"])), kind, confidence)


def _is_count(behind: str) -> bool:
    """Tell whether words behind two figures make them a count: "24 hours", "12 practices", not "24." or "24 to"."""
    return bool(
        re.match(
            r"[\s-](?:hours?|hrs?|days?|weeks?|new|more|care|nursing|(?!this|across|does|plus)[a-z]{3,12}s)\b", behind
        )
    )


def _part(found: re.Match[str], kind: str, confidence: float) -> Iterator[Expression]:
    """Read a quarter or a half: of the financial year after "2023/24", of the calendar year after "2024"."""
    which = found["which"].lower()
    number = _ORDINALS[which] if which in _ORDINALS else int(which)
    first = int(found.groupdict().get("since") or number)
    if first > number:
        return
    count = 3 if kind == "quarter" else 6
    precision = Precision.QUARTER if kind == "quarter" else Precision.HALF
    if not found["span"]:
        yield Expression(
            *found.span(),
            None,
            "bare-quarter",
            0.5,
            lambda year: _months_in(date(year, 4, 1), number, count, precision),
        )
        return
    whole = span_of(found["span"])
    if whole is None or whole[0].precision is Precision.YEARS or whole[0].start is None:
        return
    is_calendar = whole[0].precision is Precision.YEAR
    # "Q2 2024" of a body whose years begin in April may be either.
    sure = 0.65 if is_calendar and kind == "quarter" else confidence
    begin, last = (_months_in(whole[0].start, one, count, precision) for one in (first, number))
    yield Expression(*found.span(), Period(start=begin.start, end=last.end, precision=precision), kind, sure)


def _season(found: re.Match[str], kind: str, confidence: float) -> Iterator[Expression]:
    first = _SEASONS[found["season"].lower()]

    def at(year: int) -> Period:
        return months(year, first, 3, Precision.SEASON)

    year = found.groupdict().get("year")
    if year is not None:
        yield Expression(*found.span(), at(_full(year)), kind, confidence)
    else:
        yield Expression(*found.span(), None, "bare-season", confidence, at)


def _whole(found: re.Match[str], _: str, confidence: float) -> Iterator[Expression]:
    read = span_of(found["span"])
    if read is None:
        return
    period, kind, sure = read
    if found["part"] and kind != "two-figures":
        period, kind = _part_of(period, found["part"].lower()), "part"
    yield Expression(*found.span(), period, kind, min(confidence, sure))


def span_of(words: str) -> tuple[Period, str, float] | None:
    """Return the year, financial year or span of years that figures name, with its kind and a confidence.

    "2023/24", "2023-24", "2023-2024" and "23/24" are the financial year; "2019/23" runs from April 2019 to March 2023;
    "2019-2023" is taken for whole calendar years.
    """
    named = bool(re.match(r"fy|fi|ac|sc", words, re.IGNORECASE))
    figures = re.findall(r"\d{4}|\d\d", words)
    first = _full(figures[0])
    if not FIRST_YEAR <= first <= LAST_YEAR:
        return None
    if len(figures) == 1:
        if named:  # FY24 is named by the year in which it ends
            return (financial_year(first - 1), "financial-year", 0.7)
        return (calendar_year(first), "year", 0.9)
    last = int(figures[1])
    if len(figures[1]) == 2:  # of the same century, but for 1999/00
        last += first // 100 * 100 + (100 if last < first % 100 else 0)
    short, full = len(figures[0]) == 2, len(figures[1]) == 4
    if last == first + 1:
        sure = 0.95 if named else 0.6 if short else 0.75 if full else 0.9
        if re.match(r"ac|sc", words, re.IGNORECASE):  # it begins in September
            return (months(first, 9, 12, Precision.YEAR), "academic-year", sure)
        return (financial_year(first), "two-figures" if short and not named else "financial-year", sure)
    if short or not first < last <= first + 30:
        return None
    if full:
        return (Period(start=date(first, 1, 1), end=date(last + 1, 1, 1), precision=Precision.YEARS), "years", 0.8)
    return (Period(start=date(first, 4, 1), end=date(last, 4, 1), precision=Precision.YEARS), "years", 0.7)


def month_number(name: str) -> int:
    """Return 1 to 12 for the name of a month, or its first three letters."""
    return [month[:3] for month in _MONTHS].index(name[:3].lower()) + 1


def _full(figures: str) -> int:
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def _months_in(first: date, number: int, count: int, precision: Precision) -> Period:
    month = first.month - 1 + (number - 1) * count
    return months(first.year + month // 12, month % 12 + 1, count, precision)


def _part_of(whole: Period, part: str) -> Period:
    """Return the first or last quarter of a year for its start and end, a third of it for early, mid and late."""
    if whole.start is None or whole.precision is Precision.YEARS:
        return whole
    if "start" in part or "beginning" in part:
        return _months_in(whole.start, 1, 3, Precision.QUARTER)
    if "end" in part:
        return _months_in(whole.start, 4, 3, Precision.QUARTER)
    third = 1 if part.startswith("early") else 3 if part.startswith("late") else 2
    return _months_in(whole.start, third, 4, Precision.HALF)
