from datetime import date

import pytest

from nlp.area_nesting import above, lies_within

KENT, THANET, MEDWAY, SWALE = "E10000016", "E07000114", "E06000035", "E07000113"
KENT_ICB, KENT_CCG, ENGLAND, SOUTH_EAST = "E54000032", "E38000237", "E92000001", "E12000008"
GM, WIGAN, BURY_CCG, GM_ICB = "E47000001", "E08000010", "E38000024", "E54000057"
ON = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("code", "other"),
    [
        (THANET, KENT),
        (THANET, SOUTH_EAST),
        (KENT, ENGLAND),
        (WIGAN, GM),
        (KENT, KENT_ICB),
        (MEDWAY, KENT_ICB),
        (SWALE, KENT_ICB),
        (WIGAN, GM_ICB),
        (BURY_CCG, GM_ICB),
    ],
)
def test_what_lies_within_what(code, other):
    assert lies_within(code, other, ON)
    assert not lies_within(other, code, ON)


@pytest.mark.parametrize(
    ("code", "other"),
    [(MEDWAY, KENT), (WIGAN, KENT_ICB), (KENT, KENT), ("E99999999", KENT), (THANET, SWALE), ("", KENT)],
)
def test_what_does_not(code, other):
    assert not lies_within(code, other, ON)


def test_a_council_made_later_than_the_small_areas_is_found_by_what_it_followed():
    north_yorkshire, humber_and_north_yorkshire = "E06000065", "E54000051"
    assert lies_within(north_yorkshire, humber_and_north_yorkshire, ON)  # 91 % of its small areas; Craven is elsewhere
    assert not lies_within("E07000163", humber_and_north_yorkshire, ON)  # Craven
    cumberland, north_east = "E06000063", "E54000050"
    assert lies_within(cumberland, north_east, ON)


def test_above_is_by_the_day():
    assert GM in above(WIGAN, ON)
    assert KENT in above(THANET, None)
    aylesbury, buckinghamshire = "E07000004", "E10000002"
    assert buckinghamshire in above(aylesbury, date(2019, 1, 1))
    assert above("E99999999") == frozenset()
