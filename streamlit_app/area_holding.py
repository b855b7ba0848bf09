"""Whether one area lies in another, over the years."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
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
        The day whose areas are meant; otherwise today, or the last day of an area that is no more.
    """
    if not code or area == NO_AREA:
        return not code and area == NO_AREA
    register = area_register()
    if code == area or not register.has(area):
        return code == area
    wanted = register.get(area)
    day = on or (wanted.valid_to - timedelta(days=1) if wanted.valid_to else today())
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


def today() -> date:
    """Return the day of today, in UTC."""
    return datetime.now(UTC).date()
