"""Whether one area lies within another, across councils and the health service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from careatlas.areas import package_tables
from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.identifiers import AreaCode

# Share of an area's small areas that must lie in another: bounds of councils and the NHS differ by a village or two.
LEAST_SHARE = 0.9
_Cell = tuple[AreaCode, AreaCode, AreaCode]


@lru_cache(maxsize=65_536)
def lies_within(code: AreaCode, other: AreaCode, on: date | None = None) -> bool:
    """Tell whether an area lies within another; no area lies within itself.

    Parameters
    ----------
    on : date, optional
        The day; without it, as the areas last stood.

    Notes
    -----
    By the register's parents and memberships; between councils and areas of the health service by counts of small areas
    (CCGs of 2021, sub-ICBs and districts of 2022): at least 90 % of the one's must lie in the other.
    """
    register = area_register()
    if code == other or not (register.has(code) and register.has(other)):
        return False
    if other in above(code, on):
        return True
    if other in above(other, on) or code in above(other, on):
        return False
    mine, theirs = _footprint(code), _footprint(other)
    total = sum(mine.values())
    if not total or total >= sum(theirs.values()):
        return False
    return sum(count for cell, count in mine.items() if cell in theirs) >= LEAST_SHARE * total


@lru_cache(maxsize=16_384)
def above(code: AreaCode, on: date | None = None) -> frozenset[AreaCode]:
    """Return the areas that an area lies in by the register: its county, region, combined authority, ICB, England."""
    register = area_register()
    if not register.has(code):
        return frozenset()
    area = register.get(code, on)
    day = _day_within(area, on)
    found: set[AreaCode] = set()
    combined = register.combined_authority(code, day)
    if combined is not None:
        found.add(combined.code)
    parent = register.parent(code, day)
    while parent is not None and parent.code not in found:
        found.add(parent.code)
        authority = register.combined_authority(parent.code, day)
        if authority is not None:
            found.add(authority.code)
        parent = register.parent(parent.code, day)
    return frozenset(found)


def _day_within(area: Area, on: date | None) -> date:
    day = date.max if on is None else max(on, area.valid_from)
    return day if area.valid_to is None else min(day, date.fromordinal(area.valid_to.toordinal() - 1))


@lru_cache(maxsize=4096)
def _footprint(code: AreaCode) -> Counter[_Cell]:
    cells: Counter[_Cell] = Counter()
    for cell in package_tables.cells():
        if code in {cell.ccg, cell.sub_icb, cell.district}:
            cells[cell.ccg, cell.sub_icb, cell.district] += cell.count
    for part in () if cells else _parts(code):
        cells.update(_footprint(part))
    return cells


def _parts(code: AreaCode) -> Iterator[AreaCode]:
    register = area_register()
    kinds = {area.kind for area in register.all_of(code)}
    if kinds & {AreaKind.REGION, AreaKind.COUNTRY, AreaKind.COMBINED_AUTHORITY}:
        return  # the register's own relations tell it
    inner = [area.code for area in register.areas if area.parent == code and area.code != code]
    yield from dict.fromkeys(inner or [one.old for one in register.before(code) if one.weight in {None, 1}])
