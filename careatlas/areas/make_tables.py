"""Make the package tables of the geography from the open tables: ``python -m careatlas.areas.make_tables FOLDER``.

FOLDER holds ``areas``, ``covariates`` and ``outcomes``. What comes out is committed; a test makes it again and
compares.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from careatlas.areas.area import Area
from careatlas.areas.health_rows import (
    CCG_PANEL,
    CCG_TABLE,
    SUB_ICB_TABLE,
    board_areas,
    commissioning_areas,
    former_ccgs,
    unmapped_codes,
)
from careatlas.areas.joint_small_areas import Joint, joint_small_areas
from careatlas.areas.local_rows import combined_areas, council_areas, region_areas
from careatlas.areas.open_tables import OpenTables, Row
from careatlas.areas.succession_rows import (
    Succession,
    county_successions,
    district_successions,
    health_successions,
    other_successions,
)
from careatlas.errors import InputError

TABLES = Path(__file__).parent / "tables"


def main() -> None:
    """Read the arguments and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m careatlas.areas.make_tables", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of open tables")
    parser.add_argument("--out", type=Path, default=TABLES, help="where to write (the package's own tables)")
    options = parser.parse_args()
    make_tables(options.folder, options.out)


def make_tables(folder: Path, out: Path) -> None:
    """Write every package table.

    Parameters
    ----------
    folder : Path
        The open tables.
    out : Path
        The folder to write to.

    Raises
    ------
    InputError
        If the open tables contradict each other.
    """
    tables = OpenTables(folder / "areas")
    panel = OpenTables(folder / "outcomes").rows(CCG_PANEL)
    joint = joint_of(tables)
    districts = district_successions(tables)
    areas, members = _areas(tables, panel, districts)
    small_areas: Counter[str] = Counter()
    for (_, _, district), count in joint.cells.items():
        small_areas[district] += count
    successions = [
        *districts,
        *county_successions(tables, districts, small_areas),
        *other_successions(tables),
        *health_successions(joint, *parents_of(tables)),
    ]
    _write(out / "areas.csv", _AREA_HEADER, map(_area_row, areas))
    _write(out / "memberships.csv", ("code", "parent", "valid_from", "valid_to"), _dated(members))
    header = ("old", "new", "on", "weight", "basis")
    _write(out / "successions.csv", header, sorted((old, new, str(on), *rest) for old, new, on, *rest in successions))
    cells = sorted((*cell, count) for cell, count in joint.cells.items())
    _write(out / "small_areas.csv", ("ccg21", "sicbl22", "ltla22", "lsoa11_count"), cells)
    _write(out / "people.csv", ("utla19", "people", "people_65_and_over"), _people(folder))
    _write(out / "unmapped.csv", ("code", "what", "seen_in"), unmapped_codes(panel, {area.code for area in areas}))


def _areas(
    tables: OpenTables, panel: list[Row], districts: list[Succession]
) -> tuple[list[Area], list[tuple[str, str, date, date | None]]]:
    successors: dict[str, set[str]] = {}
    for old, new, *_ in districts:
        successors.setdefault(old, set()).add(new)
    combined, members = combined_areas(tables)
    boards, parents = board_areas(tables)
    areas = [*region_areas(tables), *council_areas(tables, successors), *combined]
    areas += [*commissioning_areas(tables), *boards]
    areas += former_ccgs(panel, {area.code for area in areas})
    return sorted(areas, key=lambda area: (area.code, area.valid_from)), [*members, *parents]


def _people(folder: Path) -> list[tuple[str, int, int]]:
    rows = OpenTables(folder / "covariates").rows("population_utla19_65_75_85.csv")
    return sorted(
        (row["utla19_code"], int(float(row["total_population"])), int(float(row["pop_65plus"])))
        for row in rows
        if row["utla19_code"].startswith("E")
    )


def joint_of(tables: OpenTables) -> Joint:
    """Return the small areas by CCG, sub-ICB and district.

    Raises
    ------
    InputError
        If the two tables do not settle every cell.
    """
    counts = (
        ((row["ccg21_code"], row["ltla21_code"], int(row["lsoa11_count"])) for row in tables.rows(CCG_TABLE)),
        ((row["sicbl22_code"], row["ltla22_code"], int(row["lsoa11_count"])) for row in tables.rows(SUB_ICB_TABLE)),
    )
    joint = joint_small_areas(*counts)
    if joint.open_districts:
        raise InputError(f"the tables leave open how to split {', '.join(joint.open_districts)}")
    return joint


def parents_of(tables: OpenTables) -> tuple[dict[str, str], dict[str, str]]:
    """Return the STP of each CCG in 2021, and the ICB of each sub-ICB in July 2022."""
    return (
        {row["ccg21_code"]: row["stp21_code"] for row in tables.rows(CCG_TABLE)},
        {row["sicbl22_code"]: row["icb22_code"] for row in tables.rows(SUB_ICB_TABLE)},
    )


_AREA_HEADER = ("code", "name", "kind", "valid_from", "valid_to", "parent", "other_names", "nhs_code")


def _area_row(area: Area) -> tuple[str, ...]:
    end = area.valid_to.isoformat() if area.valid_to else ""
    names = "|".join(area.other_names)
    return area.code, area.name, area.kind, area.valid_from.isoformat(), end, area.parent, names, area.nhs_code


def _dated(rows: Iterable[tuple[str, str, date, date | None]]) -> list[tuple[str, ...]]:
    return sorted((code, parent, str(begin), str(end) if end else "") for code, parent, begin, end in rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
