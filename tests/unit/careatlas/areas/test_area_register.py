"""The register: what it holds on a day, what it finds by code and name, and what it refuses."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas import package_tables
from careatlas.areas.area import AreaKind, Level
from careatlas.areas.area_register import area_register
from careatlas.errors import InputError, UsageError

GREATER_MANCHESTER = {f"E080000{number:02d}" for number in range(1, 11)}


def codes(name: str, on: date | None = None, level: Level | None = None) -> list[str]:
    return [area.code for area in area_register().named(name, on, level)]


@pytest.mark.parametrize(
    ("level", "on", "count"),
    [
        (Level.UTLA, date(2018, 6, 1), 152),
        (Level.UTLA, date(2019, 4, 1), 151),
        (Level.UTLA, date(2020, 4, 1), 151),
        (Level.UTLA, date(2021, 4, 1), 152),
        (Level.UTLA, date(2023, 4, 1), 153),
        (Level.LTLA, date(2016, 6, 1), 326),
        (Level.LTLA, date(2019, 3, 31), 326),
        (Level.LTLA, date(2019, 4, 1), 317),
        (Level.LTLA, date(2020, 4, 1), 314),
        (Level.LTLA, date(2021, 4, 1), 309),
        (Level.LTLA, date(2023, 4, 1), 296),
        (Level.LTLA, date(2025, 4, 1), 296),
        (Level.REGION, date(2024, 1, 1), 9),
        (Level.CCG, date(2021, 4, 1), 106),
        (Level.CCG, date(2022, 6, 30), 106),
        (Level.CCG, date(2022, 7, 1), 0),
        (Level.STP, date(2021, 4, 1), 42),
        (Level.SUB_ICB, date(2022, 7, 1), 106),
        (Level.SUB_ICB, date(2023, 4, 1), 106),
        (Level.ICB, date(2022, 6, 30), 0),
        (Level.ICB, date(2022, 7, 1), 42),
        (Level.ICB, date(2026, 3, 31), 42),
    ],
)
def test_a_level_on_a_day_has_the_areas_that_it_had(level: Level, on: date, count: int) -> None:
    assert len(area_register().of_level(level, on)) == count


@pytest.mark.parametrize(
    ("level", "on", "reason"),
    [
        (Level.ICB, date(2026, 4, 1), "36 ICBs"),
        (Level.SUB_ICB, date(2030, 1, 1), "36 ICBs"),
        (Level.CCG, date(2020, 6, 1), "April 2021"),
        (Level.STP, date(2018, 6, 1), "April 2021"),
        (Level.UTLA, date(2009, 3, 31), "begin on 2009-04-01"),
    ],
)
def test_a_level_that_is_not_known_whole_is_refused_with_the_reason(level: Level, on: date, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        area_register().of_level(level, on)


def test_an_icb_is_not_vouched_for_after_the_change_that_is_not_mapped() -> None:
    assert area_register().valid("E54000057", date(2026, 3, 31))
    assert not area_register().valid("E54000057", date(2026, 4, 1))
    assert area_register().valid("E08000009", date(2026, 4, 1))


def test_every_area_has_a_parent_that_is_there_and_no_codes_overlap_in_time() -> None:
    register = area_register()
    for area in register.areas:
        assert area.valid_to is None or area.valid_from < area.valid_to, area
        assert register.has(area.parent) or area.kind is AreaKind.COUNTRY, area
    for code in {area.code for area in register.areas}:
        spans = [(area.valid_from, area.valid_to) for area in register.all_of(code)]
        for (_, end), (begin, _) in pairwise(spans):
            assert end is not None
            assert end <= begin, code


def test_parents_are_of_the_kind_that_they_should_be() -> None:
    register = area_register()
    expected = {
        AreaKind.DISTRICT: {AreaKind.COUNTY},
        AreaKind.COUNTY: {AreaKind.REGION},
        AreaKind.UNITARY: {AreaKind.REGION},
        AreaKind.METROPOLITAN_DISTRICT: {AreaKind.REGION},
        AreaKind.LONDON_BOROUGH: {AreaKind.REGION},
        AreaKind.SUB_ICB: {AreaKind.ICB},
        AreaKind.ICB: {AreaKind.COUNTRY},
    }
    for area in register.areas:
        if area.kind in expected:
            parent = register.parent(area.code, area.valid_from)
            assert parent is not None
            assert parent.kind in expected[area.kind], area


def test_weights_of_a_succession_sum_to_one_or_are_said_to_be_unknown() -> None:
    by_old: dict[tuple[str, date], list[object]] = {}
    for one in package_tables.successions():
        by_old.setdefault((one.old, one.on), []).append(one.weight)
    unknown = {old for (old, _), weights in by_old.items() if None in weights}
    assert unknown == {"E10000009"}
    assert all(sum(weights) == 1 for (old, _), weights in by_old.items() if old not in unknown)
    register = area_register()
    for one in package_tables.successions():
        assert register.get(one.new, one.on).valid_from <= one.on
        assert any(area.valid_to == one.on for area in register.all_of(one.old)), one


def test_one_code_is_a_ccg_first_and_a_sub_icb_then() -> None:
    register = area_register()
    assert [area.kind for area in register.all_of("E38000006")] == [AreaKind.CCG, AreaKind.SUB_ICB]
    assert register.get("E38000006", date(2022, 6, 30)).name == "NHS Barnsley CCG"
    assert register.get("E38000006", date(2022, 7, 1)).kind is AreaKind.SUB_ICB
    assert register.get("E38000006").kind is AreaKind.SUB_ICB
    assert register.get("E38000006", date(2000, 1, 1)).kind is AreaKind.CCG  # the nearest in time


def test_an_unknown_code_names_those_that_are_near() -> None:
    with pytest.raises(UsageError) as unknown:
        area_register().get("E08000099")
    assert "E08000009 Trafford" in unknown.value.mend


def test_a_code_of_a_vintage_that_is_not_ours_is_recognised() -> None:
    with pytest.raises(UsageError, match="CCG that ended before April 2019"):
        area_register().get("E38000058")
    with pytest.raises(UsageError, match="STP of another vintage"):
        area_register().get("E54000005")


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        ("Buckinghamshire", None, ["E06000060", "E10000002"]),
        ("Buckinghamshire", date(2019, 6, 1), ["E10000002"]),
        ("Buckinghamshire", date(2020, 4, 1), ["E06000060"]),
        ("Dorset", None, ["E06000059", "E10000009"]),
        ("Dorset", date(2018, 1, 1), ["E10000009"]),
        ("Somerset", None, ["E06000066", "E10000027"]),
        ("Somerset County Council", None, ["E10000027"]),
        ("Dorset Council", date(2015, 1, 1), ["E10000009"]),  # the later name does not hide the earlier area
        ("Northamptonshire", None, ["E10000021"]),
        ("Northamptonshire", date(2021, 4, 1), []),  # no council any more, and the STP is not silently meant
        ("NHS Northamptonshire", date(2021, 4, 1), ["E38000242", "E54000020"]),
        ("Cheshire", None, []),  # a council until 2009; the CCG of that name is not meant
        ("Kent and Medway", date(2023, 1, 1), ["E54000032"]),
        ("Cornwall", date(2018, 1, 1), ["E06000052"]),
        ("Bournemouth", date(2018, 1, 1), ["E06000028"]),
        ("Bournemouth", date(2020, 1, 1), []),
        ("Gateshead", None, ["E08000037"]),  # the same council under a new code: the present one
        ("Gateshead", date(2012, 1, 1), ["E08000020"]),
        ("Shepway", None, ["E07000112"]),
        ("Durham", None, ["E06000047"]),
        ("St Helens Council", None, ["E08000013"]),
        ("Hull", None, ["E06000010"]),
        ("City of London", None, ["E09000001"]),
        ("London", None, ["E12000007"]),
        ("North East", None, ["E12000001"]),  # the region, not the combined authority
        ("West Midlands Combined Authority", None, ["E47000007"]),
        ("Greater Manchester", None, ["E47000001"]),
        ("NHS South Yorkshire ICB", None, ["E54000061"]),
        ("NHS South Yorkshire ICB - 02P", None, ["E38000006"]),
        ("NHS Sussex Integrated Care Board", date(2022, 9, 1), ["E54000053"]),
        ("NHS Sussex Integrated Care Board", date(2024, 9, 1), ["E54000064"]),
        ("NHS Leeds CCG", date(2021, 6, 1), ["E38000225"]),
        ("Leeds", None, ["E08000035"]),
        ("NHS Barnet CCG", date(2019, 6, 1), ["E38000005"]),
        ("Joined Up Care Derbyshire", None, ["E54000012"]),
        ("", None, []),
        ("council", None, []),
    ],
)
def test_a_name_finds_the_area_that_had_it(name: str, on: date | None, expected: list[str]) -> None:
    assert codes(name, on) == expected


def test_a_level_tells_areas_of_one_name_apart() -> None:
    on = date(2022, 9, 1)
    assert codes("Somerset", on, Level.UTLA) == ["E10000027"]
    assert codes("Somerset", on, Level.ICB) == ["E54000038"]
    assert codes("Somerset", on, Level.REGION) == []


def test_every_area_is_found_by_its_own_name_on_its_days() -> None:
    register = area_register()
    for area in register.areas:
        on = area.valid_from
        level = next((one for one in Level if one.holds(area.kind)), None)
        is_combined = area.kind is AreaKind.COMBINED_AUTHORITY  # some have the name of a region
        found = register.named(f"{area.name} Combined Authority" if is_combined else area.name, on, level)
        assert area in found, area
        assert len([one for one in found if one.kind is area.kind]) == 1, area


def test_similar_names_are_proposed_and_rubbish_is_not() -> None:
    register = area_register()
    assert register.near("Bournmouth")[0].code == "E06000028"
    assert register.near("Nothumberland")[0].code == "E06000057"
    assert [area.code for area in register.near("E06000099", 2)] == ["E06000009", "E06000019"]
    assert register.near("zzzzqqqq") == ()
    assert register.near("") == ()
    assert len(register.near("south", 3)) == 3


@given(st.text(max_size=400))
def test_any_text_is_looked_up_without_an_error(text: str) -> None:
    register = area_register()
    register.named(text)
    register.near(text)
    assert register.has(text) is bool(register.all_of(text))


def test_the_ten_boroughs_stand_under_their_combined_authority_since_it_began() -> None:
    register = area_register()
    assert {area.code for area in register.members("E47000001", date(2020, 1, 1))} == GREATER_MANCHESTER
    assert register.members("E47000001", date(2011, 3, 31)) == ()
    authority = register.combined_authority("E08000009", date(2020, 1, 1))
    assert authority is not None
    assert authority.name == "Greater Manchester"
    assert register.combined_authority("E06000052", date(2020, 1, 1)) is None


def test_members_of_a_county_and_of_an_icb_change_with_the_days() -> None:
    register = area_register()
    assert len(register.members("E10000006", date(2022, 1, 1))) == 6
    assert register.members("E10000006", date(2023, 4, 1)) == ()
    assert "E38000021" in {area.code for area in register.members("E54000053", date(2022, 9, 1))}
    assert register.members("E54000053", date(2023, 9, 1)) == ()
    parent = register.parent("E38000021", date(2023, 9, 1))
    assert parent is not None
    assert parent.code == "E54000064"


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("E07000026", date(2022, 1, 1), "E10000006"),  # Allerdale in Cumbria
        ("E07000026", date(2023, 4, 1), "E06000063"),  # and what it became
        ("E07000048", date(2020, 1, 1), "E06000058"),  # Christchurch
        ("E06000060", date(2018, 1, 1), "E10000002"),  # back in time
        ("E06000061", date(2018, 1, 1), "E10000021"),
        ("E08000038", date(2018, 1, 1), "E08000016"),
        ("E08000009", date(2018, 1, 1), "E08000009"),
        ("E09000001", date(2018, 1, 1), "E09000001"),
        ("E06000053", date(2018, 1, 1), "E06000053"),
        ("E06000058", date(2018, 1, 1), None),  # was parts of three authorities
        ("E10000006", date(2023, 4, 1), None),  # became two
        ("E12000001", date(2020, 1, 1), None),
        ("E54000057", date(2023, 1, 1), None),
    ],
)
def test_the_upper_tier_authority_of_a_council_on_a_day(code: str, on: date, expected: str | None) -> None:
    found = area_register().upper_tier(code, on)
    assert (found.code if found else None) == expected
