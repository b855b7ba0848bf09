"""When an initiative runs, as far as documents say it, and what its status was then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from careatlas.identifiers import DocumentId
from careatlas.initiative import Evidence, InitiativeStatus
from careatlas.period import Period, Precision
from careatlas.reviewed_initiative import ReviewedInitiative
from evaluation.map_grid import believed

_NOT_BEGUN = frozenset({InitiativeStatus.ASPIRATION, InitiativeStatus.PLANNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one document says of an initiative's status, and the span ``[start, end)`` that the document tells of."""

    start: date
    end: date
    status: InitiativeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTime:
    """When an initiative counts.

    Attributes
    ----------
    period : Period or None
        From its first day to the first after its last, both known; ``None`` where that cannot be said.
    why : str
        How far documents say it, or why it cannot be said.
    """

    period: Period | None
    why: str
    status: InitiativeStatus
    statements: tuple[Statement, ...] = ()

    def status_in(self, span: Period) -> InitiativeStatus:
        """Return the status in a span: what was said last until its end; what stopped only later is in place."""
        clear = [one for one in self.statements if one.status is not InitiativeStatus.UNCLEAR]
        said = [one for one in clear if span.end is None or one.start < span.end]
        if len(said) == len(clear) and self.status is not InitiativeStatus.STOPPED:
            return self.status  # as it stands, with what people corrected
        if said and said[-1].status in _NOT_BEGUN:
            return said[-1].status
        return InitiativeStatus.IN_PLACE if self.status is InitiativeStatus.STOPPED else self.status


def running_time(one: ReviewedInitiative, spans: Mapping[DocumentId, tuple[date, date]]) -> RunningTime:
    """Return when an initiative counts. Nothing is carried on beyond what documents say.

    Parameters
    ----------
    spans : Mapping
        The days ``[start, end)`` that each document tells of; a document that cannot be dated is not there.

    Notes
    -----
    What is planned or hoped for counts from when it was first said, what is in place from its start, if that is known,
    else from the first document that speaks of it. It counts until its end; where none is said, until a document says
    that it stopped, else to the end of the last document that speaks of it.
    """
    item = one.initiative
    told = [_statement(part, spans[part.document_id]) for part in item.evidence if part.document_id in spans]
    told.sort(key=lambda said: (said.start, said.end, said.status.strength))
    stated = believed(item.period)
    start, end = (stated.start, stated.end) if stated else (None, None)
    first = _first_day(item.status, start, told)
    last = end or _last_day(item.status, told)
    if first is None and last is None:
        why = "no period is stated, and none of its documents can be dated"
        return RunningTime(period=None, why=why, status=item.status)
    # Only one side is known: a day in the period at that side is all that can be said.
    first = first or date.fromordinal((last or date.min).toordinal() - 1)
    begun = date.fromordinal(first.toordinal() + 1)
    last = last or begun
    if end is None and item.status is not InitiativeStatus.STOPPED:
        last = max(last, begun)  # a start after all of its documents is all that they say
    if last <= first:
        why = f"it ended before {last}, and nothing says when it ran before"
        return RunningTime(period=None, why=why, status=item.status, statements=tuple(told))
    why = "until the end that is stated" if end else "until the last document that speaks of it"
    period = Period(start=first, end=last, precision=stated.precision if stated else Precision.DAY)
    return RunningTime(period=period, why=why, status=item.status, statements=tuple(told))


def _statement(part: Evidence, span: tuple[date, date]) -> Statement:
    return Statement(start=span[0], end=span[1], status=part.status)


def _first_day(status: InitiativeStatus, start: date | None, told: list[Statement]) -> date | None:
    spoken = [one.start for one in told]
    if start is None:
        # A document that only says that it stopped does not say that it ran then.
        running = [one.start for one in told if one.status is not InitiativeStatus.STOPPED]
        return min(running or spoken, default=None)
    if status in _NOT_BEGUN:
        return min(spoken, default=start)
    return min([start, *(one.start for one in told if one.status in _NOT_BEGUN)])


def _last_day(status: InitiativeStatus, told: list[Statement]) -> date | None:
    if status is InitiativeStatus.STOPPED:
        stopped = [one.start for one in told if one.status is InitiativeStatus.STOPPED]
        if stopped:
            return min(stopped)
    return max((one.end for one in told), default=None)
