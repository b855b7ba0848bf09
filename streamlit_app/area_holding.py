"""Whether one area lies in another, over the years."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from careatlas.areas.area import Area, Level
from careatlas.areas.area_register import area_register
from careatlas.areas.stated_facts import ICBS_CHANGED
from careatlas.errors import CareAtlasError
from evaluation.map_areas import placed

NO_AREA = "none"  # in an address: what has no area code
_LAYERS = (Level.UTLA, Level.ICB)


@lru_cache(maxsize=16_384)
def lies_in(code: str, area: str, on: date | None = None) -> bool:
    """Tell whether an area is, or lies in, or became part of, another one.

    Parameters
    ----------
    on : date, optional
        The day whose areas are meant; otherwise the last one on which the area is known.
    """
    if not code or area == NO_AREA:
        return not code and area == NO_AREA
    register = area_register()
    if code == area or not register.has(area):
        return code == area
    wanted = register.get(area)
    day = on or last_day(wanted)
    level = next((one for one in _LAYERS if one.holds(wanted.kind)), None)
    if level is None:
        return area in _around(code)
    try:
        place = placed(code, "", level, day).area
    except CareAtlasError:  # the areas of that day are not known
        place = None
    return place is not None and place.code == area


def _around(code: str) -> set[str]:
    register, found, left = area_register(), set[str](), [code]
    while left:
        for area in register.all_of(left.pop()):
            parents = {area.parent, *register.memberships(area.code)} - {""} - found
            found |= parents
            left += parents
    return found


def last_day(area: Area) -> date:
    """Return the last day, today at the latest, on which an area is known: of boards, the last of the 42."""
    ends = [end for end in (area.valid_to, ICBS_CHANGED if Level.ICB.holds(area.kind) else None) if end]
    return min([today(), *(end - timedelta(days=1) for end in ends)])


def today() -> date:
    """Return the day of today, in UTC."""
    return datetime.now(UTC).date()
