"""When an initiative runs, put together from the times that its passage names.

A start or an end says its own side. "By March" of something planned is its start: it is there in March at the latest.
A time during which something is done is the period itself, except that something planned "in May" begins in May and
has no end, and that a single day is a start where nothing was "held" on it. A day that no word ties to anything, and
the day of a paper, a meeting or a count, decide nothing; that of a decision decides only where nothing else is said.
What lies below ``LEAST_CONFIDENCE`` decides nothing, and an end before the start is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from careatlas.initiative import InitiativeStatus, Span
from careatlas.period import Period, Precision, published_period
from nlp.time_mentions import TimeMention
from nlp.time_roles import TimeRole, is_decision, is_event

LEAST_CONFIDENCE = 0.5
_POINTS = frozenset({Precision.DAY, Precision.MONTH, Precision.QUARTER, Precision.SEASON})
_AHEAD = frozenset({InitiativeStatus.PLANNED, InitiativeStatus.ASPIRATION})

Found = tuple[Period | None, tuple[Span, ...]]
NOTHING: Found = (None, ())


def initiative_period(mentions: Iterable[TimeMention], status: InitiativeStatus, said_on: str = "") -> Found:
    """Return the period in which an initiative runs, and the words that say so.

    Parameters
    ----------
    mentions : iterable of TimeMention
        Of one passage, or of the sentences that tell of the initiative.
    said_on : str
        The document's date (ISO 8601 date, month or year): something planned does not begin in a year that was over.

    Returns
    -------
    period : Period or None
        ``None`` where the passage names no time that can be used.
    spans : tuple of Span
        Named ``start`` and ``end``; the value is the period that the words name.
    """
    usable = [one for one in mentions if one.confidence >= LEAST_CONFIDENCE]
    start = _start(usable, status, said_on)
    end = _end(usable, status)
    if start is None:
        return _with_end_alone(end)
    first = start.period.start
    if end is None and _is_whole(start, status):
        return start.period, (_span("start", start),)
    if end is None or end.period.end is None or first is None or end.period.end <= first:
        return _open(first, start.period.precision, start)
    period = Period(start=first, end=end.period.end, precision=_coarser(start.period.precision, end.period.precision))
    return period, (_span("start", start), _span("end", end))


def _start(usable: Sequence[TimeMention], status: InitiativeStatus, said_on: str) -> TimeMention | None:
    """Return the mention that says when it begins: a start before a span, before a deadline, before a decision."""
    started = [one for one in usable if one.role in {TimeRole.START, TimeRole.SINCE}]
    named = [one for one in started if not is_decision(one.why)]
    decided = [one for one in started if is_decision(one.why)]
    during = [one for one in usable if one.role is TimeRole.DURING]
    due = [one for one in usable if one.role is TimeRole.BY and status is not InitiativeStatus.STOPPED]
    during = [one for one in during if one.why or not _is_day(one)]  # a day that no word ties to anything is a paper's
    if status in _AHEAD:
        during = [one for one in during if not _is_over(one.period, said_on)]
    for group in (named, during, due, decided):
        if group:
            # The surest first, then the first of the text; a plan lists its milestones in order.
            return max(group, key=lambda one: (round(one.confidence, 1), -one.char_start))
    return None


def _end(usable: Sequence[TimeMention], status: InitiativeStatus) -> TimeMention | None:
    roles = {TimeRole.END} | ({TimeRole.BY} if status is InitiativeStatus.STOPPED else set())
    return max((one for one in usable if one.role in roles), key=lambda one: one.period.end or date.min, default=None)


def _with_end_alone(end: TimeMention | None) -> Found:
    if end is None or end.period.end is None:
        return NOTHING
    # It had ended by then: "stopped by March" may mean any day of March, "until March" its last.
    period = Period(start=None, end=end.period.end, precision=end.period.precision)
    return period, (_span("end", end),)


def _is_whole(start: TimeMention, status: InitiativeStatus) -> bool:
    """Tell whether a mention is the whole period: work is done during it, or a plan runs over it."""
    if start.role is not TimeRole.DURING:
        return False
    if _is_day(start):  # "on 1 April 2023 it moved to the trust" goes on; a workshop "held on 3 May" does not
        return is_event(start.why) and status not in _AHEAD
    is_point = start.period.precision in _POINTS and not _is_span(start)
    return not (status in _AHEAD and is_point)


def _is_day(one: TimeMention) -> bool:
    return one.period.precision is Precision.DAY and not _is_span(one)


def _is_span(one: TimeMention) -> bool:
    return one.why.startswith("a span")


def _is_over(period: Period, said_on: str) -> bool:
    spoken = published_period(said_on)
    return bool(spoken and spoken.start and period.end and period.end <= spoken.start)


def _open(first: date | None, precision: Precision, start: TimeMention) -> Found:
    if first is None:
        return NOTHING
    return Period(start=first, end=None, precision=precision), (_span("start", start),)


def _coarser(first: Precision, second: Precision) -> Precision:
    order = list(Precision)
    return max(first, second, key=order.index)


def _span(name: str, one: TimeMention) -> Span:
    return Span(
        name=name, value=one.period.as_text(), words=one.words, char_start=one.char_start, char_end=one.char_end
    )
