"""Periods that a map is cut into: financial years, years, quarters, or all time at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from careatlas.period import Period, Precision, calendar_year, financial_year, months

_APRIL = 4
_QUARTER = 3  # months
_YEARS = (1900, 2100)  # a date outside was read wrongly, and must not make a map of millennia


class Grid(StrEnum):
    """How time is cut."""

    FINANCIAL_YEAR = "financial-year"  # from 1 April
    YEAR = "year"
    QUARTER = "quarter"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPeriod:
    """One period of a grid: ``2023/24``, ``2023``, ``2023 Q2`` or ``all``."""

    name: str
    period: Period


ALL_TIME = GridPeriod(name="all", period=Period(start=None, end=None, precision=Precision.YEARS))


def grid_over(grid: Grid, first: date, last: date) -> tuple[GridPeriod, ...]:
    """Return the periods of a grid from the one that holds a day to the one that holds another.

    Parameters
    ----------
    first, last : date
        Both days are within the grid; none is made where ``last`` is earlier.
    """
    if grid is Grid.ALL:
        return (ALL_TIME,)
    found: list[GridPeriod] = []
    day: date | None = first
    while day is not None and day <= last:
        found.append(grid_period(grid, day))
        day = found[-1].period.end
    return tuple(found)


def believed(period: Period | None) -> Period | None:
    """Return a period if its days are of the years 1900 to 2100, which maps are made of, else ``None``."""
    if period is None:
        return None
    years = [day.year for day in (period.start, period.end) if day is not None]
    return period if all(_YEARS[0] <= year <= _YEARS[1] for year in years) else None


@lru_cache(maxsize=4_096)
def grid_period(grid: Grid, day: date) -> GridPeriod:
    """Return the period of a grid that holds a day."""
    if grid is Grid.FINANCIAL_YEAR:
        first = day.year - (day.month < _APRIL)
        return GridPeriod(name=f"{first}/{(first + 1) % 100:02}", period=financial_year(first))
    if grid is Grid.YEAR:
        return GridPeriod(name=str(day.year), period=calendar_year(day.year))
    if grid is Grid.QUARTER:
        quarter = (day.month - 1) // _QUARTER
        period = months(day.year, quarter * _QUARTER + 1, _QUARTER, Precision.QUARTER)
        return GridPeriod(name=f"{day.year} Q{quarter + 1}", period=period)
    return ALL_TIME


def period_of_date(grid: Grid, said: Period) -> GridPeriod | None:
    """Return the period of a grid that a date belongs to which is known only to its day, month or year.

    It is the one that holds more than half of the span that the date names: 2023 is 2023/24 among financial years, and
    in no quarter, for which it is too coarse (``None``).
    """
    if grid is Grid.ALL:
        return ALL_TIME
    if said.start is None or said.end is None:
        return None
    middle = date.fromordinal((said.start.toordinal() + said.end.toordinal()) // 2)
    found = grid_period(grid, middle)
    return found if 2 * _shared_days(found.period, said) > (said.end - said.start).days else None


def periods_of_span(grid: Grid, span: Period) -> tuple[GridPeriod, ...]:
    """Return the periods of a grid that a span touches; an open side adds none beyond the side that is known."""
    if grid is Grid.ALL:
        return (ALL_TIME,)
    known = span.start or (date.fromordinal(span.end.toordinal() - 1) if span.end else None)
    if known is None:
        return ()
    last = date.fromordinal(span.end.toordinal() - 1) if span.end else known
    return grid_over(grid, known, last)


def _shared_days(one: Period, other: Period) -> int:
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return 0
    return (min(one.end, other.end) - max(one.start, other.start)).days
