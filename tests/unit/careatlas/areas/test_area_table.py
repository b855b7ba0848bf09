"""Reading somebody else's table: its columns, its days, and rubbish."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas import area_table
from careatlas.areas.area_table import day_of, read_area_table
from careatlas.errors import CareAtlasError, InputError, UsageError


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "codes", "names"),
    [
        ("Code,Name,Value", ("Code",), ("Name",)),
        ("area_code,area_name,value", ("area_code",), ("area_name",)),
        ("LAD19CD,LAD19NM,n", ("LAD19CD",), ("LAD19NM",)),
        ("ltla21_code,ltla21_name,n", ("ltla21_code",), ("ltla21_name",)),
        ("x,Local Authority,n", ("x",), ("Local Authority",)),  # found by what stands in it
        ("gss-code,n,m", ("gss-code",), ()),
    ],
)
def test_columns_are_found(header: str, codes: tuple[str, ...], names: tuple[str, ...], tmp_path: Path) -> None:
    read = read_area_table(table(tmp_path, f"{header}\nE08000009,Trafford,1\nE08000003,Manchester,2\n"))
    assert (read.code_columns, read.name_columns) == (codes, names)


def test_a_column_of_names_alone_is_found_and_numbers_are_no_codes(tmp_path: Path) -> None:
    read = read_area_table(table(tmp_path, "Name,Period,Count\nTrafford,201904,123456789\n"))
    assert (read.code_columns, read.name_columns) == ((), ("Name",))


def test_codes_and_names_that_belong_together_are_paired(tmp_path: Path) -> None:
    read = read_area_table(
        table(tmp_path, "LAD19CD,ccg19cd,LAD19NM,CCG19NM\nE08000009,E38000187,Trafford,NHS Trafford CCG\n")
    )
    assert [read.name_beside(code) for code in read.code_columns] == ["LAD19NM", "CCG19NM"]


def test_lines_are_those_of_the_file_though_a_cell_spans_several(tmp_path: Path) -> None:
    read = read_area_table(table(tmp_path, 'Name,Note\nTrafford,"one\ntwo"\n\nBury,x\n'))
    assert [(row.line, row.cells["Name"]) for row in read.rows] == [(2, "Trafford"), (5, "Bury")]


def test_a_byte_order_mark_and_blanks_do_not_matter(tmp_path: Path) -> None:
    read = read_area_table(table(tmp_path, "\ufeff Name , n\n Trafford ,1\n"))
    assert read.rows[0].cells == {"Name": "Trafford", "n": "1"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no rows"),
        ("Name,n\n", "no rows"),
        ("a,b\n1,2\n", "no column of area codes or names"),
        ("Name,Name\nx,y\n", "stands twice"),
        ("Name,n\nBristol, City of,1\n", "3 cells and the header 2"),
        ('Name,n\n"open,1\n', "not a table"),
        (f"Name,n\n{'x' * 200_000},1\n", "not a table"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        read_area_table(table(tmp_path, text))


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("Name\nZürich\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_area_table(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_area_table(tmp_path / "absent.csv")


def test_limits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, "Name,n\nTrafford,1\nBury,2\n")
    for name, most in (("MAX_ROWS", 1), ("MAX_COLUMNS", 1), ("MAX_BYTES", 10)):
        with monkeypatch.context() as patch:
            patch.setattr(area_table, name, most)
            with pytest.raises(InputError, match="at most"):
                read_area_table(path)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = table(tmp_path, "Name,n\nTrafford,1\n")
    with pytest.raises(UsageError) as missing:
        read_area_table(path, dates="Period")
    assert "Name, n" in missing.value.mend


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019", date(2019, 1, 1)),
        ("2019-04", date(2019, 4, 1)),
        ("201904", date(2019, 4, 1)),
        ("2019-04-17", date(2019, 4, 17)),
        ("2019/20", date(2019, 4, 1)),
        ("2019-20", date(2019, 4, 1)),
        ("2019-2020", date(2019, 4, 1)),
        ("1999/00", date(1999, 4, 1)),
        ("2011-12", date(2011, 4, 1)),  # a financial year: a month would be written the same, and is rarer
        ("2010-12", date(2010, 12, 1)),
        ("April 2019", date(2019, 4, 1)),
        ("Apr 2019", date(2019, 4, 1)),
        ("Sept. 2019", date(2019, 9, 1)),
        ("2019/21", None),
        ("2019-13", None),
        ("2019-02-30", None),
        ("Monday", None),
        ("May 20190000000", None),
        ("", None),
        ("9" * 100_000, None),
    ],
)
def test_days_as_tables_write_them(text: str, day: date | None) -> None:
    assert day_of(text) == day


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert day_of(text) is None or isinstance(day_of(text), date)


@given(text=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z", "Cc"]), max_size=80))
def test_any_file_is_read_or_refused(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = table(tmp_path_factory.mktemp("any"), text)
    with suppress(CareAtlasError):
        assert read_area_table(path, names=("Name",)).rows


def test_a_hostile_header_takes_no_time(tmp_path: Path) -> None:
    started = time.process_time()
    with pytest.raises(InputError):
        read_area_table(table(tmp_path, "a" * 60_000 + "," + "code " * 12_000 + "x\n1,2\n"))
    assert time.process_time() - started < 2
