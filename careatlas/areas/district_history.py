"""In which areas a district of the small-area tables lay at other times: wholly, or in part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache

from careatlas.areas import package_tables
from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import AreaRegister, area_register
from careatlas.areas.stated_facts import NEW_BOUNDARY
from careatlas.identifiers import AreaCode


def wholes(district: AreaCode, register: AreaRegister) -> frozenset[AreaCode]:
    """Return every code of local government, of any time, in whose area a district of 2021 lies wholly.

    Parameters
    ----------
    district : AreaCode
        A lower-tier authority of 2021 and 2022.
    register : AreaRegister
        The register.
    """
    own = {district} | _later(district, register) | _recoded_from(district, register)
    found = set(own)
    for code in own:
        found |= _above(register.get(code), register)
    parts = _parts(district, register)
    if parts:  # merged of these: it lies wholly in what they all lay in
        found |= set.intersection(*(_above(register.get(part), register) for part in parts))
    return frozenset(found)


def touched(district: AreaCode, register: AreaRegister) -> frozenset[AreaCode]:
    """Return the codes with which a district of 2021 shares land but may not lie in wholly: what it was merged of."""
    parts = _parts(district, register)
    found = set(parts)
    for part in parts:
        found |= _above(register.get(part), register)
    return frozenset(found) - wholes(district, register)


@cache
def districts_in() -> Mapping[AreaCode, frozenset[AreaCode]]:
    """Return the districts of 2021 that lie wholly in each area of local government."""
    return _inverted(wholes)


@cache
def districts_touching() -> Mapping[AreaCode, frozenset[AreaCode]]:
    """Return the districts of 2021 that were merged of an area and of others."""
    return _inverted(touched)


def _inverted(
    relation: Callable[[AreaCode, AreaRegister], frozenset[AreaCode]],
) -> Mapping[AreaCode, frozenset[AreaCode]]:
    register = area_register()
    found: dict[AreaCode, set[AreaCode]] = defaultdict(set)
    for district in sorted({cell.district for cell in package_tables.cells()}):
        for code in relation(district, register):
            found[code].add(district)
    return {code: frozenset(districts) for code, districts in found.items()}


def _later(code: AreaCode, register: AreaRegister) -> set[AreaCode]:
    """Return the codes that followed one wholly; a district was never split."""
    found: set[AreaCode] = set()
    for one in register.after(code):
        found |= {one.new} | _later(one.new, register)
    return found


def _recoded_from(code: AreaCode, register: AreaRegister) -> set[AreaCode]:
    found: set[AreaCode] = set()
    for one in register.before(code):
        if one.basis.startswith(NEW_BOUNDARY):
            found |= {one.old} | _recoded_from(one.old, register)
    return found


def _parts(code: AreaCode, register: AreaRegister) -> list[AreaCode]:
    """Return the councils that one was merged of; counties that ended are found above their districts."""
    return [
        one.old
        for one in register.before(code)
        if not one.basis.startswith(NEW_BOUNDARY) and register.get(one.old).kind is not AreaKind.COUNTY
    ]


def _above(area: Area, register: AreaRegister) -> set[AreaCode]:
    """Return the county, combined authority, region and country over an area, of any time."""
    parents = {area.parent, *register.memberships(area.code)} - {AreaCode("")}
    found = set(parents)
    for parent in parents:
        found |= _above(register.get(parent), register)
    return found
