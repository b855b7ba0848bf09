"""The list holds what a cell of the matrix counts: the same areas, periods, codes and statuses."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from careatlas.areas.area import Level
from careatlas.codebook_file import shipped
from careatlas.evidence_standing import EvidenceStanding
from careatlas.identifiers import AreaCode, DocumentId
from careatlas.initiative import InitiativeStatus
from careatlas.initiative_replay import replayed
from careatlas.period import Period, Precision, financial_year
from evaluation.documents_read import DocumentRead
from evaluation.map_codes import own_codes
from evaluation.map_grid import Grid
from evaluation.policy_map import MapRequest, policy_map
from streamlit_app.initiative_data import Shown
from streamlit_app.initiatives_query import InitiativeFilter, facets_of, filtered
from tests.made_initiatives import evidence, initiative

BOOK = shipped("care-home-integration")
AREAS = {"E08000003": "Manchester", "E07000106": "Canterbury", "E10000016": "Kent", "E07000026": "Allerdale", "": ""}
CODES = ("discharge", "primary-care")
STATUSES = (InitiativeStatus.IN_PLACE, InitiativeStatus.PLANNED, InitiativeStatus.STOPPED)


def shown() -> Shown:
    """Return initiatives of every area, code and status, said in documents of 2020/21 and 2023/24."""
    items, documents = [], []
    for number, ((code, name), topic, status) in enumerate(product(AREAS.items(), CODES, STATUSES)):
        first = 2020 if number % 2 else 2023
        owner = DocumentId(f"d{number}")
        covers = financial_year(first)
        documents.append(
            DocumentRead(document_id=owner, name="plan", area_code=AreaCode(code), area_name=name, covers=covers)
        )
        started = Period(start=date(first - 1, 6, 1), end=None, precision=Precision.MONTH)
        part = evidence(f"p{number}", document_id=owner, codes=(topic,), area_code=code, area_name=name,
                        status=status, period=started, said_on=str(first))  # fmt: skip
        items.append(initiative(f"i{number}", part))
    return Shown(replay=replayed(items, [], EvidenceStanding()), documents=tuple(documents), surveys=(), token="")


@pytest.mark.parametrize(("year", "on"), [("2020/21", date(2021, 3, 31)), ("2023/24", date(2024, 3, 31))])
@pytest.mark.parametrize("status", ["", "in-place", "planned"])
def test_the_list_of_a_cell_has_what_the_cell_counts(year: str, on: date, status: str) -> None:
    seen = shown()
    facets = facets_of(seen, BOOK)
    start = facets.periods[year].start
    wanted = (InitiativeStatus(status),) if status else ()
    request = MapRequest(on=on, level=Level.UTLA, statuses=wanted, first=start, last=start, grid=Grid.FINANCIAL_YEAR)
    found = policy_map(seen.replay.initiatives, seen.documents, own_codes(BOOK), request)
    counted = 0
    for cell in found.cells:
        if cell.count is None and cell.code not in CODES:
            continue
        which = InitiativeFilter(area=cell.area_code, code=cell.code, period=year, status=status)
        listed = filtered(seen.replay.initiatives, which, facets, BOOK)
        assert sorted(one.initiative.initiative_id for one in listed) == list(cell.initiative_ids)
        counted += len(listed)
    assert counted >= 4


def test_what_has_no_area_comes_last_and_can_be_asked_for() -> None:
    seen = shown()
    facets = facets_of(seen, BOOK)
    assert list(facets.areas) == ["E07000026", "E07000106", "E10000016", "E08000003", "none"]  # by name
    every = filtered(seen.replay.initiatives, InitiativeFilter(), facets, BOOK)
    assert [bool(one.initiative.area_code) for one in every[-6:]] == [False] * 6
    assert filtered(every, InitiativeFilter(area="none"), facets, BOOK) == every[-6:]


def test_every_year_between_is_a_choice() -> None:
    years = facets_of(shown(), BOOK).periods
    assert list(years) == [f"{year}/{year % 100 + 1}" for year in range(2019, 2024)]
