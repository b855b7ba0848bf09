from __future__ import annotations

from datetime import date

import pytest

from careatlas.areas.area_register import area_register
from streamlit_app import area_holding
from streamlit_app.area_holding import NO_AREA, lies_in


@pytest.mark.parametrize(
    ("code", "area", "holds"),
    [
        ("E08000003", "E08000003", True),
        ("E07000106", "E10000016", True),  # Canterbury in Kent
        ("E10000016", "E07000106", False),
        ("E08000003", "E12000002", True),  # Manchester in the North West
        ("E08000003", "E47000001", True),  # and in its combined authority
        ("E08000003", "E92000001", True),
        ("E10000016", "E12000002", False),
        ("E07000026", "E06000063", True),  # Allerdale became part of Cumberland
        ("E08000003", NO_AREA, False),
        ("", NO_AREA, True),
        ("", "E08000003", False),
        ("E99999999", "E10000016", False),
        ("E99999999", "E99999999", True),
        ("E10000016", "E99999999", False),
    ],
)
def test_what_lies_in_what(code: str, area: str, holds: bool) -> None:
    assert lies_in(code, area) is holds


def test_the_day_of_the_map_decides_which_areas_are_meant() -> None:
    assert lies_in("E07000026", "E10000006", date(2019, 1, 1))  # Allerdale in Cumbria
    assert lies_in("E07000026", "E10000006")  # of a county that is no more, its last day


def test_of_a_board_the_last_day_of_the_42_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(area_holding, "today", lambda: date(2026, 11, 24))
    lies_in.cache_clear()
    assert lies_in("E38000006", "E54000061")  # Barnsley's sub-ICB in South Yorkshire
    assert area_holding.last_day(area_register().get("E54000061")) == date(2026, 3, 31)
    assert area_holding.last_day(area_register().get("E08000003")) == date(2026, 11, 24)
    assert area_holding.last_day(area_register().get("E10000006")) == date(2023, 3, 31)
