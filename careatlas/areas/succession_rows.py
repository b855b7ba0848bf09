"""What became of each code, for the package tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from careatlas.areas import stated_facts as facts
from careatlas.areas.health_rows import new_board_codes
from careatlas.areas.joint_small_areas import Joint
from careatlas.areas.open_tables import VINTAGES, OpenTables, april
from careatlas.errors import InputError

Succession = tuple[str, str, date, str, str]  # old, new, first day of the new, weight, basis

WHOLLY = "wholly"
SMALL_AREAS = "small areas of 2011"
UNKNOWN = "share not known: our tables have no small areas of the former districts"


def district_successions(tables: OpenTables) -> list[Succession]:
    """Return what followed each lower-tier code; none of them was split between two.

    Raises
    ------
    InputError
        If a district was split, or the two tables of 2022 and 2023 do not agree.
    """
    rows = tables.rows("lookup_ltla_ltla.csv")
    made = []
    for year in list(VINTAGES)[1:]:
        before, after = f"ltla{year % 100 - 1}_code", f"ltla{year % 100}_code"
        pairs = {(row[before], row[after]) for row in rows if row[before].startswith("E") and row[before] != row[after]}
        if len({old for old, _ in pairs}) != len(pairs):
            raise InputError(f"a district was split in {year}: its weights have to be sourced")
        made += [(old, new, april(year), "1", WHOLLY) for old, new in sorted(pairs)]
    other = tables.pairs("lookup_ltla22_ltla23.csv", "ltla22_code", "ltla23_code")
    of_2023 = {old: new for old, new, day, _, _ in made if day == april(2023)}
    if {old: new for old, new in other.items() if old != new} != of_2023:
        raise InputError("lookup_ltla22_ltla23.csv and lookup_ltla_ltla.csv do not agree")
    return made


def county_successions(
    tables: OpenTables, districts: list[Succession], small_areas: dict[str, int]
) -> Iterator[Succession]:
    """Yield what followed each county that ended, weighted by small areas where its parts are counted."""
    latest = {low: high for _, upper in tables.upper_tier().values() for low, high in upper.items()}
    councils = tables.councils()
    by_short = {row["local-authority-code"]: code for code, row in councils.items()}
    next_of = {old: (new, day) for old, new, day, _, _ in districts}
    parts: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    for district, (new, day) in sorted(next_of.items()):
        if not (district.startswith("E07") and new.startswith("E06")):
            continue
        county = latest.get(district) or by_short[councils[district]["county-la"]]
        if county.startswith("E10"):
            # A district of its own, or the whole new area where that is what the tables count (Northamptonshire).
            parts[county, day][new] = max(parts[county, day][new], small_areas.get(new, 0))
            parts[county, day][new] += small_areas.get(district, 0)
    for (county, day), found in sorted(parts.items()):
        yield from _weighted(county, day, found, is_known=all(found.values()) and county != "E10000009")


def other_successions(tables: OpenTables) -> list[Succession]:
    """Return new codes for new boundaries, of councils and of the health service in April 2023."""
    made = [(old, new, day, "1", f"{facts.NEW_BOUNDARY}: {source}") for old, new, day, source in facts.NEW_BOUNDARIES]
    return made + [(old, new, april(2023), "1", facts.NEW_BOUNDARY) for old, new in new_board_codes(tables)]


def health_successions(joint: Joint, stp_of: dict[str, str], icb_of: dict[str, str]) -> Iterator[Succession]:
    """Yield what followed each CCG and STP that did not go on under its own code."""
    for old_of, new_of in (({}, {}), (stp_of, icb_of)):
        parts: dict[str, Counter[str]] = defaultdict(Counter)
        for (ccg, sub_icb, _), count in joint.cells.items():
            parts[old_of.get(ccg, ccg)][new_of.get(sub_icb, sub_icb)] += count
        for old, found in sorted(parts.items()):
            if set(found) != {old}:
                yield from _weighted(old, facts.ICBS_BEGAN, found)


def _weighted(old: str, day: date, parts: Counter[str], *, is_known: bool = True) -> Iterator[Succession]:
    if len(parts) == 1:
        yield old, next(iter(parts)), day, "1", WHOLLY
        return
    for new, count in sorted(parts.items()):
        if is_known:
            yield old, new, day, f"{count}/{parts.total()}", SMALL_AREAS
        else:
            yield old, new, day, "", UNKNOWN
