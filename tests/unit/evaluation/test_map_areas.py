"""Where an area belongs on a map: in one place, or nowhere with the reason."""

from __future__ import annotations

from datetime import date

import pytest

from careatlas.areas.area import Level
from evaluation.map_areas import areas_of, placed
from tests.made_map import BURNLEY, LANCASHIRE, ON


def test_as_read_an_area_stays_as_it_was_named():
    place = placed("Z99", "Nowhere", None, ON)
    assert (place.area.code, place.area.name) == ("Z99", "Nowhere")
    assert placed("Z99", "", None, ON).area.name == "Z99"
    assert areas_of(None, ON) == ()


@pytest.mark.parametrize(
    ("code", "level", "there"),
    [
        (BURNLEY, Level.UTLA, LANCASHIRE),
        ("E09000001", Level.UTLA, "E09000001"),  # City of London
        ("E06000053", Level.ICB, "E54000036"),  # Isles of Scilly
        ("E10000023", Level.UTLA, "E06000065"),  # the county of North Yorkshire before 2023
    ],
)
def test_what_lies_wholly_in_an_area_is_placed_there(code, level, there):
    assert placed(code, "", level, ON).area.code == there


@pytest.mark.parametrize(
    ("code", "why"), [("E10000006", "divided"), ("X1", "no area has the code"), ("", "no code is known for 'Cumbria'")]
)
def test_what_is_divided_or_unknown_is_not_placed(code, why):
    place = placed(code, "Cumbria", Level.UTLA, ON)
    assert place.area is None
    assert why in place.why


def test_the_same_code_is_whole_before_it_was_divided():
    assert placed("E10000006", "Cumbria", Level.UTLA, date(2022, 6, 1)).area.code == "E10000006"
