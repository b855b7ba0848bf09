"""Crosswalks of areas: CCG to ICB derived against the reference, totals through round trips, and a real table of codes.

Needs the open tables: ``python benchmarks/crosswalks.py FOLDER``.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from datetime import date
from pathlib import Path

from careatlas.areas.area import Level
from careatlas.areas.area_check import AreaCheck, Fault, check_areas
from careatlas.areas.area_register import area_register
from careatlas.areas.area_table import AreaTable, read_area_table
from careatlas.areas.conversion import Basis, converted
from careatlas.areas.make_tables import joint_of, parents_of
from careatlas.areas.open_tables import OpenTables

JULY_2022, SUMMER_2021, NEW_YEAR_2023 = date(2022, 7, 1), date(2021, 6, 1), date(2023, 1, 1)
DTOC = "dtoc_days_by_reason_la_month.csv"
DAYS_LOST = "Total Delayed Transfers of Care"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of open tables")
    folder = parser.parse_args().folder
    for title, rows in (
        ("CCG 2021 to ICB 2022", derived_against_reference(OpenTables(folder / "areas"))),
        ("Round trips", round_trips()),
        ("Small areas against residents aged 65 and over", bases()),
        ("Delayed transfers of care, 2011 to 2019", real_table(folder / "outcomes" / DTOC)),
    ):
        print(f"\n{title}")
        for name, value in rows.items():
            print(f"  {name:<75} {value}")


def derived_against_reference(tables: OpenTables) -> dict[str, object]:
    """Compare the crosswalk derived from two overlap tables with the one made by joining every small area."""
    joint = joint_of(tables)
    _, icb_of = parents_of(tables)
    derived: Counter[tuple[str, str]] = Counter()
    for (ccg, sub_icb, _), count in joint.cells.items():
        derived[ccg, icb_of[sub_icb]] += count
    rows = tables.rows("ccg21_to_icb22.csv")
    reference = {(row["ccg21_code"], row["icb22_code"]): int(row["lsoa11_count"]) for row in rows}
    split = {ccg for (ccg, _), times in derived.items() if sum(1 for one, _ in derived if one == ccg) > 1 and times}
    same_code = sum(count for (ccg, sub_icb, _), count in joint.cells.items() if ccg == sub_icb)
    differing = {pair for pair in derived.keys() | reference.keys() if derived.get(pair) != reference.get(pair)}
    return {
        "small areas": sum(derived.values()),
        "settled by the same code in both tables / by what is left": f"{joint.by_code} / {joint.by_rest}",
        "districts left open": len(joint.open_districts),
        "rows derived / in the reference": f"{len(derived)} / {len(reference)}",
        "CCGs split between ICBs": f"{len(split)} ({', '.join(sorted(split))})",
        "rows that differ": f"{len(differing)} {sorted(differing)}",
        "baseline, join on equal codes: small areas lost": sum(derived.values()) - same_code,
    }


def round_trips() -> dict[str, object]:
    """Share a total of every area out to another level and back, and compare the sums."""
    found: dict[str, object] = {}
    for there, on, back, day in (
        (Level.CCG, SUMMER_2021, Level.ICB, NEW_YEAR_2023),
        (Level.STP, SUMMER_2021, Level.ICB, NEW_YEAR_2023),
        (Level.UTLA, date(2024, 1, 1), Level.ICB, NEW_YEAR_2023),
        (Level.UTLA, date(2020, 6, 1), Level.UTLA, date(2024, 1, 1)),
        (Level.LTLA, date(2022, 6, 1), Level.UTLA, date(2024, 1, 1)),
    ):
        areas = area_register().of_level(there, on)
        totals = {area.code: float(at * at % 97 + 1) for at, area in enumerate(areas)}
        out = shared_out(totals, back, day)
        home = shared_out(out, there, on)
        worst = max(abs(sum(one.values()) / sum(totals.values()) - 1) for one in (out, home))
        name = f"{there} on {on} to {back} on {day} and back: areas, largest change of the total"
        found[name] = f"{len(totals)} -> {len(out)} -> {len(home)}, {worst:.1e}"
    return found


def shared_out(totals: dict[str, float], to: Level, on: date) -> dict[str, float]:
    """Return totals on another level."""
    sums: dict[str, float] = {}
    for code, total in totals.items():
        for part in converted(code, to, on).parts:
            sums[part.code] = sums.get(part.code, 0.0) + total * part.weight
    return sums


def bases() -> dict[str, object]:
    """Compare the two bases of shares, over all ICBs and CCGs."""
    found: dict[str, object] = {}
    for level, on, to in ((Level.ICB, NEW_YEAR_2023, Level.UTLA), (Level.CCG, SUMMER_2021, Level.ICB)):
        differences = []
        for area in area_register().of_level(level, on):
            shares = []
            for basis in Basis:
                conversion = converted(area.code, to, NEW_YEAR_2023, basis)
                shares.append({part.code: part.weight for part in conversion.parts})
            differences += [(abs(shares[0][code] - shares[1][code]), area.name, code) for code in shares[0]]
        worst = max(differences)
        mean = sum(one for one, _, _ in differences) / len(differences)
        found[f"{level} to {to}: shares, mean and largest difference"] = (
            f"{len(differences)}, {mean:.4f}, {worst[0]:.3f} ({worst[1]} in {worst[2]})"
        )
    return found


def real_table(path: Path) -> dict[str, object]:
    """Check a real table whose codes changed their system half way, and bring it to ICBs."""
    started = time.perf_counter()
    table = read_area_table(path, dates="Period")
    check = check_areas(table)
    seconds = time.perf_counter() - started
    register = area_register()
    exact = sum(register.has(row.cells["Code"]) for row in table.rows)
    faults = Counter(finding.fault for finding in check.findings)
    lines = Counter(fault for finding in check.findings for fault in [finding.fault] * len(finding.lines))
    of_2019 = codes_of(table, check, 2019)
    with (path.parent.parent / "areas" / "lookup_ltla19_utla19.csv").open(encoding="utf-8-sig") as file:
        vintage = {row["utla19_code"] for row in csv.DictReader(file) if row["utla19_code"].startswith("E")}
    return {
        "rows": len(table.rows),
        "baseline, code as it stands: rows with an area": f"{exact} ({exact / len(table.rows):.1%})",
        "rows whose area is known": f"{len(check.counted)} ({len(check.counted) / len(table.rows):.1%})",
        "rows with one area in force, by a certain mend": f"{len(check.resolved)}",
        "codes of another system, mended by name: codes, rows": f"{faults[Fault.FOREIGN_CODE]}, "
        f"{lines[Fault.FOREIGN_CODE]}",
        "ended codes: codes, rows": f"{faults[Fault.ENDED]}, {lines[Fault.ENDED]}",
        "of these with one successor / several": " / ".join(
            str(sum((len(one.codes) == 1) == single for one in check.findings if one.fault is Fault.ENDED))
            for single in (True, False)
        ),
        "upper-tier codes of the 2019 vintage that occur in 2019": f"{len(vintage & of_2019)} of {len(vintage)}",
        "not among them": ", ".join(f"{code} {register.get(code).name}" for code in sorted(vintage - of_2019)),
        "in 2019, and ended": ", ".join(sorted(of_2019 - vintage - {"E92000001"})),
        "seconds to read and check": f"{seconds:.1f}",
    }


def codes_of(table: AreaTable, check: AreaCheck, year: int) -> set[str]:
    """Return the codes that stand in the rows of a year."""
    rows = [row for row in table.rows if row.cells["Period"].endswith(str(year))]
    return {check.counted[row.line] for row in rows}


if __name__ == "__main__":
    main()
