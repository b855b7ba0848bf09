"""The open tables: what is read from a folder of them, and what stops the making of ours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from careatlas.areas.make_tables import joint_of
from careatlas.areas.open_tables import OpenTables, first_day_after
from careatlas.areas.succession_rows import district_successions
from careatlas.errors import InputError


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("2019-03-31", date(2019, 4, 1)),  # a last day
        ("2023-04-01", date(2023, 4, 1)),  # the day after
        ("2020-02-29", date(2020, 3, 1)),
    ],
)
def test_a_last_day_and_the_day_after_are_one(text: str, day: date | None) -> None:
    assert first_day_after(text) == day


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing") as missing:
        OpenTables(tmp_path).rows("lookup_ltla_ltla.csv")
    assert "lookup_ltla_ltla.csv" in missing.value.where


def test_only_england_is_taken(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\nE06000001,x\nW06000001,y\n", encoding="utf-8")
    assert OpenTables(tmp_path).pairs("t.csv", "a", "b") == {"E06000001": "x"}


def district_tables(folder: Path, last: str) -> OpenTables:
    years = range(16, 25)
    header = ",".join(f"ltla{year}_code,ltla{year}_name" for year in years)
    same = ",".join("E07000001,Old" for _ in years[:-2])
    rows = [f"{same},{code},New,{code},New" for code in last.split()]
    (folder / "lookup_ltla_ltla.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "lookup_ltla22_ltla23.csv").write_text("ltla22_code,ltla23_code\nE07000001,E06000002\n", encoding="utf-8")
    return OpenTables(folder)


def test_a_district_that_became_another_is_a_succession(tmp_path: Path) -> None:
    assert district_successions(district_tables(tmp_path, "E06000002")) == [
        ("E07000001", "E06000002", date(2023, 4, 1), "1", "wholly")
    ]


def test_a_split_district_and_tables_that_do_not_agree_stop_the_making(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="split in 2023"):
        district_successions(district_tables(tmp_path, "E06000002 E06000003"))
    with pytest.raises(InputError, match="do not agree"):
        district_successions(district_tables(tmp_path, "E06000003"))


def test_cells_that_the_tables_leave_open_stop_the_making(tmp_path: Path) -> None:
    for name, area, district in (
        ("overlap_ccg21_stp21_ltla21.csv", "ccg21_code", "ltla21_code"),
        ("overlap_sicbl22_icb22_ltla22.csv", "sicbl22_code", "ltla22_code"),
    ):
        codes = ("A", "B") if area == "ccg21_code" else ("C", "D")
        rows = [f"{code},E07000001,1" for code in codes]
        (tmp_path / name).write_text("\n".join([f"{area},{district},lsoa11_count", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="leave open how to split E07000001"):
        joint_of(OpenTables(tmp_path))
