"""Which area a name means: by what it is called, by the day, by the document; otherwise several, and it is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import AreaRegister
from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm
from nlp.area_nesting import above, lies_within

# A document goes on naming what has just been abolished, and names what is about to be set up.
GRACE = timedelta(days=366)
_RANKS = {
    AreaKind.COUNTY: 0,
    AreaKind.UNITARY: 0,
    AreaKind.METROPOLITAN_DISTRICT: 0,
    AreaKind.LONDON_BOROUGH: 0,
    AreaKind.DISTRICT: 0,
    AreaKind.ICB: 1,
    AreaKind.STP: 1,
    AreaKind.COMBINED_AUTHORITY: 2,
    AreaKind.REGION: 2,
    AreaKind.CCG: 3,
    AreaKind.SUB_ICB: 3,
    AreaKind.COUNTRY: 4,
}
_PLACES_NAMED = {AreaForm.CCG, AreaForm.ICB, AreaForm.ICS, AreaForm.COMBINED_AUTHORITY, AreaForm.REGION}


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name means.

    Attributes
    ----------
    area : Area or None
        ``None`` where several are meant as likely.
    candidates : tuple of Area
        All that are meant as likely; one where it is clear.
    factor : float
        How far the answer is sure, between 0 and 1.
    why : str
        In words; empty where nothing had to be decided.
    """

    area: Area | None
    candidates: tuple[Area, ...]
    factor: float
    why: str = ""
    is_expired: bool = False


def resolved(
    areas: Sequence[Area], form: AreaForm, on: date | None, own: AreaCode, register: AreaRegister
) -> Resolution:
    """Return which of the areas that bear a name is meant.

    Parameters
    ----------
    areas : sequence of Area
        All that bear it, of all times; at least one.
    form : AreaForm
        As what it is named.
    on : date or None
        A day on which the document speaks.
    own : AreaCode
        The document's own area, empty where unknown.
    """
    fitting = tuple(area for area in areas if area.kind in form.kinds)
    unfit = ""
    if not fitting:
        unfit = f"no {form.value.replace('-', ' ')} of this name is in the register"
        fitting = tuple(area for area in areas if form in _PLACES_NAMED or _RANKS[area.kind] == 0) or tuple(areas)
    mine = next((area for area in fitting if area.code == own), None)
    if mine is not None and (on is None or _distance(mine, on) <= GRACE):
        return Resolution(mine, (mine,), 1.0, "the document's own area")
    regions = tuple(area for area in fitting if area.kind is AreaKind.REGION)
    if regions and form is AreaForm.PLACE and len({_RANKS[area.kind] for area in fitting}) == 1 and len(fitting) > 1:
        return Resolution(regions[0], fitting, 0.7, "the region rather than the combined authority of this name")
    rank = _rank(fitting, on)
    found = _dated(tuple(area for area in fitting if _RANKS[area.kind] == rank), on, own, register)
    if form is AreaForm.PLACE and rank == 1 and found.area is not None:
        # "South West London" is a direction as often as an area of the health service.
        why = "; ".join(filter(None, ("an area of the health service", found.why)))
        found = Resolution(found.area, found.candidates, found.factor * 0.8, why, found.is_expired)
    if not unfit:
        return found
    is_local = form not in _PLACES_NAMED and rank == 0  # "Kent District Councils" still means Kent
    factor = found.factor * (0.6 if is_local or form in _PLACES_NAMED else 0.3)
    return Resolution(found.area, found.candidates, factor, unfit, found.is_expired)


def _rank(areas: tuple[Area, ...], on: date | None) -> int:
    """Return which kinds of area are meant: councils before the NHS before combined authorities and regions.

    Plans mean an ICB rather than a combined authority by "Greater Manchester", but not before there was one.
    """
    ranks = {_RANKS[area.kind] for area in areas}
    current = {_RANKS[area.kind] for area in areas if on is None or _distance(area, on) <= GRACE}
    return 0 if 0 in ranks else min(current or ranks)


def _dated(areas: tuple[Area, ...], on: date | None, own: AreaCode, register: AreaRegister) -> Resolution:
    if on is None:
        current = tuple(area for area in areas if area.valid_to is None) or _nearest(areas, date.max)
        ended = current[0].valid_to
        why = f"ended on {ended}, and " if ended else "taken as of today: "
        why = f"{why}the document's date is not known" if ended or len(areas) > 1 else ""
        return _placed(current, 0.9 if why else 1.0, why, own, register)
    valid = tuple(area for area in areas if area.is_valid(on))
    if valid:
        return _placed(valid, 1.0, "", own, register)
    near = _nearest(areas, on)
    why = f"ended on {near[0].valid_to}" if near[0].valid_from <= on else f"begins on {near[0].valid_from}"
    if _distance(near[0], on) <= GRACE:
        return _placed(near, 0.9, why, own, register)
    found = _placed(near, 0.45, f"{why}, not in force on {on}", own, register)
    return Resolution(found.area, found.candidates, found.factor, found.why, is_expired=True)


def _placed(areas: tuple[Area, ...], factor: float, why: str, own: AreaCode, register: AreaRegister) -> Resolution:
    """Choose among areas of the same time by where the document comes from."""
    if len(areas) == 1:
        return Resolution(areas[0], areas, factor, why)
    tests: tuple[tuple[str, Callable[[Area], bool]], ...] = (
        ("within the document's own area", lambda area: lies_within(area.code, own)),
        ("around the document's own area", lambda area: lies_within(own, area.code)),
        ("in the document's region", lambda area: bool(_regions(area.code, register) & _regions(own, register))),
    )
    for said, holds in tests if own != NO_AREA else ():
        kept = tuple(area for area in areas if holds(area))
        if len(kept) == 1:
            return Resolution(
                kept[0], kept, factor * 0.9, "; ".join(filter(None, (why, f"of several, the one {said}")))
            )
    names = ", ".join(f"{area.name} ({area.code})" for area in areas)
    return Resolution(None, areas, factor * 0.4, "; ".join(filter(None, (why, f"may be {names}"))))


def _regions(code: AreaCode, register: AreaRegister) -> frozenset[AreaCode]:
    around = {code, *above(code)} if code else set()
    return frozenset(one for one in around if register.has(one) and register.get(one).kind is AreaKind.REGION)


def _nearest(areas: tuple[Area, ...], on: date) -> tuple[Area, ...]:
    least = min(_distance(area, on) for area in areas)
    return tuple(area for area in areas if _distance(area, on) == least)


def _distance(area: Area, on: date) -> timedelta:
    if on < area.valid_from:
        return area.valid_from - on
    return timedelta() if area.valid_to is None or on < area.valid_to else on - area.valid_to
