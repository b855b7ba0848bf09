"""Areas of the health service for the package tables."""

from __future__ import annotations

from datetime import date

from careatlas.areas import stated_facts as facts
from careatlas.areas.area import Area, AreaKind
from careatlas.areas.open_tables import ENGLAND, OpenTables, Row, april
from careatlas.identifiers import AreaCode

CCG_TABLE = "overlap_ccg21_stp21_ltla21.csv"
CCG_PANEL = "mortality_controls_ccg_year.csv"  # names the CCGs of April 2019
SUB_ICB_TABLE = "overlap_sicbl22_icb22_ltla22.csv"
_LATER_STP = 48  # codes from here on are those of footprints drawn again until 2020; the earlier ones are of 2016


def commissioning_areas(tables: OpenTables) -> list[Area]:
    """Return the CCGs and STPs of 2021."""
    rows = tables.rows(CCG_TABLE)
    nhs_codes = {row["sicbl22_code"]: row["sicbl22_code_h"] for row in tables.rows(SUB_ICB_TABLE)}
    stps = {
        row["stp21_code"]: Area(
            code=AreaCode(row["stp21_code"]),
            name=row["stp21_name"],
            kind=AreaKind.STP,
            valid_from=facts.STPS_BEGAN if int(row["stp21_code"][3:]) < _LATER_STP else april(2020),
            valid_to=facts.ICBS_BEGAN,
            parent=AreaCode(ENGLAND),
        )
        for row in rows
    }
    ccgs = {
        row["ccg21_code"]: Area(
            code=AreaCode(row["ccg21_code"]),
            name=row["ccg21_name"],
            kind=AreaKind.CCG,
            valid_from=_ccg_began(row["ccg21_code"]),
            valid_to=facts.ICBS_BEGAN,
            parent=AreaCode(row["stp21_code"]),
            nhs_code=nhs_codes.get(row["ccg21_code"], ""),
        )
        for row in rows
    }
    return [*stps.values(), *ccgs.values()]


def former_ccgs(panel: list[Row], known: set[str]) -> list[Area]:
    """Return the CCGs of April 2019 that were gone by April 2021: each ended in April 2020 or at the latest then."""
    names = {row["ccg19cd"]: row["CCG19NM"] for row in panel if row["CCG19NM"] and row["ccg19cd"] not in known}
    return [
        Area(
            code=AreaCode(code),
            name=name,
            kind=AreaKind.CCG,
            valid_from=_ccg_began(code),
            valid_to=facts.NHS_TABLES_BEGIN,
            parent=AreaCode(ENGLAND),
        )
        for code, name in sorted(names.items())
    ]


def board_areas(tables: OpenTables) -> tuple[list[Area], list[tuple[str, str, date, date | None]]]:
    """Return the sub-ICBs and ICBs since 2022, and under which ICB a sub-ICB was when that changed."""
    first = {row["sicbl22_code"]: row for row in map(_of_2022, tables.rows(SUB_ICB_TABLE))}
    second = {row["sicbl22_code"]: row for row in map(_of_2023, tables.rows("sicbl23_icb23_nhser23.csv"))}
    third = {row["sicbl22_code"]: row for row in map(_of_2024, tables.rows("sicbl24_icb24.csv"))}
    if third != second:
        raise ValueError("the sub-ICBs of 2024 are not those of 2023: say when they changed")
    change = april(2023)
    made: list[Area] = []
    parents: list[tuple[str, str, date, date | None]] = []
    for level, kind in (("sicbl22", AreaKind.SUB_ICB), ("icb22", AreaKind.ICB)):
        before = {row[f"{level}_code"]: row for row in first.values()}
        after = {row[f"{level}_code"]: row for row in second.values()}
        for code in sorted({*before, *after}):
            row = after.get(code) or before[code]
            made.append(
                Area(
                    code=AreaCode(code),
                    name=row[f"{level}_name"],
                    kind=kind,
                    valid_from=facts.ICBS_BEGAN if code in before else change,
                    valid_to=None if code in after else change,
                    parent=AreaCode(row["icb22_code"] if kind is AreaKind.SUB_ICB else ENGLAND),
                    nhs_code=row[f"{level}_code_h"],
                )
            )
    for code in sorted(first.keys() & second.keys()):
        if first[code]["icb22_code"] != second[code]["icb22_code"]:
            parents.append((code, first[code]["icb22_code"], facts.ICBS_BEGAN, change))
            parents.append((code, second[code]["icb22_code"], change, None))
    return made, parents


def new_board_codes(tables: OpenTables) -> list[tuple[str, str]]:
    """Return the sub-ICBs and ICBs with a new code in April 2023, found by the health service's own code."""
    first = [_of_2022(row) for row in tables.rows(SUB_ICB_TABLE)]
    second = [_of_2023(row) for row in tables.rows("sicbl23_icb23_nhser23.csv")]
    pairs = set()
    for level in ("sicbl22", "icb22"):
        now = {row[f"{level}_code_h"]: row[f"{level}_code"] for row in second}
        pairs |= {(row[f"{level}_code"], now[row[f"{level}_code_h"]]) for row in first}
    return sorted(pair for pair in pairs if pair[0] != pair[1])


def unmapped_codes(panel: list[Row], known: set[str]) -> list[tuple[str, str, str]]:
    """Return codes that a panel of outcomes has and no table of ours, so that a check can say what they are."""
    sorts = {
        "E38": "a CCG that ended before April 2019",
        "E39": "a local office of NHS England",
        "E40": "a region of NHS England",
        "E54": "an STP of another vintage than April 2021",
    }
    codes = sorted({row["ccg19cd"] for row in panel} - known)
    return [(code, sorts[code[:3]], CCG_PANEL) for code in codes if code[:3] in sorts]


def _ccg_began(code: str) -> date:
    number = int(code[3:])
    return next((day for lowest, day in facts.CCG_CODES_BY_YEAR if number >= lowest), facts.CCGS_BEGAN)


def _of_2022(row: Row) -> Row:
    return {key: value for key, value in row.items() if key.startswith(("sicbl22", "icb22"))}


def _of_2023(row: Row) -> Row:
    names = {"CD": "code", "CDH": "code_h", "NM": "name"}
    return {f"{new}_{names[end]}": row[f"{old}{end}"] for old, new in _LEVELS_23 for end in names}


_LEVELS_23 = (("SICBL23", "sicbl22"), ("ICB23", "icb22"))


def _of_2024(row: Row) -> Row:
    names = {"code": "code", "code_nhs": "code_h", "name": "name"}
    levels = (("sicbl24", "sicbl22"), ("icb24", "icb22"))
    return {f"{new}_{names[end]}": row[f"{old}_{end}"] for old, new in levels for end in names}
