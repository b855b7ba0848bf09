"""Checking the areas of a table: every fault, its lines and its mend."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from careatlas.areas.area import Level
from careatlas.areas.area_check import AreaCheck, AreaFinding, Fault, check_areas
from careatlas.areas.area_register import area_register
from careatlas.areas.area_table import read_area_table

GOOD = "E08000009,Trafford\n"


def checked(folder: Path, text: str, on: date | None = None, level: Level | None = None, dates: str = "") -> AreaCheck:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return check_areas(read_area_table(path, dates=dates), on, level)


def only(check: AreaCheck) -> AreaFinding:
    (finding,) = check.findings
    return finding


def test_codes_in_force_and_their_names_are_no_findings(tmp_path: Path) -> None:
    text = "E08000009,Trafford Council\nE06000023,Bristol\nE09000001,City of London\nE06000053,Isles of Scilly\n"
    check = checked(tmp_path, f"Code,Name\n{text}", date(2024, 1, 1))
    assert check.findings == ()
    assert check.resolved == {2: "E08000009", 3: "E06000023", 4: "E09000001", 5: "E06000053"}


@pytest.mark.parametrize(
    ("text", "on", "fault", "mend", "codes"),
    [
        ("Code\nE08000099\n", None, Fault.UNKNOWN_CODE, "E08000009 Trafford", ()),
        ("Code\nE38000058\n", None, Fault.OTHER_VINTAGE, "docs/areas.md", ()),
        (
            "Code,Name\n102,Cumbria\nE08000009,Trafford\n",
            date(2012, 1, 1),
            Fault.FOREIGN_CODE,
            "E10000006",
            ("E10000006",),
        ),
        (
            "Code,Name\n809,Dorset\nE08000009,Trafford\n",
            None,
            Fault.FOREIGN_CODE,
            "does not tell either",
            ("E06000059", "E10000009"),
        ),
        ("Code\nE06000028\n", date(2019, 4, 1), Fault.ENDED, "E06000058", ("E06000058",)),
        ("Code\nE06000028\n", None, Fault.ENDED, "E06000058", ("E06000058",)),
        ("Code\nE10000006\n", None, Fault.ENDED, "in the shares", ("E06000063", "E06000064")),
        ("Code\nE10000009\n", None, Fault.ENDED, "do not have", ("E06000058", "E06000059")),
        ("Code\nE38000001\n", None, Fault.ENDED, "do not say what followed", ()),
        ("Code\nE06000066\n", date(2022, 1, 1), Fault.NOT_BEGUN, "E10000027", ()),
        ("Code\nE54000057\n", date(2020, 1, 1), Fault.NOT_BEGUN, "", ()),
        ("Code\nE54000057\n", date(2026, 5, 1), Fault.UNMAPPED, "", ()),
        ("Name\nBournmouth\n", None, Fault.UNKNOWN_NAME, "E06000028", ()),
        ("Name\nCheshire\n", None, Fault.UNKNOWN_NAME, "E06000049", ()),
        ("Name\nBournemouth\n", date(2020, 1, 1), Fault.UNKNOWN_NAME, "until 2019-04-01", ("E06000028",)),
        ("Name\nBuckinghamshire\n", None, Fault.AMBIGUOUS_NAME, "--on", ("E06000060", "E10000002")),
        ("Name\nNorthamptonshire\n", None, Fault.ENDED, "E06000061", ("E06000061", "E06000062")),
        ("Name\nCornwall & Isles of Scilly\n", None, Fault.TWO_AREAS, "together", ("E06000052", "E06000053")),
        ("Name\nHackney and City of London\n", None, Fault.TWO_AREAS, "together", ("E09000012", "E09000001")),
        ("Code,Name\nE08000009,Salford\n", None, Fault.DISAGREE, "E08000006 Salford", ("E08000009", "E08000006")),
    ],
)
def test_a_fault_is_named_with_its_likely_mend(
    text: str, on: date | None, fault: Fault, mend: str, codes: tuple[str, ...], tmp_path: Path
) -> None:
    finding = only(checked(tmp_path, text, on))
    assert (finding.fault, finding.lines) == (fault, [2])
    assert mend in finding.mend
    if codes:
        assert finding.codes == codes


def test_what_one_mend_settles_is_resolved_and_what_several_may_is_not(tmp_path: Path) -> None:
    check = checked(tmp_path, "Code,Name\n102,Cumbria\n809,Dorset\n-,England\nE10000009,Dorset\n", date(2019, 4, 1))
    assert check.resolved == {2: "E10000006", 3: "E06000059", 4: "E92000001"}
    assert check.counted[5] == "E10000009"


def test_what_ended_is_followed_to_what_is_in_force_and_no_further(tmp_path: Path) -> None:
    taunton = "Code\nE07000190\n"  # merged in 2019 into what was merged in 2023
    assert checked(tmp_path, taunton).resolved == {2: "E06000066"}
    assert checked(tmp_path, taunton, date(2023, 6, 1)).resolved == {2: "E06000066"}
    assert checked(tmp_path, taunton, date(2022, 6, 1)).resolved == {2: "E07000246"}
    surrey = "Code\nE54000052\n"  # another code since April 2023, and nobody knows what since April 2026
    assert checked(tmp_path, surrey, date(2026, 3, 31)).resolved == {2: "E54000063"}
    unknown = checked(tmp_path, surrey, date(2026, 4, 1))
    assert unknown.resolved == {}
    assert "E54000063" in only(unknown).mend
    assert "not known" in only(unknown).mend


def test_a_level_tells_an_icb_from_a_council(tmp_path: Path) -> None:
    on = date(2022, 9, 1)
    assert checked(tmp_path, "Name\nSomerset\n", on).resolved == {2: "E10000027"}
    assert checked(tmp_path, "Name\nSomerset\n", on, Level.ICB).resolved == {2: "E54000038"}


def test_the_column_of_dates_goes_before_the_day(tmp_path: Path) -> None:
    text = "Name,Period\nDorset,March 2019\nDorset,April 2019\nDorset,soon\n"
    check = checked(tmp_path, text, date(2024, 1, 1), dates="Period")
    assert check.resolved == {2: "E10000009", 3: "E06000059", 4: "E06000059"}
    assert only(check).fault is Fault.NO_DAY
    assert only(check).lines == [4]


def test_one_fault_of_many_rows_is_one_finding_with_every_line(tmp_path: Path) -> None:
    finding = only(checked(tmp_path, "Code\n" + "E06000028\nE08000009\n" * 50))
    assert finding.lines == list(range(2, 102, 2))


def test_two_checks_do_not_share_lines(tmp_path: Path) -> None:
    text = "Code\nE06000028\n"
    assert only(checked(tmp_path, text)).lines == only(checked(tmp_path, text)).lines == [2]


def test_areas_that_a_table_lacks_are_noted_and_the_two_that_statistics_merge_explained(tmp_path: Path) -> None:
    on = date(2024, 1, 1)
    codes = [area.code for area in area_register().of_level(Level.UTLA, on)]
    lacking = "Code\n" + "\n".join(code for code in codes if code not in {"E09000001", "E06000053", "E08000009"}) + "\n"
    (note,) = checked(tmp_path, lacking, on).notes
    assert "level utla" in note
    assert "E06000053 Isles of Scilly (often printed with Cornwall)" in note
    assert "E09000001 City of London (often printed with Hackney)" in note
    assert "E08000009 Trafford" in note
    assert checked(tmp_path, "Code\n" + "\n".join(codes) + "\n", on).notes == ()


def test_hostile_cells_are_findings(tmp_path: Path, hostile_texts: tuple[str, ...]) -> None:
    rows = "".join(f'"{text.replace(chr(34), chr(34) * 2)}"\n' for text in hostile_texts)
    check = checked(tmp_path, "Name\n" + rows + "x" * 5_000 + "\n")
    assert {finding.fault for finding in check.findings} == {Fault.UNKNOWN_NAME}
    assert sum(len(finding.lines) for finding in check.findings) == len(hostile_texts) + 1
    assert check.resolved == {}
    assert all(len(finding.said) < 400 for finding in check.findings)
