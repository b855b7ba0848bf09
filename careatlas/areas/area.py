"""An area of England: its code, its name, and the days between which both held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from careatlas.identifiers import AreaCode


class AreaKind(StrEnum):
    """What sort of area a code stands for."""

    COUNTRY = "country"
    REGION = "region"
    COUNTY = "county"
    UNITARY = "unitary"  # with the City of London and the Isles of Scilly, which do what unitary authorities do
    METROPOLITAN_DISTRICT = "metropolitan-district"
    LONDON_BOROUGH = "london-borough"
    DISTRICT = "district"
    COMBINED_AUTHORITY = "combined-authority"
    CCG = "ccg"
    STP = "stp"
    SUB_ICB = "sub-icb"
    ICB = "icb"

    @property
    def is_nhs(self) -> bool:
        """Whether the area is one of the health service."""
        return self in {AreaKind.CCG, AreaKind.STP, AreaKind.SUB_ICB, AreaKind.ICB}


_ALL_PURPOSE = frozenset({AreaKind.UNITARY, AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH})


class Level(StrEnum):
    """A layer of areas that cover England once (combined authorities and STPs aside, each at its time)."""

    UTLA = "utla"
    LTLA = "ltla"
    REGION = "region"
    CCG = "ccg"
    STP = "stp"
    SUB_ICB = "sub-icb"
    ICB = "icb"

    def holds(self, kind: AreaKind) -> bool:
        """Tell whether areas of a kind stand on this level; unitary ones stand on both levels of local government."""
        if self is Level.UTLA:
            return kind in _ALL_PURPOSE or kind is AreaKind.COUNTY
        if self is Level.LTLA:
            return kind in _ALL_PURPOSE or kind is AreaKind.DISTRICT
        return kind.value == self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area under one code.

    Attributes
    ----------
    code : AreaCode
        The nine characters of the Government Statistical Service. A new boundary gets a new code, a new name does not.
    name : str
        The short name, as the Office for National Statistics writes it.
    valid_from : date
        The first day of the code, or the first for which our sources vouch (``SOURCES.md`` in the tables' folder).
    valid_to : date or None
        The first day on which it was no more; ``None`` while it is in force.
    parent : AreaCode
        The county of a district, the region of an upper-tier authority, the ICB of a sub-ICB, the STP of a CCG, else
        England; empty for England itself. Where it changed, the last one: ``AreaRegister.parent`` knows the days.
    other_names : tuple of str
        Official and everyday names besides ``name``.
    nhs_code : str
        The health service's own code, empty outside it or where no source gives it.
    """

    code: AreaCode
    name: str
    kind: AreaKind
    valid_from: date
    valid_to: date | None = None
    parent: AreaCode
    other_names: tuple[str, ...] = ()
    nhs_code: str = ""

    def is_valid(self, on: date) -> bool:
        """Tell whether the code was in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def years(self) -> str:
        """The days between which the code held, in words."""
        if self.valid_to is None:
            return f"since {self.valid_from}"
        return f"{self.valid_from} until {self.valid_to}"
