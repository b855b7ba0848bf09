"""The geography against the open tables that it is made from, and real tables of outcomes."""

from __future__ import annotations

import filecmp
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from careatlas.areas import package_tables
from careatlas.areas.area import Level
from careatlas.areas.area_check import Fault, check_areas
from careatlas.areas.area_register import area_register
from careatlas.areas.area_table import day_of, read_area_table
from careatlas.areas.area_totals import area_totals
from careatlas.areas.make_tables import TABLES, make_tables
from careatlas.areas.open_tables import UPPER_VINTAGES, VINTAGES, OpenTables, april

pytestmark = pytest.mark.corpus

MADE = ("areas", "memberships", "successions", "small_areas", "people", "unmapped")


@pytest.fixture(scope="module")
def opendata(shared: Path) -> Path:
    """Return the folder of open tables."""
    return shared / "opendata"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """Return the benchmark as a module: its numbers are those of the documentation."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "crosswalks.py"
    spec = importlib.util.spec_from_file_location("crosswalks_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_package_tables_are_what_the_script_makes(opendata: Path, tmp_path: Path) -> None:
    make_tables(opendata, tmp_path)
    names = [f"{name}.csv" for name in MADE]
    same, different, missing = filecmp.cmpfiles(TABLES, tmp_path, names, shallow=False)
    assert (sorted(same), different, missing) == (sorted(names), [], [])


def test_every_code_and_name_of_every_vintage_is_in_force_in_its_year(opendata: Path) -> None:
    register, tables = area_register(), OpenTables(opendata / "areas")
    for year in VINTAGES:
        names = tables.district_names()[year]
        assert {area.code for area in register.of_level(Level.LTLA, april(year))} == set(names)
        for code, name in names.items():
            assert code in {area.code for area in register.named(name, april(year), Level.LTLA)}, (year, name)
    for year in UPPER_VINTAGES:
        names, upper = tables.upper_tier()[year]
        assert {area.code for area in register.of_level(Level.UTLA, april(year))} == set(names)
        for low, high in upper.items():
            found = register.upper_tier(low, april(year))
            assert found is not None
            assert found.code == high, (year, low)


def test_small_areas_sum_to_the_two_tables_that_they_come_from(opendata: Path) -> None:
    tables = OpenTables(opendata / "areas")
    for name, area, district, of in (
        ("overlap_ccg21_stp21_ltla21.csv", "ccg21_code", "ltla21_code", "ccg"),
        ("overlap_sicbl22_icb22_ltla22.csv", "sicbl22_code", "ltla22_code", "sub_icb"),
    ):
        sums: dict[tuple[str, str], int] = {}
        for cell in package_tables.cells():
            key = (getattr(cell, of), cell.district)
            sums[key] = sums.get(key, 0) + cell.count
        assert sums == {(row[area], row[district]): int(row["lsoa11_count"]) for row in tables.rows(name)}


def test_ccg_to_icb_is_derived_as_the_join_of_every_small_area_has_it(opendata: Path, benchmark: ModuleType) -> None:
    found = benchmark.derived_against_reference(OpenTables(opendata / "areas"))
    assert found["small areas"] == 32_844
    assert found["rows derived / in the reference"] == "109 / 109"
    assert found["rows that differ"] == "0 []"
    assert found["CCGs split between ICBs"] == "3 (E38000026, E38000182, E38000250)"
    assert found["districts left open"] == 0


def test_round_trips_conserve_totals(benchmark: ModuleType) -> None:
    for name, said in benchmark.round_trips().items():
        assert float(said.rpartition(", ")[2]) < 1e-12, name


def test_the_codes_of_all_years_of_delayed_transfers_resolve(opendata: Path, benchmark: ModuleType) -> None:
    table = read_area_table(opendata / "outcomes" / benchmark.DTOC, dates="Period")
    check = check_areas(table)
    register = area_register()
    assert len(check.counted) == check.row_count == 15_847
    foreign = [finding for finding in check.findings if finding.fault is Fault.FOREIGN_CODE]
    ended = [finding for finding in check.findings if finding.fault is Fault.ENDED]
    assert len(foreign) + len(ended) == len(check.findings)
    # Codes before July 2015 are of another system: each is mended by the name beside it.
    assert len(foreign) == 151
    assert all(len(finding.codes) == 1 and "by the name" in finding.mend for finding in foreign)
    # Three codes are used for the month in which they had just ended.
    assert {finding.value: finding.codes for finding in ended} == {
        "E06000028": ("E06000058",),
        "E06000029": ("E06000058",),
        "E10000009": ("E06000058", "E06000059"),
    }
    assert {line for finding in ended for line in finding.lines} == {
        row.line
        for row in table.rows
        if row.cells["Period"] == "April 2019" and row.cells["Code"] in {"E06000028", "E06000029", "E10000009"}
    }
    # Whatever was mended is an upper-tier authority in force in that month, or England.
    for row in table.rows:
        day = day_of(row.cells["Period"])
        assert day is not None
        code = check.resolved.get(row.line)
        if code is None:
            assert row.cells["Code"] == "E10000009"
            continue
        area = register.get(code, day)
        assert area.is_valid(day)
        assert Level.UTLA.holds(area.kind) or area.name == "England"
    assert any("E09000001 City of London (often printed with Hackney)" in note for note in check.notes)


def test_the_numbers_of_2019_are_those_that_are_documented(opendata: Path, benchmark: ModuleType) -> None:
    found = benchmark.real_table(opendata / "outcomes" / benchmark.DTOC)
    assert found["upper-tier codes of the 2019 vintage that occur in 2019"] == "149 of 151"
    assert found["not among them"] == "E06000053 Isles of Scilly, E09000001 City of London"
    assert found["in 2019, and ended"] == "E06000028, E06000029, E10000009"


def test_days_lost_by_icb_sum_to_the_days_lost_by_authority(opendata: Path, benchmark: ModuleType) -> None:
    table = read_area_table(opendata / "outcomes" / benchmark.DTOC, dates="Period")
    values = (benchmark.DAYS_LOST,)
    result = area_totals(table, check_areas(table), to=Level.ICB, on=benchmark.NEW_YEAR_2023, values=values)
    england = sum(row.values[0] for row in result.unconverted)
    assert {row.said for row in result.unconverted} == {"E92000001 is a total of areas that stand in the table too"}
    mine = sum(float(row.cells[values[0]]) for row in table.rows if row.cells["Name"] != "England")
    assert sum(total.values[0] for total in result.totals) == pytest.approx(mine)
    assert len(result.totals) == 42
    assert england == pytest.approx(
        mine, rel=0.01
    )  # what is printed for England, suppressed and unallocated days aside


@pytest.mark.parametrize("name", ["trafford_admissions_falls.csv", "mortality_controls_ccg_year.csv"])
def test_every_finding_in_a_real_table_has_a_reason_and_lines(name: str, opendata: Path) -> None:
    check = check_areas(read_area_table(opendata / "outcomes" / name))
    assert check.findings
    assert all(finding.said and finding.lines for finding in check.findings)


def test_the_ccgs_of_2019_are_the_191_that_there_were(opendata: Path) -> None:
    panel = OpenTables(opendata / "outcomes").rows("mortality_controls_ccg_year.csv")
    named = {row["ccg19cd"]: row["CCG19NM"] for row in panel if row["CCG19NM"]}
    assert len(named) == 191
    register = area_register()
    for code, name in named.items():
        area = register.get(code, april(2019))
        assert area.is_valid(april(2019))
        assert area in register.named(name, april(2019), Level.CCG)
    later = {area.code for area in register.of_level(Level.CCG, april(2021))} - named.keys()
    assert {area.valid_from.year for code in later for area in register.all_of(code)[:1]} == {2020, 2021}
