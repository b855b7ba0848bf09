from datetime import date

import pytest

from nlp.area_mentions import area_mentions
from nlp.language import BLANK, pipeline, read_text
from nlp.place_context import PlaceContext

ON = date(2024, 3, 1)
KENT, THANET, ICB, WIGAN, CCG = "E10000016", "E07000114", "E54000032", "E08000010", "E38000237"


def own(text, area, body="", on=ON):
    known = PlaceContext(area_code=area, body=body, on=on)
    return [(one.words, one.code) for one in area_mentions(read_text(text, pipeline(BLANK)), on, known) if one.is_own]


@pytest.mark.parametrize(
    ("text", "area", "expected"),
    [
        ("the Council will pay", KENT, [("the Council", KENT)]),
        ("across the county and county-wide", KENT, [("the county", KENT), ("county-wide", KENT)]),
        ("a countywide offer by our local authority", KENT, [("countywide", KENT), ("our local authority", KENT)]),
        ("the borough has homes", WIGAN, [("the borough", WIGAN)]),
        ("the borough has homes", KENT, []),
        ("the county has homes", THANET, [("the county", KENT)]),
        (
            "the County Council and the District Council",
            THANET,
            [("the County Council", KENT), ("the District Council", THANET)],
        ),
        ("our ICS and our system", ICB, [("our ICS", ICB), ("our system", ICB)]),
        ("the system failed", ICB, []),
        ("the ICB pays", ICB, [("the ICB", ICB)]),
        ("the ICB pays", KENT, [("the ICB", ICB)]),
        ("the ICB pays", THANET, [("the ICB", ICB)]),
        ("in our area", WIGAN, [("our area", WIGAN)]),
        ("the council tax and the council", KENT, [("the council", KENT)]),
        ("the Council of Europe", KENT, []),
        ("a council", KENT, []),
        ("the Council will pay", "", []),
        ("the Council will pay", "E92000001", []),
        ("the Council will pay", "E99999999", []),
    ],
)
def test_words_that_lead_to_the_documents_own_area(text, area, expected):
    assert own(text, area) == expected


def test_the_board_only_where_the_body_is_one():
    assert own("the Board agreed", ICB, "NHS Kent and Medway Integrated Care Board") == [("the Board", ICB)]
    assert own("the Board agreed", KENT, "Kent County Council") == []
    assert own("the board agreed", ICB, "NHS Kent and Medway Integrated Care Board") == []


def test_the_ccg_and_the_stp_at_their_time():
    assert own("the CCG agreed", CCG, on=date(2021, 5, 1)) == [("the CCG", CCG)]
    assert own("the STP agreed", KENT, on=date(2019, 5, 1)) == [("the STP", ICB)]
    assert own("the ICB agreed", KENT, on=date(2019, 5, 1)) == []


def test_a_named_council_is_not_the_documents_own():
    known = PlaceContext(area_code=KENT, on=ON)
    found = area_mentions(read_text("Wigan Council pays", pipeline(BLANK)), ON, known)
    assert [(one.code, one.is_own) for one in found] == [(WIGAN, False)]


def test_whether_it_says_where():
    known = PlaceContext(area_code=KENT, on=ON)
    found = area_mentions(read_text("The council works across the county, county-wide.", pipeline(BLANK)), ON, known)
    assert [one.is_placed for one in found] == [False, True, True]
