"""The areas of a map, and where on it what was read of another area belongs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
from careatlas.areas.conversion import converted
from careatlas.errors import CareAtlasError
from careatlas.identifiers import AreaCode

_CACHED = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class MapArea:
    """An area of a map."""

    code: AreaCode
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something belongs on a map.

    Attributes
    ----------
    area : MapArea or None
        ``None`` where it belongs nowhere on it.
    why : str
        How it was placed, or why it cannot be.
    """

    area: MapArea | None
    why: str = ""


def areas_of(level: Level | None, on: date) -> tuple[MapArea, ...]:
    """Return the areas of a level on a day; none for a map of areas as they were read.

    Raises
    ------
    InputError
        If the areas of that day are not known.
    """
    if level is None:
        return ()
    return tuple(MapArea(code=one.code, name=one.name) for one in area_register().of_level(level, on))


def placed(code: str, name: str, level: Level | None, on: date) -> Place:
    """Return where on a map an area belongs.

    Parameters
    ----------
    code, name : str
        As read in a document.
    level : Level or None
        The level of the map; ``None`` for areas as they were read.
    on : date
        The day whose areas the map shows.

    Notes
    -----
    An area that is divided among several is not shared out: half an initiative is none, and counting it in each would
    multiply it.
    """
    if not code:
        return Place(area=None, why=f"no code is known for {name!r}" if name else "no area was read")
    if level is None:
        return Place(area=MapArea(code=AreaCode(code), name=name or code), why="as read")
    return _converted(code, level, on)


@lru_cache(maxsize=_CACHED)
def _converted(code: str, level: Level, on: date) -> Place:
    try:
        found = converted(AreaCode(code), level, on)
    except CareAtlasError as error:
        return Place(area=None, why=error.what)
    if len(found.parts) != 1:
        parts = ", ".join(f"{part.name} {part.weight:.0%}" for part in found.parts)
        return Place(area=None, why=f"{code} is divided on this map ({parts or 'nothing of it is on it'})")
    part = found.parts[0]
    return Place(area=MapArea(code=part.code, name=part.name), why=found.said)
