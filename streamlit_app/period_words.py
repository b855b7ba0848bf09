"""Periods in words, no more exact than they are known."""

from __future__ import annotations

from datetime import date, timedelta

from careatlas.period import Period, Precision

_APRIL = 4


def since_words(period: Period | None) -> str:
    """Return when something began, with how exactly that is known; empty where it is not known."""
    if period is None or period.start is None:
        return ""
    return f"{_named(period.start, period.precision)} ({_unit(period.precision)})"


def until_words(period: Period | None) -> str:
    """Return when something ended: the last day, month or year on which it was there; empty where that is open."""
    if period is None or period.end is None:
        return ""
    return f"{_named(period.end - timedelta(days=1), period.precision)} ({_unit(period.precision)})"


def _named(day: date, precision: Precision) -> str:
    if precision is Precision.YEAR:
        return str(day.year)
    if precision is Precision.FINANCIAL_YEAR:
        first = day.year - (day.month < _APRIL)
        return f"{first}/{(first + 1) % 100:02}"
    return day.isoformat() if precision is Precision.DAY else day.isoformat()[:7]


def _unit(precision: Precision) -> str:
    return precision.value.replace("-", " ")
