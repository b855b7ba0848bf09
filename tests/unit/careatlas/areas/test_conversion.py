"""Conversions: shares that sum to one, the known splits, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area import AreaKind, Level
from careatlas.areas.area_register import area_register
from careatlas.areas.conversion import Basis, converted
from careatlas.errors import InputError, UsageError

NEW_YEAR = date(2023, 1, 1)
SUMMER_2021 = date(2021, 6, 1)
YEAR_2024 = date(2024, 1, 1)
LEVELS_AND_DAYS = (
    (Level.CCG, SUMMER_2021),
    (Level.STP, SUMMER_2021),
    (Level.SUB_ICB, NEW_YEAR),
    (Level.ICB, NEW_YEAR),
    (Level.ICB, YEAR_2024),
    (Level.UTLA, date(2020, 6, 1)),
    (Level.UTLA, NEW_YEAR),
    (Level.UTLA, YEAR_2024),
    (Level.LTLA, NEW_YEAR),
    (Level.LTLA, YEAR_2024),
    (Level.REGION, YEAR_2024),
)


def parts(code: str, to: Level, on: date, basis: Basis = Basis.SMALL_AREAS) -> dict[str, float]:
    return {part.code: part.weight for part in converted(code, to, on, basis).parts}


@pytest.mark.parametrize(
    ("code", "shares"),
    [
        ("E38000026", {"E54000056": 498 / 507, "E54000059": 9 / 507}),
        ("E38000182", {"E54000057": 141 / 162, "E54000058": 21 / 162}),
        ("E38000250", {"E54000062": 712 / 804, "E54000055": 92 / 804}),
    ],
)
def test_the_three_split_ccgs_are_shared_out_by_small_areas(code: str, shares: dict[str, float]) -> None:
    conversion = converted(code, Level.ICB, NEW_YEAR)
    assert {part.code: part.weight for part in conversion.parts} == pytest.approx(shares)
    assert conversion.is_split
    assert "by small areas" in conversion.said
    assert "geographr" in conversion.source
    assert conversion.parts[0].small_areas in {498, 141, 712}


def test_exactly_three_ccgs_are_split_between_icbs() -> None:
    register = area_register()
    split = {
        area.code
        for area in register.of_level(Level.CCG, SUMMER_2021)
        if converted(area.code, Level.ICB, NEW_YEAR).is_split
    }
    assert split == {"E38000026", "E38000182", "E38000250"}


@pytest.mark.parametrize(
    ("code", "to", "on", "expected"),
    [
        ("E06000028", Level.UTLA, date(2020, 1, 1), "E06000058"),  # Bournemouth
        ("E07000048", Level.UTLA, date(2020, 1, 1), "E06000058"),  # Christchurch
        ("E07000004", Level.UTLA, date(2018, 1, 1), "E10000002"),  # Aylesbury Vale in its county
        ("E07000004", Level.UTLA, YEAR_2024, "E06000060"),
        ("E10000002", Level.UTLA, YEAR_2024, "E06000060"),
        ("E10000023", Level.UTLA, YEAR_2024, "E06000065"),
        ("E06000062", Level.UTLA, date(2020, 1, 1), "E10000021"),  # back in time
        ("E07000026", Level.LTLA, YEAR_2024, "E06000063"),
        ("E08000020", Level.UTLA, YEAR_2024, "E08000037"),  # a code of 2012
        ("E08000016", Level.UTLA, date(2025, 6, 1), "E08000038"),
        ("E08000038", Level.UTLA, YEAR_2024, "E08000016"),
        ("E54000053", Level.ICB, YEAR_2024, "E54000064"),
        ("E38000246", Level.SUB_ICB, YEAR_2024, "E38000264"),
        ("E38000264", Level.ICB, NEW_YEAR, "E54000052"),
        ("E38000006", Level.ICB, YEAR_2024, "E54000061"),
        ("E10000009", Level.ICB, YEAR_2024, "E54000041"),  # its two successors lie in one ICB
        ("E10000009", Level.REGION, YEAR_2024, "E12000009"),
        ("E07000190", Level.ICB, YEAR_2024, "E54000038"),  # Taunton Deane, merged since
        ("E09000001", Level.ICB, YEAR_2024, "E54000029"),  # City of London
        ("E06000053", Level.ICB, YEAR_2024, "E54000036"),  # Isles of Scilly
        ("E08000009", Level.REGION, YEAR_2024, "E12000002"),
        ("E06000058", Level.REGION, date(2018, 1, 1), "E12000009"),
    ],
)
def test_an_area_that_lies_in_one_other(code: str, to: Level, on: date, expected: str) -> None:
    assert parts(code, to, on) == {expected: 1.0}


def test_counties_that_became_two_are_shared_out() -> None:
    assert parts("E10000006", Level.UTLA, YEAR_2024) == pytest.approx({"E06000063": 177 / 321, "E06000064": 144 / 321})
    assert parts("E10000021", Level.UTLA, YEAR_2024) == pytest.approx({"E06000061": 194 / 422, "E06000062": 228 / 422})


def test_an_icb_and_its_authorities_by_both_bases() -> None:
    by_areas = parts("E54000036", Level.UTLA, YEAR_2024)
    by_people = parts("E54000036", Level.UTLA, YEAR_2024, Basis.PEOPLE_65)
    assert set(by_areas) == set(by_people) == {"E06000052", "E06000053"}
    assert by_people["E06000053"] == pytest.approx(580 / (580 + 142_466))
    assert converted("E54000036", Level.UTLA, YEAR_2024, Basis.PEOPLE_65).said.count("residents aged 65 and over") == 1
    assert len(parts("E54000057", Level.UTLA, YEAR_2024)) == 10


def test_the_same_area_is_itself() -> None:
    conversion = converted("E54000057", Level.ICB, NEW_YEAR)
    assert {part.code: part.weight for part in conversion.parts} == {"E54000057": 1.0}
    assert "is itself" in conversion.said


@pytest.mark.parametrize(
    ("code", "to", "on", "reason"),
    [
        ("E54000057", Level.ICB, date(2026, 4, 1), "36 ICBs"),
        ("E08000009", Level.ICB, date(2026, 4, 1), "do not give their codes"),
        ("E38000006", Level.SUB_ICB, date(2027, 1, 1), "36 ICBs"),
        ("E08000009", Level.ICB, date(2022, 6, 30), "no ICBs"),
        ("E08000009", Level.CCG, date(2022, 7, 1), "no CCGs"),
        ("E08000009", Level.CCG, date(2020, 1, 1), "April 2021"),
        ("E10000009", Level.UTLA, YEAR_2024, "no small areas"),  # Dorset county became part of two
        ("E07000004", Level.ICB, YEAR_2024, "no small areas"),  # part of Buckinghamshire, which lies in two
        ("E54000041", Level.UTLA, date(2018, 6, 1), "cannot be shared out"),
        ("E06000061", Level.LTLA, date(2020, 6, 1), "cannot be shared out"),
        ("E38000001", Level.ICB, YEAR_2024, "do not say which small areas"),  # a CCG of 2019
    ],
)
def test_what_the_tables_do_not_tell_is_refused_with_the_reason(code: str, to: Level, on: date, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        converted(code, to, on)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UsageError):
        converted("E99999999", Level.UTLA, YEAR_2024)


CODES = sorted({area.code for area in area_register().areas})


@given(st.sampled_from(CODES), st.sampled_from(LEVELS_AND_DAYS), st.sampled_from(Basis))
def test_shares_are_positive_sum_to_one_and_name_areas_of_the_level(
    code: str, asked: tuple[Level, date], basis: Basis
) -> None:
    to, on = asked
    conversion = None
    with suppress(InputError):  # no other error: the code is one of ours
        conversion = converted(code, to, on, basis)
    if conversion is None:
        return
    assert sum(part.weight for part in conversion.parts) == pytest.approx(1, abs=1e-12)
    register = area_register()
    for part in conversion.parts:
        area = register.get(part.code, on)
        assert 0 < part.weight <= 1
        assert to.holds(area.kind)
        assert area.is_valid(on)
        assert area.name == part.name
    assert [part.weight for part in conversion.parts] == sorted(
        (part.weight for part in conversion.parts), reverse=True
    )


@given(st.sampled_from(LEVELS_AND_DAYS[:8]), st.sampled_from(LEVELS_AND_DAYS[:8]), st.data())
def test_a_round_trip_conserves_the_total(
    there: tuple[Level, date], back: tuple[Level, date], data: st.DataObject
) -> None:
    areas = area_register().of_level(*there)
    chosen = data.draw(st.lists(st.sampled_from(areas), min_size=1, max_size=4, unique=True))
    totals = {area.code: data.draw(st.integers(0, 10**6)) for area in chosen}
    for level, on in (back, there):
        shared: dict[str, float] = {}
        for code, total in totals.items():
            for part in converted(code, level, on).parts:
                shared[part.code] = shared.get(part.code, 0) + total * part.weight
        assert sum(shared.values()) == pytest.approx(sum(totals.values()))
        totals = shared  # type: ignore[assignment]


def test_england_on_a_level_is_all_of_it() -> None:
    for to, on in LEVELS_AND_DAYS:
        assert set(parts("E92000001", to, on)) == {area.code for area in area_register().of_level(to, on)}


def test_every_authority_and_icb_of_the_tables_converts_to_the_other() -> None:
    register = area_register()
    for on in (NEW_YEAR, YEAR_2024):
        for area in register.of_level(Level.UTLA, on):
            assert all(register.get(code).kind is AreaKind.ICB for code in parts(area.code, Level.ICB, on))
        for area in register.of_level(Level.ICB, on):
            assert parts(area.code, Level.UTLA, on)
