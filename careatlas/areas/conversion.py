"""From the areas of one level to those of another on a day, by shares whose source is known.

Shares are counted in small areas (lower-layer super output areas of 2011, about 1,600 people each), of which the
package tables know CCG, sub-ICB and district, or in residents aged 65 and over of 2019, spread evenly over the small
areas of each upper-tier authority. What the tables do not tell is refused, never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache

from careatlas.areas import package_tables
from careatlas.areas.area import Area, AreaKind, Level
from careatlas.areas.area_register import AreaRegister, area_register, refuse_unknown
from careatlas.areas.district_history import districts_in, districts_touching, wholes
from careatlas.areas.package_tables import Cell
from careatlas.areas.stated_facts import ICBS_BEGAN, NEW_BOUNDARY, UPPER_TIER_OF_PEOPLE
from careatlas.errors import InputError
from careatlas.identifiers import AreaCode

_LOOKUPS = "ONS lookups of small areas 2011 by CCG 2021 and by sub-ICB 2022, from humaniverse/geographr"
_SOURCES = {
    "same": "the code is in force on that day",
    "register": "codes, parents and successions of the register (ONS lookups, mySociety)",
    "small-areas": _LOOKUPS,
    "people-65": f"{_LOOKUPS}; residents by age, mid-2019, from humaniverse/demographr",
}


class Basis(StrEnum):
    """What a share counts."""

    SMALL_AREAS = "small-areas"
    PEOPLE_65 = "people-65"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A target area and the share of the source area that lies in it.

    Attributes
    ----------
    weight : float
        The share, above 0 and at most 1; those of a conversion sum to 1.
    small_areas : int or None
        How many small areas both share; ``None`` where no small area was counted.
    """

    code: AreaCode
    name: str
    weight: float
    small_areas: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What an area is on another level on a day.

    Attributes
    ----------
    parts : tuple of Part
        The largest first.
    source : str
        Where the shares come from.
    said : str
        The conversion in a sentence.
    """

    code: AreaCode
    to: Level
    on: date
    parts: tuple[Part, ...]
    source: str
    said: str

    @property
    def is_split(self) -> bool:
        """Whether the area lies in several areas of the level."""
        return len(self.parts) > 1


def converted(code: str, to: Level, on: date, basis: Basis = Basis.SMALL_AREAS) -> Conversion:
    """Return what an area is on another level on a day.

    Parameters
    ----------
    code : str
        An area of any time.
    to : Level
        The level wanted.
    on : date
        The day whose areas of that level are wanted.
    basis : Basis
        What shares count where an area is split.

    Raises
    ------
    UsageError
        If the code is none of ours.
    InputError
        If the tables do not tell.
    """
    register = area_register()
    area = register.get(code, on)
    _refuse_level(to, on)
    if to.holds(area.kind) and area.is_valid(on):
        return _conversion(area, to, on, {area.code: (Fraction(1), None)}, "same")
    known = _by_register(area, to, on, register)
    if known is not None:
        return _conversion(area, to, on, {known.code: (Fraction(1), None)}, "register")
    cells, is_whole = _footprint(area, register)
    weights: dict[AreaCode, Fraction] = {}
    counts: Counter[AreaCode] = Counter()
    for cell in cells:
        target = _target(cell, to, on)
        if target is None:
            raise _unknown_part(area, register.get(cell.district), to, on)
        weights[target] = weights.get(target, Fraction(0)) + cell.count * _people_per_small_area(cell.district, basis)
        counts[target] += cell.count
    if not is_whole and len(weights) > 1:
        raise InputError(
            f"{area.code} {area.name} has no small areas in our tables, and what it became lies in several areas",
            where=", ".join(sorted(weights)),
            mend=f"convert {', '.join(one.new for one in register.after(area.code))} instead, or leave it out",
        )
    total = sum(weights.values())
    shares = {target: (weight / total, counts[target] if is_whole else None) for target, weight in weights.items()}
    return _conversion(area, to, on, shares, basis.value if is_whole else "register")


def _conversion(
    area: Area, to: Level, on: date, shares: dict[AreaCode, tuple[Fraction, int | None]], source: str
) -> Conversion:
    register = area_register()
    ordered = sorted(shares.items(), key=lambda item: (-item[1][0], item[0]))
    parts = tuple(
        Part(code=code, name=register.get(code, on).name, weight=float(share), small_areas=count)
        for code, (share, count) in ordered
    )
    return Conversion(
        code=area.code, to=to, on=on, parts=parts, source=_SOURCES[source], said=_said(area, to, on, parts, source)
    )


def _said(area: Area, to: Level, on: date, parts: tuple[Part, ...], source: str) -> str:
    if source == "same":
        return f"{area.code} {area.name} is itself an area of the level {to} on {on}"
    if len(parts) == 1:
        return f"{area.code} {area.name} lies wholly in {parts[0].code} {parts[0].name} on {on}"
    what = "residents aged 65 and over" if source == Basis.PEOPLE_65 else "small areas"
    listed = "; ".join(f"{part.weight:.1%} in {part.code} {part.name}" for part in parts[:5])
    more = f"; and {len(parts) - 5} more" if len(parts) > 5 else ""
    return f"{area.code} {area.name} is split on {on}, by {what}: {listed}{more}"


def _refuse_level(to: Level, on: date) -> None:
    refuse_unknown(to, on)
    if to in {Level.ICB, Level.SUB_ICB} and on < ICBS_BEGAN:
        raise InputError(f"there were no ICBs on {on}", mend=f"they began on {ICBS_BEGAN}; before, ask for stp or ccg")
    if to in {Level.CCG, Level.STP} and on >= ICBS_BEGAN:
        raise InputError(f"there were no CCGs and STPs on {on}", mend=f"they ended on {ICBS_BEGAN}; ask for icb")


def _by_register(area: Area, to: Level, on: date, register: AreaRegister) -> Area | None:
    """Return the one area that the register alone gives."""
    if area.kind.is_nhs or to not in {Level.UTLA, Level.REGION, Level.LTLA}:
        return None
    if to is Level.LTLA:
        after = [one.new for one in register.after(area.code) if one.on <= on and area.kind is not AreaKind.COUNTY]
        return _valid_successor(after, to, on, register)
    found = register.upper_tier(area.code, on)
    return register.parent(found.code, on) if found and to is Level.REGION else found


def _valid_successor(codes: list[AreaCode], to: Level, on: date, register: AreaRegister) -> Area | None:
    if len(codes) != 1:
        return None
    area = register.get(codes[0], on)
    if area.is_valid(on):
        return area if to.holds(area.kind) else None
    return _valid_successor([one.new for one in register.after(area.code) if one.on <= on], to, on, register)


def _footprint(area: Area, register: AreaRegister) -> tuple[list[Cell], bool]:
    """Return the cells that an area covers, and whether it covers them wholly and is covered by them.

    Raises
    ------
    InputError
        If no small area of it is in our tables.
    """
    cells = package_tables.cells()
    if area.kind.is_nhs:
        own = {area.code} | {one.old for one in register.before(area.code) if one.basis.startswith(NEW_BOUNDARY)}
        found = [cell for cell in cells if own & set(_nhs_codes(cell))]
        is_whole = True
    else:
        inside, part = districts_in().get(area.code, frozenset()), districts_touching().get(area.code, frozenset())
        found = [cell for cell in cells if cell.district in inside or cell.district in part]
        is_whole = not part
    if not found:
        raise InputError(
            f"our tables do not say which small areas {area.code} {area.name} had",
            where=area.years,
            mend="docs/areas.md says which vintages are known",
        )
    return found, is_whole


@cache
def _nhs_codes(cell: Cell) -> tuple[AreaCode, ...]:
    """Return CCG, STP, sub-ICB and ICB of a cell, in the codes of April 2021 and July 2022."""
    register = area_register()
    stp = register.get(cell.ccg, ICBS_BEGAN.replace(month=6)).parent
    icb = register.parent(cell.sub_icb, ICBS_BEGAN)
    return (cell.ccg, stp, cell.sub_icb, icb.code if icb else AreaCode(""))


@lru_cache(maxsize=100_000)  # 343 cells, three levels, some days
def _target(cell: Cell, to: Level, on: date) -> AreaCode | None:
    """Return the area of a level that holds a cell on a day; ``None`` where it may be one of several."""
    register = area_register()
    ccg, stp, sub_icb, icb = _nhs_codes(cell)
    match to:
        case Level.CCG:
            return ccg
        case Level.STP:
            return stp
        case Level.SUB_ICB:
            return _recoded(sub_icb, on, register)
        case Level.ICB:
            return _recoded(icb, on, register)
        case Level.LTLA:
            fitting = (register.get(code, on) for code in sorted(wholes(cell.district, register)))
            return next((area.code for area in fitting if to.holds(area.kind) and area.is_valid(on)), None)
    found = register.upper_tier(cell.district, on)
    if found is None and to is Level.REGION:
        return next(code for code in wholes(cell.district, register) if register.get(code).kind is AreaKind.REGION)
    return None if found is None else found.code if to is Level.UTLA else found.parent


def _recoded(code: AreaCode, on: date, register: AreaRegister) -> AreaCode:
    after = [one for one in register.after(code) if one.basis.startswith(NEW_BOUNDARY) and one.on <= on]
    return after[0].new if after else code


@cache
def _people_per_small_area(district: AreaCode, basis: Basis) -> Fraction:
    """Return residents aged 65 and over per small area of the upper-tier authority of 2019; 1 for counts."""
    if basis is Basis.SMALL_AREAS:
        return Fraction(1)
    authority = _authority_of_people(district)
    people = package_tables.people_65_and_over()[authority]
    return Fraction(people, _small_areas_of_authority()[authority])


@cache
def _small_areas_of_authority() -> Counter[AreaCode]:
    counts: Counter[AreaCode] = Counter()
    for cell in package_tables.cells():
        counts[_authority_of_people(cell.district)] += cell.count
    return counts


@cache
def _authority_of_people(district: AreaCode) -> AreaCode:
    found = area_register().upper_tier(district, UPPER_TIER_OF_PEOPLE)
    if found is None:
        raise InputError(f"{district} lay in several upper-tier authorities on {UPPER_TIER_OF_PEOPLE}")
    return found.code


def _unknown_part(area: Area, district: Area, to: Level, on: date) -> InputError:
    former = area_register().before(district.code)
    listed = ", ".join(one.old for one in former)
    return InputError(
        f"{area.code} {area.name} cannot be shared out to the level {to} on {on}: {district.name} was then "
        f"{len(former)} areas ({listed}), and our tables have no small areas of those",
        mend=f"ask for a day from {district.valid_from} on",
    )
