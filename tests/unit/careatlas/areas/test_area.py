"""Areas and levels."""

from __future__ import annotations

from datetime import date

import pytest

from careatlas.areas.area import Area, AreaKind, Level
from careatlas.identifiers import AreaCode

BOURNEMOUTH = Area(
    code=AreaCode("E06000028"),
    name="Bournemouth",
    kind=AreaKind.UNITARY,
    valid_from=date(2009, 4, 1),
    valid_to=date(2019, 4, 1),
    parent=AreaCode("E12000009"),
)


def test_the_last_day_is_not_in_force_and_the_first_is() -> None:
    assert BOURNEMOUTH.is_valid(date(2009, 4, 1))
    assert BOURNEMOUTH.is_valid(date(2019, 3, 31))
    assert not BOURNEMOUTH.is_valid(date(2019, 4, 1))
    assert not BOURNEMOUTH.is_valid(date(2009, 3, 31))
    assert BOURNEMOUTH.years == "2009-04-01 until 2019-04-01"


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        (Level.UTLA, {"county", "unitary", "metropolitan-district", "london-borough"}),
        (Level.LTLA, {"district", "unitary", "metropolitan-district", "london-borough"}),
        (Level.REGION, {"region"}),
        (Level.CCG, {"ccg"}),
        (Level.STP, {"stp"}),
        (Level.SUB_ICB, {"sub-icb"}),
        (Level.ICB, {"icb"}),
    ],
)
def test_a_level_holds_its_kinds_and_no_other(level: Level, kinds: set[str]) -> None:
    assert {kind.value for kind in AreaKind if level.holds(kind)} == kinds


def test_the_health_service_is_told_apart() -> None:
    assert {kind.value for kind in AreaKind if kind.is_nhs} == {"ccg", "stp", "sub-icb", "icb"}
