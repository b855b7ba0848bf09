"""Which initiatives a list shows: its filters, and what passes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError
from careatlas.identifiers import InitiativeId
from careatlas.initiative import InitiativeStatus
from careatlas.period import Period
from careatlas.reviewed_initiative import ReviewedInitiative
from evaluation.map_grid import Grid, grid_over, periods_of_span
from evaluation.running_time import RunningTime, running_time
from streamlit_app.area_holding import NO_AREA, lies_in, today
from streamlit_app.initiative_data import Shown
from streamlit_app.model_in_use import MACHINE_ONLY

PER_PAGE = 50
GRID = Grid.FINANCIAL_YEAR


class Standing(StrEnum):
    """Who stands behind an initiative, as a filter."""

    MACHINE = "machine"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"

    def holds(self, one: ReviewedInitiative) -> bool:
        """Tell whether an initiative is of this standing; one that a person edited is confirmed."""
        if self is Standing.CONFIRMED:
            return one.is_confirmed
        return one.provenance.value == self.value


STANDINGS = {
    Standing.MACHINE: MACHINE_ONLY,
    Standing.CONFIRMED: "confirmed or edited by a person",
    Standing.REJECTED: "rejected by a person",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeFilter:
    """Which initiatives to list; an empty field does not filter.

    Attributes
    ----------
    area : str
        An area code; what lies in the area is listed too. ``NO_AREA`` for initiatives without a code.
    code : str
        A code; what is coded below it is listed too.
    status : str
        With a period, the status that held then.
    period : str
        A financial year (``2023/24``) in which the initiative runs, as on the map.
    words : str
        All must stand in title, area, partners, population, scale or identifier.
    """

    area: str = ""
    code: str = ""
    status: str = ""
    setting: str = ""
    provenance: str = ""
    period: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What initiatives can be filtered by.

    Attributes
    ----------
    areas, codes : Mapping
        Code to name, in the order in which they are shown.
    periods : Mapping
        The financial years from the first to the last in which an initiative runs.
    runs : Mapping
        When each initiative runs.
    """

    areas: Mapping[str, str]
    codes: Mapping[str, str]
    settings: tuple[str, ...]
    periods: Mapping[str, Period]
    runs: Mapping[InitiativeId, RunningTime]

    def choices(self) -> dict[str, tuple[str, ...]]:
        """Return the values of each filter."""
        return {
            "area": tuple(self.areas),
            "code": tuple(self.codes),
            "status": tuple(InitiativeStatus),
            "setting": self.settings,
            "provenance": tuple(Standing),
            "period": tuple(self.periods),
        }


def facets_of(shown: Shown, codebook: Codebook) -> Facets:
    """Return what the initiatives can be filtered by."""
    items = [one.initiative for one in shown.replay.initiatives]
    areas = {item.area_code: item.area_name or item.area_code for item in items if item.area_code}
    named: dict[str, str] = dict(sorted(((code, name) for code, name in areas.items()), key=lambda pair: pair[::-1]))
    if any(not item.area_code for item in items):
        named[NO_AREA] = "no area code"
    codes: dict[str, str] = {one.id: one.label for one in codebook.codes}
    codes |= {code: code for item in items for code in item.codes if code not in codes}
    spans = {one.document_id: span for one in shown.documents if (span := one.span(GRID))}
    runs = {one.initiative.initiative_id: running_time(one, spans) for one in shown.replay.initiatives}
    return Facets(
        areas=named,
        codes=codes,
        settings=tuple(sorted({item.setting for item in items} - {""})),
        periods=_years(runs.values()),
        runs=runs,
    )


def _years(runs: Iterable[RunningTime]) -> dict[str, Period]:
    found = [year for one in runs if one.period for year in periods_of_span(GRID, one.period)]
    starts = [year.period.start for year in found if year.period.start]
    return {one.name: one.period for one in grid_over(GRID, min(starts), max(starts))} if starts else {}


def filtered(
    items: Iterable[ReviewedInitiative], which: InitiativeFilter, facets: Facets, codebook: Codebook
) -> list[ReviewedInitiative]:
    """Return the initiatives that pass a filter, by area and title."""
    tests = _tests(which, facets, codebook)
    found = [one for one in items if all(test(one) for test in tests)]
    return sorted(found, key=_order)


def _order(one: ReviewedInitiative) -> tuple[bool, str, str, str]:
    item = one.initiative
    return not item.area_code, item.area_name, item.title.casefold(), item.initiative_id


def _tests(which: InitiativeFilter, facets: Facets, codebook: Codebook) -> list[Callable[[ReviewedInitiative], bool]]:
    tests: list[Callable[[ReviewedInitiative], bool]] = []
    period = facets.periods.get(which.period)
    if which.provenance:
        tests.append(Standing(which.provenance).holds)
    if which.setting:
        tests.append(lambda one: one.initiative.setting == which.setting)
    if which.code:
        wanted = {code for code in facets.codes if which.code in _above(code, codebook)}
        tests.append(lambda one: not wanted.isdisjoint(one.initiative.codes))
    if period:
        tests.append(lambda one: _runs_in(facets.runs[one.initiative.initiative_id], period))
    if which.status:
        tests.append(lambda one: _status(one, period, facets) == which.status)
    if which.area:
        day = min(period.end - timedelta(days=1), today()) if period and period.end else None
        tests.append(lambda one: lies_in(one.initiative.area_code, which.area, day))
    if words := which.words.casefold().split():
        tests.append(lambda one: all(word in _text(one) for word in words))
    return tests


def _above(code: str, codebook: Codebook) -> set[str]:
    try:
        return {step.id for step in codebook.path(code)}
    except CareAtlasError:  # of another version of the codebook
        return {code}


def _runs_in(when: RunningTime, period: Period) -> bool:
    return when.period is not None and any(one.period == period for one in periods_of_span(GRID, when.period))


def _status(one: ReviewedInitiative, period: Period | None, facets: Facets) -> InitiativeStatus:
    return facets.runs[one.initiative.initiative_id].status_in(period) if period else one.initiative.status


def _text(one: ReviewedInitiative) -> str:
    item = one.initiative
    parts = (
        item.title,
        item.area_name,
        item.area_code,
        *item.partners,
        item.population,
        item.scale,
        item.initiative_id,
    )
    return " ".join(parts).casefold()
