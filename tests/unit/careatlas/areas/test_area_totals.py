"""Counts of a table on another level: sums are kept, what is lost is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area import Level
from careatlas.areas.area_check import check_areas
from careatlas.areas.area_register import area_register
from careatlas.areas.area_table import read_area_table
from careatlas.areas.area_totals import AreaTotals, area_totals, total_rows
from careatlas.errors import UsageError

NEW_YEAR = date(2023, 1, 1)


def converted_table(folder: Path, text: str, to: Level = Level.ICB, groups: tuple[str, ...] = ()) -> AreaTotals:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    table = read_area_table(path)
    return area_totals(table, check_areas(table), to=to, on=NEW_YEAR, values=("n",), groups=groups)


def sums(result: AreaTotals) -> Mapping[str, float]:
    return {total.code: total.values[0] for total in result.totals}


def test_counts_are_shared_out_and_summed(tmp_path: Path) -> None:
    result = converted_table(tmp_path, "Code,n\nE38000182,162\nE38000187,10\n")
    assert sums(result) == pytest.approx({"E54000057": 151, "E54000058": 21})
    assert {total.code: total.from_split[0] for total in result.totals} == pytest.approx(
        {"E54000057": 141, "E54000058": 21}
    )
    assert [one.code for one in result.split] == ["E38000182"]
    assert result.unconverted == ()


def test_an_ended_code_is_converted_from_what_was_counted(tmp_path: Path) -> None:
    result = converted_table(tmp_path, "Code,n\nE10000006,321\n", Level.UTLA)
    assert sums(result) == {"E10000006": 321}  # on that day Cumbria still was one
    path = tmp_path / "table.csv"
    table = read_area_table(path)
    later = area_totals(table, check_areas(table), to=Level.UTLA, on=date(2024, 1, 1), values=("n",))
    assert sums(later) == pytest.approx({"E06000063": 177, "E06000064": 144})


def test_what_cannot_be_converted_is_named_and_not_lost(tmp_path: Path) -> None:
    text = "Code,Name,n\nE38000001,,5\nE99999999,,7\n,Buckinghamshire,11\n,,13\nE08000009,Salford,17\nE08000009,,100\n"
    result = converted_table(tmp_path, text)
    assert [(row.line, row.values) for row in result.unconverted] == [
        (2, (5,)),
        (3, (7,)),
        (4, (11,)),
        (5, (13,)),
        (6, (17,)),
    ]
    assert all(row.said for row in result.unconverted)
    assert sum(sums(result).values()) == 100


def test_a_total_of_other_rows_is_not_counted_twice(tmp_path: Path) -> None:
    result = converted_table(tmp_path, "Code,n\nE92000001,30\nE47000001,20\nE08000009,10\nE08000003,10\nE06000023,10\n")
    assert sum(sums(result).values()) == pytest.approx(30)
    assert [row.line for row in result.unconverted] == [2, 3]
    assert "total of areas that stand in the table too" in result.unconverted[0].said


def test_groups_are_kept_apart_and_cells_that_are_no_number_are_counted(tmp_path: Path) -> None:
    text = 'Code,year,n\nE08000009,2018,"1,200"\nE08000003,2018,*\nE08000009,2019,-3.5\nE08000003,2019,nan\n'
    result = converted_table(tmp_path, text, groups=("year",))
    assert [(total.groups, total.values, total.missing) for total in result.totals] == [
        (("2018",), [1200.0], 1),
        (("2019",), [-3.5], 1),
    ]


@pytest.mark.parametrize("text", ["1,5", "1_000", "inf", "1e999", "", "12,34", "0x10", "9" * 1_000])
def test_what_may_be_read_two_ways_is_no_number(text: str, tmp_path: Path) -> None:
    (total,) = converted_table(tmp_path, f'Code,n\nE08000009,"{text}"\n').totals
    assert (total.values, total.missing) == ([0.0], 1)


def test_rows_have_a_header(tmp_path: Path) -> None:
    header, row = total_rows(converted_table(tmp_path, "Code,n\nE08000009,2\n"), ("n",), ())
    assert header == ("area_code", "area_name", "n", "n (from split areas)", "missing_cells")
    assert row == ("E54000057", "NHS Greater Manchester Integrated Care Board", 2.0, 0.0, 0)


def test_columns_have_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Code,n\nE08000009,1\n", encoding="utf-8")
    table = read_area_table(path)
    for values in ((), ("m",)):
        with pytest.raises(UsageError):
            area_totals(table, check_areas(table), to=Level.ICB, on=NEW_YEAR, values=values)


AUTHORITIES = [area.code for area in area_register().of_level(Level.UTLA, NEW_YEAR)]


@given(
    counts=st.dictionaries(
        st.sampled_from([*AUTHORITIES, "E38000001", "E99999999"]), st.integers(0, 10**6), min_size=1, max_size=6
    )
)
def test_nothing_is_lost_or_made(counts: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> None:
    text = "Code,n\n" + "".join(f"{code},{count}\n" for code, count in counts.items())
    result = converted_table(tmp_path_factory.mktemp("any"), text)
    lost = sum(row.values[0] for row in result.unconverted)
    assert sum(sums(result).values()) + lost == pytest.approx(sum(counts.values()))


def test_a_total_stands_where_its_parts_are_of_another_group_or_day(tmp_path: Path) -> None:
    text = "Code,year,n\nE10000002,2018,20\nE07000004,2019,5\nE10000002,2019,30\n"  # Buckinghamshire, Aylesbury Vale
    result = converted_table(tmp_path, text, Level.REGION, groups=("year",))
    assert [(total.groups, total.values) for total in result.totals] == [(("2018",), [20.0]), (("2019",), [5.0])]
    assert [row.line for row in result.unconverted] == [4]
    table = read_area_table(tmp_path / "table.csv", dates="year")
    dated = area_totals(table, check_areas(table), to=Level.REGION, on=NEW_YEAR, values=("n",))
    assert [total.values for total in dated.totals] == [[25.0]]


@pytest.mark.parametrize(
    ("old", "new"), [("E07000026", "E06000063"), ("E10000006", "E06000063"), ("E07000190", "E06000066")]
)
def test_what_ended_is_not_added_to_what_it_became(old: str, new: str, tmp_path: Path) -> None:
    result = converted_table(tmp_path, f"Code,n\n{old},10\n{new},10\n", Level.REGION)
    assert [(row.line, row.values) for row in result.unconverted] == [(2, (10,))]
    assert "stands in the table too" in result.unconverted[0].said
    assert sum(sums(result).values()) == 10
    apart = converted_table(tmp_path, f"Code,n,year\n{old},10,2022\n{new},10,2023\n", Level.REGION, groups=("year",))
    assert apart.unconverted == ()


def test_a_region_beside_a_council_is_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("RGN23CD,LAD23CD,n\nE12000002,E08000003,100\n", encoding="utf-8")
    table = read_area_table(path)
    with pytest.raises(UsageError, match="RGN23CD, LAD23CD"):
        area_totals(table, check_areas(table), to=Level.ICB, on=NEW_YEAR, values=("n",))
    named = read_area_table(path, codes=("LAD23CD",))
    result = area_totals(named, check_areas(named), to=Level.ICB, on=NEW_YEAR, values=("n",))
    assert sums(result) == {"E54000057": 100}
