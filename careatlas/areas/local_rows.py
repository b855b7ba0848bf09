"""Areas of local government for the package tables: from nine vintages, two sources of dates, and stated facts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from careatlas.areas import stated_facts as facts
from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_names import plain_name
from careatlas.areas.open_tables import ENGLAND, VINTAGES, OpenTables, april, first_day_after
from careatlas.errors import InputError
from careatlas.identifiers import AreaCode

_KINDS = {
    "E06": AreaKind.UNITARY,
    "E07": AreaKind.DISTRICT,
    "E08": AreaKind.METROPOLITAN_DISTRICT,
    "E09": AreaKind.LONDON_BOROUGH,
    "E10": AreaKind.COUNTY,
}
_CITY_OF_LONDON = "E09000001"
_SMALL = frozenset({"of", "and", "the", "upon", "in", "on", "with", "under", "le", "by"})


def region_areas(tables: OpenTables) -> list[Area]:
    """Return England and its nine regions."""
    names = {row["region23_code"]: row["region23_name"] for row in tables.rows("lookup_ltla23_region23.csv")}
    made = [_area(ENGLAND, "England", AreaKind.COUNTRY, "")]
    made += [_area(code, name, AreaKind.REGION, ENGLAND) for code, name in sorted(names.items())]
    return made


def council_areas(tables: OpenTables, successors: dict[str, set[str]]) -> list[Area]:
    """Return every lower- and upper-tier area, ended ones and former codes included.

    Parameters
    ----------
    tables : OpenTables
        The open tables.
    successors : dict
        The codes that followed each lower-tier code.

    Raises
    ------
    InputError
        If two tables give different days for one area.
    """
    days = _days(tables)
    names = _names(tables)
    parents = _Parents(tables, successors)
    made = []
    for code, (begin, end) in sorted(days.items()):
        kind = AreaKind.UNITARY if code == _CITY_OF_LONDON else _KINDS[code[:3]]
        area = _area(code, names[code], kind, parents.parent(code, kind), begin, end)
        made.append(replace(area, other_names=_other_names(area, tables.councils().get(code, {}))))
    return _with_new_boundaries(made)


def combined_areas(tables: OpenTables) -> tuple[list[Area], list[tuple[str, str, date, date | None]]]:
    """Return the combined authorities and who belongs to them from when until when."""
    councils = tables.councils()
    regions = {row["region23_name"]: row["region23_code"] for row in tables.rows("lookup_ltla23_region23.csv")}
    made, members = [], []
    for code, row in sorted(councils.items()):
        if row["local-authority-type"] != "COMB":
            continue
        begin, end = facts.COMBINED_AUTHORITY_DAYS.get(code, (date.fromisoformat(row["start-date"]), None))
        name = facts.COMBINED_AUTHORITY_NAMES.get(code, row["nice-name"])
        region = regions[facts.COMBINED_AUTHORITY_REGIONS.get(code, row["region"])]
        area = _area(code, name, AreaKind.COMBINED_AUTHORITY, region, begin, end)
        made.append(replace(area, other_names=_other_names(area, row)))
        short = row["local-authority-code"]
        for member, council in sorted(councils.items()):
            if council["combined-authority"] == short and not council["end-date"]:
                started = first_day_after(council["start-date"])
                members.append((member, code, max(begin, started) if started else begin, end))
    return made, members


def _area(
    code: str, name: str, kind: AreaKind, parent: str, begin: date = facts.BEFORE_TABLES, end: date | None = None
) -> Area:
    return Area(
        code=AreaCode(code),
        name=name,
        kind=kind,
        valid_from=begin,
        valid_to=end,
        parent=AreaCode(parent),
        other_names=facts.OTHER_NAMES.get(code, ()),
    )


def _days(tables: OpenTables) -> dict[str, tuple[date, date | None]]:
    vintages = tables.district_names()
    found: dict[str, tuple[date, date | None]] = {}
    for code in sorted(set().union(*vintages.values())):
        years = [year for year in VINTAGES if code in vintages[year]]
        begin = april(years[0]) if years[0] > VINTAGES[0] else facts.BEFORE_TABLES
        found[code] = (begin, april(years[-1] + 1) if years[-1] < VINTAGES[-1] else None)
    councils = tables.councils()
    for code, (begin, end) in found.items():
        row = councils.get(code, {})
        said = first_day_after(row.get("start-date", "")), first_day_after(row.get("end-date", ""))
        if said[1] != end or (begin > facts.BEFORE_TABLES and said[0] != begin):
            raise InputError(f"{code}: the vintages say {begin} to {end}, mySociety says {said[0]} to {said[1]}")
    counties = {code for names, _ in tables.upper_tier().values() for code in names} | {
        code for code in councils if code.startswith("E10")
    }
    for code in sorted(counties - found.keys()):
        found[code] = (facts.BEFORE_TABLES, first_day_after(councils[code]["end-date"]))
    return found


def _names(tables: OpenTables) -> dict[str, str]:
    councils = tables.councils()
    names = {code: row["nice-name"].removesuffix(" County") for code, row in councils.items()}
    for upper, _ in tables.upper_tier().values():
        names.update(upper)
    for vintage in tables.district_names().values():  # the last vintage has the present name
        names.update(vintage)
    return names


class _Parents:
    """The county of a district, the region of an upper-tier area."""

    def __init__(self, tables: OpenTables, successors: dict[str, set[str]]) -> None:
        self.successors = successors
        self.counties: dict[str, str] = {}
        for _, upper in tables.upper_tier().values():
            self.counties.update({low: high for low, high in upper.items() if high.startswith("E10")})
        self.regions = tables.pairs("lookup_ltla23_region23.csv", "ltla23_code", "region23_code")
        self.councils = tables.councils()
        self.by_short = {row["local-authority-code"]: code for code, row in self.councils.items()}

    def parent(self, code: str, kind: AreaKind) -> str:
        """Return the parent of a district, or of an area of the upper tier."""
        return self._county(code) if kind is AreaKind.DISTRICT else self._region(code)

    def _county(self, code: str) -> str:
        if code in self.counties:
            return self.counties[code]
        # Gone before the first table of counties: that of the district it became part of, else what mySociety says
        # (which puts Forest Heath in Surrey, so it is asked last).
        after = {self.counties.get(new, "") for new in self.successors.get(code, ())} - {""}
        return after.pop() if len(after) == 1 else self.by_short[self.councils[code]["county-la"]]

    def _region(self, code: str) -> str:
        if code in self.regions:
            return self.regions[code]
        low = [district for district, county in self.counties.items() if county == code]
        after = self.successors.get(code, set()).union(low, *(self.successors.get(one, set()) for one in low))
        found = {self.regions[one] for one in after if one in self.regions}
        if not found and code in self.councils:  # Dorset: the districts are in no table of counties
            replaced = self.by_short[self.councils[code]["replaced-by"].split(",")[0]]
            found = {self.regions[replaced]}
        if len(found) != 1:
            raise InputError(f"{code} lies in {len(found)} regions")
        return found.pop()


def _other_names(area: Area, row: dict[str, str]) -> tuple[str, ...]:
    # A comma without a blank separates names; one with a blank stands in a name ("Bristol, City of").
    said = [row.get("official-name", ""), row.get("nice-name", ""), *re.split(r",(?! )", row.get("alt-names", ""))]
    known = {plain_name(area.name)}
    kept = []
    for name in (*area.other_names, *(_capital(" ".join(one.split())) for one in said)):
        plain = plain_name(name)
        if name and plain not in known and not {name, name.lower()} & facts.NOT_NAMES:
            known.add(plain)
            kept.append(name)
    return tuple(kept)


def _capital(name: str) -> str:
    if name != name.lower():
        return name
    return " ".join(word if word in _SMALL else word[:1].upper() + word[1:] for word in name.split())


def _with_new_boundaries(areas: list[Area]) -> list[Area]:
    """Add the former or later code of areas that got another one for a new boundary."""
    by_code = {area.code: area for area in areas}
    for old, new, day, _ in facts.NEW_BOUNDARIES:
        known = by_code[AreaCode(new if AreaCode(new) in by_code else old)]
        by_code[AreaCode(old)] = replace(known, code=AreaCode(old), valid_from=facts.BEFORE_TABLES, valid_to=day)
        by_code[AreaCode(new)] = replace(known, code=AreaCode(new), valid_from=day, valid_to=known.valid_to)
    return [by_code[code] for code in sorted(by_code)]
