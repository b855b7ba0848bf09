"""The policy map: what is done in which area and when, by code. No document is missing, not zero."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from careatlas.areas.area import Level
from careatlas.errors import UsageError
from careatlas.identifiers import AreaCode, Code, DocumentId, InitiativeId
from careatlas.initiative import InitiativeStatus
from careatlas.initiative_values import strongest
from careatlas.reviewed_initiative import ReviewedInitiative
from careatlas.share_interval import share_interval
from careatlas.survey import SurveyAnswer
from evaluation.documents_read import DocumentRead
from evaluation.map_areas import MapArea, areas_of, placed
from evaluation.map_codes import MapCodes
from evaluation.map_grid import ALL_TIME, Grid, GridPeriod, grid_over, periods_of_span
from evaluation.map_surveys import SurveyCell, survey_cells
from evaluation.running_time import RunningTime, running_time

CellKey = tuple[AreaCode, str, Code]  # area, name of the period, code
_NORMAL = 1.959963984540054  # 97.5 % quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRequest:
    """What a map is to show.

    Attributes
    ----------
    level : Level or None
        ``None`` for areas as they were read.
    on : date
        The day whose areas are shown.
    codes, statuses, settings : tuple
        Only these; all where empty. The status is that which held in the period.
    confirmed_only : bool
        Only initiatives that people confirmed or edited.
    first, last : date or None
        Only periods that touch these days.
    """

    on: date
    grid: Grid = Grid.FINANCIAL_YEAR
    level: Level | None = None
    codes: tuple[Code, ...] = ()
    statuses: tuple[InitiativeStatus, ...] = ()
    settings: tuple[str, ...] = ()
    confirmed_only: bool = False
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """One area, period and code.

    Attributes
    ----------
    period_start, period_end : date or None
        The days ``[start, end)``; ``None`` for all time.
    count : int or None
        Initiatives that run then; 0 where documents were read and tell of none; ``None`` where none was read.
    certain : int or None
        Those among them whose code is the same or narrower; through a crosswalk the others are only possible.
    first_seen : date or None
        The first day on which one of them ran, as far as documents say.
    strongest_status : InitiativeStatus or None
        In place before stopped, planned, aspiration and unclear.
    confirmed_share, confirmed_low, confirmed_high : float or None
        Share that people confirmed or edited, with its 95 % Wilson interval; ``None`` where none is counted.
    documents_read : int
        Documents of the area that tell of the period, copies left out.
    survey_present, survey_n : int or None
        Respondents who say that the code is present, and who answered; ``None`` where nobody was asked.
    """

    area_code: AreaCode
    area_name: str
    period: str
    period_start: date | None
    period_end: date | None
    code: Code
    code_label: str
    count: int | None
    certain: int | None
    first_seen: date | None
    strongest_status: InitiativeStatus | None
    confirmed_share: float | None
    confirmed_low: float | None
    confirmed_high: float | None
    documents_read: int
    survey_present: int | None
    survey_n: int | None
    initiative_ids: tuple[InitiativeId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """An initiative or a document that is on no cell of the map, and why."""

    kind: str  # "initiative" or "document"
    name: str
    title: str
    area_code: AreaCode
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMap:
    """A map: every area, period and code.

    Attributes
    ----------
    cells : tuple of MapCell
        By area code, period and the codebook's order.
    unplaced : tuple of Unplaced
        What the request asks for and the map cannot show.
    copies : int
        Documents that are nearly the same as another one and do not count.
    """

    request: MapRequest
    codes: MapCodes
    areas: tuple[MapArea, ...]
    periods: tuple[GridPeriod, ...]
    cells: tuple[MapCell, ...]
    unplaced: tuple[Unplaced, ...]
    copies: int


def policy_map(
    initiatives: Iterable[ReviewedInitiative],
    documents: Sequence[DocumentRead],
    codes: MapCodes,
    request: MapRequest,
    surveys: Iterable[SurveyAnswer] = (),
) -> PolicyMap:
    """Return the map of initiatives.

    Parameters
    ----------
    initiatives : iterable of ReviewedInitiative
        As they stand; rejected ones do not count.
    documents : sequence of DocumentRead
        Every document that was read, copies included.
    codes : MapCodes
        The columns.
    surveys : iterable of SurveyAnswer
        Answers to set beside the documents.

    Raises
    ------
    InputError
        If the areas of that level and day are not known.
    UsageError
        If a code is asked for that is no column of the map, or a first or last day of all time.
    """
    strange = [code for code in request.codes if code not in codes.labels]
    if strange:
        raise UsageError(
            f"{codes.codebook_id} {codes.codebook_version} has no code {', '.join(strange)}",
            mend=f"one of: {', '.join(codes.labels)}",
        )
    if request.grid is Grid.ALL and (request.first or request.last):
        raise UsageError("all time is one period, and cannot begin or end on a day", mend="choose another grid")
    sheet = _Sheet(request=request, codes=codes)
    sheet.areas = {one.code: one for one in areas_of(request.level, request.on)}
    for item in documents:
        sheet.add_document(item)
    spans = {item.document_id: span for item in documents if (span := item.span(request.grid))}
    for one in initiatives:
        if one.counts and _is_wanted(one, request):
            sheet.add_initiative(one, spans)
    sheet.add_surveys(survey_cells(surveys, codes.codebook_id, request.grid, request.level, request.on))
    return sheet.finished()


def _is_wanted(one: ReviewedInitiative, request: MapRequest) -> bool:
    if request.confirmed_only and not one.is_confirmed:
        return False
    return not request.settings or one.initiative.setting in request.settings


@dataclass(slots=True)
class _Tally:
    """What is counted in a cell."""

    ids: list[InitiativeId] = field(default_factory=list)
    certain: int = 0
    confirmed: int = 0
    first: date | None = None
    statuses: set[InitiativeStatus] = field(default_factory=set)

    def add(self, one: ReviewedInitiative, when: RunningTime, status: InitiativeStatus, *, certain: bool) -> None:
        self.ids.append(one.initiative.initiative_id)
        self.certain += certain
        self.confirmed += one.is_confirmed
        self.statuses.add(status)
        start = when.period.start if when.period else None
        self.first = min((day for day in (self.first, start) if day), default=None)


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """A map while it is filled in."""

    request: MapRequest
    codes: MapCodes
    areas: dict[AreaCode, MapArea] = field(default_factory=dict)
    periods: dict[str, GridPeriod] = field(default_factory=dict)
    read: Counter[tuple[AreaCode, str]] = field(default_factory=Counter)
    tallies: dict[CellKey, _Tally] = field(default_factory=lambda: defaultdict(_Tally))
    asked: dict[CellKey, tuple[int, int]] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)
    copies: int = 0

    def add_document(self, item: DocumentRead) -> None:
        """Count a document for its area and periods."""
        if item.copy_of:
            self.copies += 1
            return
        place = placed(item.area_code, item.area_name, self.request.level, self.request.on)
        there = item.periods(self.request.grid)
        if place.area is None or not there:
            why = place.why if place.area is None else _undated(item)
            self._leave_out("document", item.document_id, item.name, item.area_code, why)
            return
        self.areas.setdefault(place.area.code, place.area)
        for period in self._wanted(there):
            self.read[place.area.code, period.name] += 1

    def add_initiative(self, one: ReviewedInitiative, spans: Mapping[DocumentId, tuple[date, date]]) -> None:
        """Count an initiative in every period in which it runs, for every code that it speaks for."""
        item = one.initiative
        place = placed(item.area_code, item.area_name, self.request.level, self.request.on)
        when = running_time(one, spans)
        if self.request.grid is Grid.ALL:
            there: tuple[GridPeriod, ...] = (ALL_TIME,)
        else:
            there = periods_of_span(self.request.grid, when.period) if when.period else ()
        if place.area is None or not there:
            why = place.why if place.area is None else when.why
            self._leave_out("initiative", item.initiative_id, item.title, item.area_code, why)
            return
        self.areas.setdefault(place.area.code, place.area)
        targets = self.codes.of(item.codes)
        for period in self._wanted(there):
            status = item.status if period is ALL_TIME else when.status_in(period.period)
            if self.request.statuses and status not in self.request.statuses:
                continue
            for code, certain in targets.items():
                self.tallies[place.area.code, period.name, code].add(one, when, status, certain=certain)

    def add_surveys(self, cells: Mapping[SurveyCell, tuple[int, int]]) -> None:
        """Take in what respondents say, also of areas and periods of which no document tells."""
        for (area, period, code), said in cells.items():
            self.areas.setdefault(area.code, area)
            for one in self._wanted((period,)):
                self.asked[area.code, one.name, code] = said

    def finished(self) -> PolicyMap:
        """Return the map with all of its cells."""
        areas = tuple(sorted(self.areas.values(), key=lambda one: one.code))
        wanted = self.request.codes or tuple(self.codes.labels)
        periods = self._all_periods()
        cells = (self._cell(a, p, c) for a in areas for p in periods for c in wanted)
        return PolicyMap(
            request=self.request,
            codes=self.codes,
            areas=areas,
            periods=periods,
            cells=tuple(cells),
            unplaced=tuple(sorted(self.unplaced, key=lambda one: (one.kind, one.area_code, one.name))),
            copies=self.copies,
        )

    def _cell(self, area: MapArea, period: GridPeriod, code: Code) -> MapCell:
        key = (area.code, period.name, code)
        tally = self.tallies.get(key) or _Tally()
        read = self.read[area.code, period.name]
        n = len(tally.ids)
        share = tally.confirmed / n if n else None
        low, high = share_interval(share, n, _NORMAL) if share is not None else (None, None)
        survey = self.asked.get(key)
        return MapCell(
            area_code=area.code,
            area_name=area.name,
            period=period.name,
            period_start=period.period.start,
            period_end=period.period.end,
            code=code,
            code_label=self.codes.labels[code],
            count=n if n or read else None,
            certain=tally.certain if n or read else None,
            first_seen=tally.first,
            strongest_status=strongest(tally.statuses) if n else None,
            confirmed_share=share,
            confirmed_low=low,
            confirmed_high=high,
            documents_read=read,
            survey_present=survey[0] if survey else None,
            survey_n=survey[1] if survey else None,
            initiative_ids=tuple(sorted(tally.ids)),
        )

    def _wanted(self, periods: Iterable[GridPeriod]) -> Iterator[GridPeriod]:
        """Yield the periods that the request asks for, and remember that there are."""
        first, last = self.request.first, self.request.last
        for one in periods:
            start, end = one.period.start, one.period.end
            if (first and end and end <= first) or (last and start and start > last):
                continue
            self.periods[one.name] = one
            yield one

    def _all_periods(self) -> tuple[GridPeriod, ...]:
        """Return every period from the first to the last, those of which nothing is known included."""
        if self.request.grid is Grid.ALL:
            return (ALL_TIME,)
        starts = [one.period.start for one in self.periods.values() if one.period.start]
        return grid_over(self.request.grid, min(starts), max(starts)) if starts else ()

    def _leave_out(self, kind: str, name: str, title: str, area_code: AreaCode, why: str) -> None:
        self.unplaced.append(Unplaced(kind=kind, name=name, title=title, area_code=area_code, why=why))


def _undated(item: DocumentRead) -> str:
    if item.published is not None or item.covers is not None:
        return "its date is too coarse for these periods"
    return "neither the period that it covers nor its date is known"
