"""What the map shows: one number for each area in one period, with all that stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from careatlas.areas.area import Level
from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped_crosswalks
from careatlas.codebook_shelf import all_codebooks
from careatlas.identifiers import AreaCode, Code, InitiativeId
from careatlas.initiative import InitiativeStatus
from careatlas.initiative_values import strongest
from careatlas.project import Project
from careatlas.share_interval import share_interval
from evaluation.map_codes import MapCodes, crossed_codes, own_codes
from evaluation.map_grid import Grid, GridPeriod
from evaluation.policy_map import MapCell, MapRequest, PolicyMap, Unplaced, policy_map
from streamlit_app.areamap import AreaState, AreaValue
from streamlit_app.initiative_data import Shown
from streamlit_app.rowtable import Cell, Figure, Link

GRID = Grid.FINANCIAL_YEAR
FIRST_DAY = date(2010, 4, 1)  # before the plans that are asked about; what began earlier runs on into it
LAYERS = {Level.UTLA: "Upper-tier authorities", Level.ICB: "Integrated care boards"}
HEADER = (
    "Area",
    "Code",
    "Initiatives",
    "Confirmed by people",
    "95% interval",
    "Strongest status",
    "First seen",
    "Documents",
)
CSV_HEADER = (
    "area_code",
    "area_name",
    "layer",
    "period",
    "codebook",
    "code",
    "status",
    "setting",
    "confirmed_only",
    "initiatives",
    "confirmed_share",
    "confirmed_low_95",
    "confirmed_high_95",
    "strongest_status",
    "first_seen",
    "documents_read",
    "initiative_ids",
)
CODE_HEADER = (
    "code",
    "label",
    "initiatives",
    "certain",
    "first_seen",
    "strongest_status",
    "confirmed_share",
    "documents_read",
    "initiative_ids",
)
_NORMAL = 1.959963984540054  # 97.5 % quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAsked:
    """What a reader asks the map for; an empty field does not filter."""

    codes: MapCodes
    layer: Level = Level.UTLA
    period: GridPeriod
    code: str = ""
    status: str = ""
    setting: str = ""
    confirmed_only: bool = False

    @property
    def on(self) -> date:
        """The day whose areas are shown: the last of the period, but none in the future."""
        end = self.period.period.end
        today = datetime.now(UTC).date()
        return min(end - timedelta(days=1), today) if end else today

    def request(self, *, every_code: bool = False) -> MapRequest:
        """Return what the policy map is asked for."""
        start = self.period.period.start
        return MapRequest(
            on=self.on,
            grid=GRID,
            level=self.layer,
            codes=() if every_code or not self.code else (Code(self.code),),
            statuses=(InitiativeStatus(self.status),) if self.status else (),
            settings=(self.setting,) if self.setting else (),
            confirmed_only=self.confirmed_only,
            first=start,
            last=start,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSeen:
    """One area in one period, over all the codes asked for; each initiative once.

    Attributes
    ----------
    count : int or None
        ``None`` where no document was read and nothing is known to run.
    """

    code: AreaCode
    name: str
    count: int | None
    confirmed: int
    first_seen: date | None
    strongest: InitiativeStatus | None
    documents: int
    initiative_ids: tuple[InitiativeId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSeen:
    """The map of one period."""

    areas: tuple[AreaSeen, ...]
    unplaced: tuple[Unplaced, ...]
    copies: int

    @property
    def missing(self) -> int:
        """How many areas nothing is known of."""
        return sum(one.count is None for one in self.areas)


def book_choices(project: Project, book: Codebook) -> dict[str, MapCodes]:
    """Return the codebooks that a map can be drawn under: the project's own, and those a crosswalk leads to."""
    walks = [one for one in shipped_crosswalks() if one.source_id == book.id]
    books = {one.id: one for one in all_codebooks(project.root)}
    found: dict[str, MapCodes] = {book.id: own_codes(book)}
    for walk in walks:
        if walk.target_id in books:
            found[walk.target_id] = crossed_codes(book, books[walk.target_id], walks)
    return found


def map_of_all_years(shown: Shown, codes: MapCodes) -> PolicyMap:
    """Return the map of areas as read over every period: its periods are those of the slider."""
    request = MapRequest(on=FIRST_DAY, grid=GRID, first=FIRST_DAY)
    return policy_map(shown.replay.initiatives, shown.documents, codes, request)


def opening_period(cells: Iterable[MapCell], periods: Sequence[GridPeriod], today: date) -> str:
    """Return the last period that has begun and is told of in half as many areas as the best known one, or more.

    One plan for 2050, or one new paper, must not open an empty map. Where nothing runs it is the last that has begun,
    and where none has, the first.
    """
    begun = [one.name for one in periods if one.period.start is None or one.period.start <= today]
    told: dict[str, set[AreaCode]] = {name: set() for name in begun or [periods[0].name]}
    for cell in cells:
        if cell.count and cell.period in told:
            told[cell.period].add(cell.area_code)
    most = max(map(len, told.values()))
    return [name for name, areas in told.items() if 2 * len(areas) >= most][-1]


def policy_map_of(shown: Shown, asked: MapAsked, *, every_code: bool = False) -> PolicyMap:
    """Return the policy map that a reader asks for.

    Raises
    ------
    InputError
        If the areas of that layer and day are not known.
    """
    request = asked.request(every_code=every_code)
    return policy_map(shown.replay.initiatives, shown.documents, asked.codes, request, shown.surveys)


def map_seen(shown: Shown, asked: MapAsked) -> MapSeen:
    """Return what the map shows, every area of the layer, by name."""
    found = policy_map_of(shown, asked)
    confirmed = {one.initiative.initiative_id for one in shown.replay.initiatives if one.is_confirmed}
    cells: dict[AreaCode, list[MapCell]] = {}
    for cell in found.cells:
        cells.setdefault(cell.area_code, []).append(cell)
    areas = [_seen(one.code, one.name, cells.get(one.code, []), confirmed) for one in found.areas]
    return MapSeen(
        areas=tuple(sorted(areas, key=lambda one: (one.name, one.code))), unplaced=found.unplaced, copies=found.copies
    )


def _seen(code: AreaCode, name: str, cells: Sequence[MapCell], confirmed: set[InitiativeId]) -> AreaSeen:
    ids = sorted({one for cell in cells for one in cell.initiative_ids})
    documents = max((cell.documents_read for cell in cells), default=0)
    return AreaSeen(
        code=code,
        name=name,
        count=len(ids) if ids or documents else None,
        confirmed=len(confirmed.intersection(ids)),
        first_seen=min((cell.first_seen for cell in cells if cell.first_seen), default=None),
        strongest=strongest(cell.strongest_status for cell in cells if cell.strongest_status) if ids else None,
        documents=documents,
        initiative_ids=tuple(ids),
    )


def area_values(seen: MapSeen) -> dict[AreaCode, AreaValue]:
    """Return what each tile says."""
    return {one.code: _value(one) for one in seen.areas}


def _value(one: AreaSeen) -> AreaValue:
    if one.count is None:
        return AreaValue(value=None, label="", state=AreaState.MISSING)
    label = "1 initiative" if one.count == 1 else f"{one.count:,} initiatives"
    if one.count:
        label += f", {one.confirmed} confirmed by people"
    state = AreaState.KNOWN if one.documents else AreaState.LOW
    return AreaValue(value=one.count, label=label, state=state, text=str(one.count))


def cells(one: AreaSeen, query: Mapping[str, str]) -> list[Cell]:
    """Return an area as the cells of the table, with a link to its page."""
    link = Link(text=one.name, page="area", query={**query, "area": one.code})
    share, low, high = _share(one)
    return [
        link,
        one.code,
        one.count,
        Figure(f"{one.confirmed} of {one.count}") if one.count else None,
        Figure(f"{low:.0%} to {high:.0%}") if low is not None and high is not None and share is not None else None,
        one.strongest.value if one.strongest else "",
        one.first_seen.isoformat() if one.first_seen else "",
        one.documents,
    ]


def csv_cells(one: AreaSeen, asked: MapAsked) -> list[str | int | float | None]:
    """Return an area as the cells of the CSV file."""
    share, low, high = _share(one)
    return [
        one.code,
        one.name,
        asked.layer.value,
        asked.period.name,
        f"{asked.codes.codebook_id} {asked.codes.codebook_version}",
        asked.code,
        asked.status,
        asked.setting,
        str(asked.confirmed_only).lower(),
        one.count,
        *(round(number, 4) if number is not None else None for number in (share, low, high)),
        one.strongest.value if one.strongest else "",
        one.first_seen.isoformat() if one.first_seen else "",
        one.documents,
        " ".join(one.initiative_ids),
    ]


def code_cells(cell: MapCell) -> list[str | int | float | None]:
    """Return one code of one area and period as the cells of a CSV file."""
    return [
        cell.code,
        cell.code_label,
        cell.count,
        cell.certain,
        cell.first_seen.isoformat() if cell.first_seen else "",
        cell.strongest_status.value if cell.strongest_status else "",
        round(cell.confirmed_share, 4) if cell.confirmed_share is not None else None,
        cell.documents_read,
        " ".join(cell.initiative_ids),
    ]


def json_rows(seen: MapSeen, asked: MapAsked) -> list[dict[str, Any]]:
    """Return the areas as plain data, the same as in the CSV file; ``None`` is missing, not zero."""
    rows = [dict(zip(CSV_HEADER, csv_cells(one, asked), strict=True)) for one in seen.areas]
    return [{**row, "initiative_ids": list(one.initiative_ids)} for row, one in zip(rows, seen.areas, strict=True)]


def _share(one: AreaSeen) -> tuple[float | None, float | None, float | None]:
    if not one.count:
        return None, None, None
    share = one.confirmed / one.count
    return (share, *share_interval(share, one.count, _NORMAL))
