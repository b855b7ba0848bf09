"""The profile of an area: what is there, what is not found, and what cannot be found."""

from __future__ import annotations

from careatlas.codebook_file import shipped, shipped_crosswalks
from careatlas.identifiers import Code
from careatlas.reviewed_initiative import Provenance
from evaluation.map_codes import crossed_codes, own_codes
from streamlit_app.area_query import (
    ABSENT,
    CSV_HEADER,
    FOUND,
    MISSING,
    UNREACHED,
    area_choices,
    area_profile,
    cells,
    csv_cells,
    document_cells,
)
from tests.made_map import BURNLEY, CODES, LANCASHIRE, MANCHESTER, SALFORD, document, said, span, stands
from tests.unit.streamlit_app.test_map_query import shown

PLANS = (document("d1", "2023-06"), document("d2", "2023", area_code=BURNLEY, area_name="Burnley", copy_of="d1"))


def one(name: str, **changes):
    return stands(name, said(f"e-{name}", "d1", said_on="2023-06", period=span("2023-05-01", ".."), **changes))


def test_every_code_is_found_or_not_found_or_missing():
    profile = area_profile(shown(one("i1"), documents=PLANS), CODES, MANCHESTER)
    states = {cell.code: profile.state_of(cell) for cell in profile.cells}
    assert states == {"flow": FOUND, "discharge": FOUND, "workforce": ABSENT}
    assert profile.documents_counted == 1
    assert profile.name == "Manchester"


def test_nothing_read_is_not_nothing_done():
    profile = area_profile(shown(one("i1"), documents=PLANS), CODES, SALFORD)
    assert (profile.cells, profile.initiatives, profile.documents_counted) == ((), (), 0)
    assert profile.name == "Salford"


def test_what_is_told_of_before_a_document_of_the_area_was_read_is_found_and_the_rest_missing():
    profile = area_profile(shown(one("i1", area_code=SALFORD)), CODES, SALFORD)
    assert {profile.state_of(cell) for cell in profile.cells} == {FOUND, MISSING}


def test_a_county_holds_its_districts_and_a_district_stands_by_itself():
    burnley = one("i2", area_code=BURNLEY, area_name="Burnley")
    county = area_profile(shown(burnley, documents=PLANS), CODES, LANCASHIRE)
    assert [item.initiative.initiative_id for item in county.initiatives] == ["i2"]
    assert [item.document_id for item in county.documents] == ["d2"]
    assert county.documents_counted == 0  # a copy
    district = area_profile(shown(burnley, documents=PLANS), CODES, BURNLEY)
    assert (district.level, len(district.initiatives)) == (None, 1)


def test_rejected_ones_are_left_out():
    gone = stands("i3", said("e3", "d1", said_on="2023-06"), provenance=Provenance.REJECTED)
    assert area_profile(shown(gone, documents=PLANS), CODES, MANCHESTER).initiatives == ()


def test_an_unknown_code_is_shown_as_it_is():
    profile = area_profile(shown(documents=PLANS), CODES, "E99999999")
    assert (profile.area, profile.name) == (None, "E99999999")


def test_held_against_another_codebook_says_what_can_never_be_found():
    book, target = shipped("care-home-integration"), shipped("ehch-v2")
    codes = crossed_codes(book, target, shipped_crosswalks())
    told = one("i4", codes=(Code("primary-care"),))
    profile = area_profile(shown(told, documents=PLANS), codes, MANCHESTER)
    states = {cell.code: profile.state_of(cell) for cell in profile.cells}
    assert states["1b-home-round"] == FOUND
    assert {states[code] for code in states if code.startswith("6")} == {ABSENT}
    unreached = {code for code, state in states.items() if state == UNREACHED}
    linked = {link.target_code for walk in shipped_crosswalks() if walk.target_id == target.id for link in walk.links}
    assert unreached
    assert not unreached & linked


def test_rows_lead_to_initiatives_where_there_are_any():
    profile = area_profile(shown(one("i1"), documents=PLANS), CODES, MANCHESTER)
    found, absent = profile.cells[1], profile.cells[2]
    assert cells(found, profile, {"area": MANCHESTER, "code": "discharge"})[0].query["code"] == "discharge"
    assert cells(absent, profile, {})[0] == "Workforce"
    row = dict(zip(CSV_HEADER, csv_cells(found, profile), strict=True))
    assert (row["initiatives"], row["state"], row["initiative_ids"]) == (1, FOUND, "i1")


def test_documents_that_are_copies_say_so():
    assert document_cells(PLANS[1])[-1] == "no: a copy of d1"
    assert document_cells(PLANS[0])[2:] == ["2023-06-01/2023-07-01", "yes"]


def test_areas_to_choose_from_are_those_that_something_is_known_of():
    told = shown(one("i1", area_code=SALFORD, area_name="Salford"), documents=PLANS)
    assert area_choices(told) == {BURNLEY: "Burnley", MANCHESTER: "Manchester", SALFORD: "Salford"}


def test_own_codes_reach_everything():
    profile = area_profile(shown(documents=PLANS), own_codes(shipped("care-home-integration")), MANCHESTER)
    assert {profile.state_of(cell) for cell in profile.cells} == {ABSENT}
