"""Periods: half-open spans of days, and how exactly the words that name them say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from careatlas.errors import InputError

_APRIL = 4  # financial years begin on 1 April


class Precision(StrEnum):
    """The unit in which a period was named."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    HALF = "half"
    YEAR = "year"
    FINANCIAL_YEAR = "financial-year"
    YEARS = "years"  # a span of several years ("2015 to 2020")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A span of days ``[start, end)``.

    Attributes
    ----------
    start, end : date or None
        The first day, and the first day after the last; ``None`` where that side is not known or still open.
    precision : Precision
        How exactly the ends are known.

    Raises
    ------
    InputError
        If it ends before it begins, or is empty.
    """

    start: date | None
    end: date | None
    precision: Precision

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise InputError(f"a period that starts on {self.start} cannot end before {self.end}")

    def overlaps(self, other: Period) -> bool:
        """Tell whether the periods share a day; a side that is open reaches as far as anybody asks."""
        starts_in_time = self.start is None or other.end is None or self.start < other.end
        return starts_in_time and (other.start is None or self.end is None or other.start < self.end)

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the period."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def as_text(self) -> str:
        """Return the period as it is stored: ``2023-04-01/2024-04-01``, an open side as ``..`` (ISO 8601-2)."""
        first, last = (side.isoformat() if side else ".." for side in (self.start, self.end))
        return f"{first}/{last}"


def period_of(text: str, precision: str) -> Period:
    """Return the period that :meth:`Period.as_text` wrote.

    Raises
    ------
    InputError
        If the text is not a period.
    """
    first, slash, last = text.partition("/")
    try:
        if not slash:
            raise ValueError(text)
        start, end = (None if side == ".." else date.fromisoformat(side) for side in (first, last))
        return Period(start=start, end=end, precision=Precision(precision))
    except ValueError as error:
        raise InputError(f"{text!r} ({precision}) is not a period", mend="for example 2023-04-01/2024-04-01") from error


def financial_year(first: int) -> Period:
    """Return the financial year that begins in April of a year: 2023 for 2023/24."""
    return Period(start=date(first, _APRIL, 1), end=date(first + 1, _APRIL, 1), precision=Precision.FINANCIAL_YEAR)


def calendar_year(year: int) -> Period:
    """Return a calendar year."""
    return Period(start=date(year, 1, 1), end=date(year + 1, 1, 1), precision=Precision.YEAR)


def months(year: int, month: int, count: int = 1, precision: Precision = Precision.MONTH) -> Period:
    """Return ``count`` months from the first day of a month on."""
    last = year * 12 + month - 1 + count
    return Period(start=date(year, month, 1), end=date(last // 12, last % 12 + 1, 1), precision=precision)


def published_period(published: str) -> Period | None:
    """Return the span that a document's date names (``2023``, ``2023-04`` or ``2023-04-01``), ``None`` for none."""
    parts = [int(part) for part in published.split("-")] if published else []
    if not parts:
        return None
    if len(parts) == 1:
        return calendar_year(parts[0])
    if len(parts) == 2:
        return months(parts[0], parts[1])
    day = date(*parts)
    return Period(start=day, end=date.fromordinal(day.toordinal() + 1), precision=Precision.DAY)
