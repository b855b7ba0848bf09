from datetime import date

import pytest

from careatlas.areas.area_register import area_register
from careatlas.document import NO_AREA
from nlp.area_forms import AreaForm
from nlp.area_names import area_ruler
from nlp.area_resolution import resolved
from nlp.name_words import words_of_name

PLACE = AreaForm.PLACE


def meant(name, form=PLACE, on=None, own=NO_AREA):
    return resolved(area_ruler().areas[words_of_name(name)], form, on, own, area_register())


@pytest.mark.parametrize(
    ("name", "form", "on", "code"),
    [
        ("Buckinghamshire", PLACE, date(2019, 5, 1), "E10000002"),
        ("Buckinghamshire", PLACE, date(2021, 5, 1), "E06000060"),
        ("Somerset", PLACE, date(2022, 5, 1), "E10000027"),
        ("Somerset", PLACE, date(2024, 5, 1), "E06000066"),
        ("Kent and Medway", AreaForm.CCG, date(2021, 5, 1), "E38000237"),
        ("Greater Manchester", PLACE, date(2014, 5, 1), "E47000001"),
        ("Greater Manchester", PLACE, date(2024, 5, 1), "E54000057"),
        ("Greater Manchester", AreaForm.COMBINED_AUTHORITY, date(2024, 5, 1), "E47000001"),
        ("Bury", PLACE, date(2020, 5, 1), "E08000002"),
        ("Bury", AreaForm.CCG, date(2020, 5, 1), "E38000024"),
    ],
)
def test_the_day_and_the_form_decide(name, form, on, code):
    found = meant(name, form, on)
    assert found.area.code == code
    assert not found.is_expired


def test_a_county_that_was_is_named_and_said_to_have_ended():
    then, now = meant("Northamptonshire", on=date(2019, 5, 1)), meant("Northamptonshire", on=date(2024, 5, 1))
    assert (then.area.code, then.is_expired, then.factor) == ("E10000021", False, 1.0)
    assert (now.area.code, now.is_expired) == ("E10000021", True)
    assert now.factor < 0.5
    assert "ended on 2021-04-01" in now.why


def test_what_has_just_ended_or_is_about_to_begin_is_not_expired():
    ended = meant("Bury", AreaForm.CCG, date(2022, 12, 31))
    assert (ended.area.code, ended.is_expired) == ("E38000024", False)
    assert "ended on" in ended.why
    begins = meant("Kent and Medway", AreaForm.ICB, date(2022, 3, 1))
    assert (begins.area.code, begins.is_expired) == ("E54000032", False)
    assert "begins on 2022-07-01" in begins.why
    assert meant("Kent and Medway", AreaForm.ICB, date(2019, 3, 1)).is_expired


def test_two_areas_of_one_name_are_never_silently_the_first():
    found = meant("Newcastle", on=date(2024, 5, 1))
    assert found.area is None
    assert {area.code for area in found.candidates} == {"E08000021", "E07000195"}
    assert found.factor < 0.5
    assert "E08000021" in found.why
    assert "E07000195" in found.why


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("E10000028", "E07000195"),  # Staffordshire: the one within it
        ("E07000195", "E07000195"),
        ("E08000022", "E08000021"),  # North Tyneside: the one in its region
        ("E12000001", "E08000021"),
    ],
)
def test_where_the_document_comes_from_decides(own, code):
    found = meant("Newcastle", on=date(2024, 5, 1), own=own)
    assert found.area.code == code
    assert found.why


def test_a_date_that_is_not_known_is_said_where_it_matters():
    assert meant("Somerset").area.code == "E06000066"
    assert "not known" in meant("Somerset").why
    assert meant("Thanet").why == ""
    assert "ended on 2021-04-01" in meant("Northamptonshire").why


def test_a_name_with_the_wrong_form_is_doubtful():
    found = meant("Dover", AreaForm.CCG, date(2020, 5, 1))
    assert found.area.code == "E07000108"
    assert found.factor == pytest.approx(0.6)
    assert "no ccg of this name" in found.why
    assert meant("West Midlands", AreaForm.COUNTY, date(2020, 5, 1)).factor < 0.5


def test_the_region_before_the_combined_authority_and_it_is_said():
    found = meant("West Midlands", on=date(2024, 5, 1))
    assert found.area.code == "E12000005"
    assert len(found.candidates) == 2
    assert "combined authority" in found.why
