"""The package tables of the geography, as :mod:`careatlas.areas.make_tables` wrote them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files

from careatlas.areas.area import Area, AreaKind
from careatlas.identifiers import AreaCode, sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One area was part of another for some time."""

    code: AreaCode
    parent: AreaCode
    valid_from: date
    valid_to: date | None

    def is_valid(self, on: date) -> bool:
        """Tell whether it held on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """A code that followed another.

    Attributes
    ----------
    old, new : AreaCode
        The codes.
    on : date
        First day of the new one.
    weight : Fraction or None
        The share of the old area that went into the new one; ``None`` where our tables do not tell.
    basis : str
        What the weight counts.
    """

    old: AreaCode
    new: AreaCode
    on: date
    weight: Fraction | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Small areas (lower-layer super output areas of 2011) that share CCG, sub-ICB and district.

    Attributes
    ----------
    ccg : AreaCode
        The CCG of April 2021.
    sub_icb : AreaCode
        The sub-ICB of July 2022.
    district : AreaCode
        The lower-tier authority of 2021 and 2022.
    count : int
        How many small areas.
    """

    ccg: AreaCode
    sub_icb: AreaCode
    district: AreaCode
    count: int


@cache
def areas() -> tuple[Area, ...]:
    """Return every area, by code and first day."""
    return tuple(
        Area(
            code=AreaCode(row["code"]),
            name=row["name"],
            kind=AreaKind(row["kind"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            parent=AreaCode(row["parent"]),
            other_names=tuple(row["other_names"].split("|")) if row["other_names"] else (),
            nhs_code=row["nhs_code"],
        )
        for row in _rows("areas")
    )


@cache
def memberships() -> tuple[Membership, ...]:
    """Return the dated memberships: of combined authorities, and of ICBs where that changed."""
    return tuple(
        Membership(
            code=AreaCode(row["code"]),
            parent=AreaCode(row["parent"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in _rows("memberships")
    )


@cache
def successions() -> tuple[Succession, ...]:
    """Return what became of each code that ended."""
    return tuple(
        Succession(
            old=AreaCode(row["old"]),
            new=AreaCode(row["new"]),
            on=date.fromisoformat(row["on"]),
            weight=Fraction(row["weight"]) if row["weight"] else None,
            basis=row["basis"],
        )
        for row in _rows("successions")
    )


@cache
def cells() -> tuple[Cell, ...]:
    """Return the small areas of England by CCG, sub-ICB and district."""
    return tuple(
        Cell(
            ccg=AreaCode(row["ccg21"]),
            sub_icb=AreaCode(row["sicbl22"]),
            district=AreaCode(row["ltla22"]),
            count=int(row["lsoa11_count"]),
        )
        for row in _rows("small_areas")
    )


@cache
def people_65_and_over() -> dict[AreaCode, int]:
    """Return the residents aged 65 and over of each upper-tier authority of 2019, mid-2019."""
    return {AreaCode(row["utla19"]): int(row["people_65_and_over"]) for row in _rows("people")}


@cache
def unmapped() -> dict[AreaCode, str]:
    """Return codes that outcome files use and our tables do not map, with what they are."""
    return {AreaCode(row["code"]): row["what"] for row in _rows("unmapped")}


@cache
def tables_digest() -> str:
    """Return a digest of the tables: what was read with others is read anew."""
    tables = ("areas", "memberships", "successions", "unmapped")
    return sha256_of(b"\0".join((files("careatlas.areas") / "tables" / f"{name}.csv").read_bytes() for name in tables))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("careatlas.areas") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
