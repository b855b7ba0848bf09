"""What is known of one area: what is at work since when, and what is not found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from careatlas.areas.area import Area, Level
from careatlas.areas.area_register import area_register
from careatlas.errors import CareAtlasError
from careatlas.identifiers import AreaCode
from careatlas.reviewed_initiative import ReviewedInitiative
from evaluation.documents_read import DocumentRead
from evaluation.map_areas import placed
from evaluation.map_codes import MapCodes
from evaluation.map_grid import Grid
from evaluation.policy_map import MapCell, MapRequest, policy_map
from streamlit_app.area_holding import last_day, today
from streamlit_app.initiative_data import Shown
from streamlit_app.map_query import CODE_HEADER, code_cells
from streamlit_app.rowtable import Cell, Figure, Link

HEADER = ("Code", "Initiatives", "Certain", "First seen", "Strongest status", "Confirmed by people", "State")
DOCUMENT_HEADER = ("Document", "Area as read", "Covers or published", "Counts")
CSV_HEADER = ("area_code", "area_name", "codebook", "state", *CODE_HEADER)
FOUND, ABSENT, MISSING = "found", "nothing found in what was read", "no document read"
UNREACHED = "cannot be found: no code leads here"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaProfile:
    """One area over all years.

    Attributes
    ----------
    area : Area or None
        ``None`` for a code that the register does not know.
    level : Level or None
        The layer that the area stands on; ``None`` where it is of no layer of the map.
    cells : tuple of MapCell
        One per code of the codebook, in its order.
    initiatives : tuple of ReviewedInitiative
        Those that belong here, rejected ones left out.
    documents : tuple of DocumentRead
        Those of the area, copies included.
    """

    code: AreaCode
    name: str
    area: Area | None
    level: Level | None
    codes: MapCodes
    cells: tuple[MapCell, ...]
    initiatives: tuple[ReviewedInitiative, ...]
    documents: tuple[DocumentRead, ...]

    @property
    def documents_counted(self) -> int:
        """How many documents were read, copies left out."""
        return sum(not one.copy_of for one in self.documents)

    def state_of(self, cell: MapCell) -> str:
        """Return in words whether something is known of a code."""
        if cell.count:
            return FOUND
        if all(cell.code not in targets for targets in self.codes.targets.values()):
            return UNREACHED
        return MISSING if cell.count is None else ABSENT


def area_choices(shown: Shown) -> dict[str, str]:
    """Return the areas that documents or initiatives are of, as they were read, by code with their names."""
    found = {one.area_code: one.area_name for one in shown.documents if one.area_code}
    items = (one.initiative for one in shown.replay.initiatives)
    found |= {item.area_code: item.area_name for item in items if item.area_code and item.area_code not in found}
    return dict(sorted(((code, name or code) for code, name in found.items()), key=lambda pair: (pair[1], pair[0])))


def area_profile(shown: Shown, codes: MapCodes, code: str) -> AreaProfile:
    """Return what is known of an area over all years.

    Parameters
    ----------
    codes : MapCodes
        The codebook, or one that a crosswalk leads to.
    """
    area, level, on = _where(code)
    here = [
        one for one in shown.replay.initiatives if one.counts and _is_here(one.initiative.area_code, code, level, on)
    ]
    documents = [one for one in shown.documents if _is_here(one.area_code, code, level, on)]
    request = MapRequest(on=on, grid=Grid.ALL, level=None)
    # As read, under this one code: a county's page also holds what its districts do.
    told = [_moved(one, code) for one in documents]
    found = policy_map([_at(one, code) for one in here], told, codes, request)
    cells = {cell.code: cell for cell in found.cells if cell.area_code == code}
    name = area.name if area else next((one.area_name for one in documents if one.area_name), code)
    return AreaProfile(
        code=AreaCode(code),
        name=name,
        area=area,
        level=level,
        codes=codes,
        cells=tuple(cells[one] for one in codes.labels if one in cells),
        initiatives=tuple(here),
        documents=tuple(documents),
    )


def _where(code: str) -> tuple[Area | None, Level | None, date]:
    register = area_register()
    if not register.has(code):
        return None, None, today()
    area = register.get(code)
    level = next((one for one in (Level.UTLA, Level.ICB) if one.holds(area.kind)), None)
    return area, level, last_day(area)


def _is_here(read: str, code: str, level: Level | None, on: date) -> bool:
    if read == code or not read:
        return read == code
    try:
        place = placed(read, "", level, on)
    except CareAtlasError:  # an area of that day is not known: it is then nowhere, and the map lists it
        return False
    return place.area is not None and place.area.code == code


def _at(one: ReviewedInitiative, code: str) -> ReviewedInitiative:
    return replace(one, initiative=replace(one.initiative, area_code=AreaCode(code)))


def _moved(one: DocumentRead, code: str) -> DocumentRead:
    return replace(one, area_code=AreaCode(code))


def cells(cell: MapCell, profile: AreaProfile, query: Mapping[str, str]) -> list[Cell]:
    """Return a code as the cells of the table, with a link to its initiatives."""
    label = Link(text=cell.code_label, page="initiatives", query=dict(query)) if cell.count else cell.code_label
    share = Figure(f"{cell.confirmed_share:.0%} of {cell.count}") if cell.confirmed_share is not None else None
    return [
        label,
        cell.count,
        cell.certain,
        cell.first_seen.isoformat() if cell.first_seen else "",
        cell.strongest_status.value if cell.strongest_status else "",
        share,
        profile.state_of(cell),
    ]


def csv_cells(cell: MapCell, profile: AreaProfile) -> list[str | int | float | None]:
    """Return a code as the cells of the CSV file."""
    book = f"{profile.codes.codebook_id} {profile.codes.codebook_version}"
    return [profile.code, profile.name, book, profile.state_of(cell), *code_cells(cell)]


def document_cells(one: DocumentRead) -> list[Cell]:
    """Return a document as the cells of the table, with a link to its pages."""
    said = one.covers or one.published
    return [
        Link(text=one.name, page="evidence", query={"document": one.document_id}),
        one.area_name or one.area_code,
        said.as_text() if said else "",
        f"no: a copy of {one.copy_of}" if one.copy_of else "yes",
    ]
