"""Words that lead to the document's own area: "the council", "our county", "borough-wide"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.identifiers import AreaCode
from nlp.area_nesting import above, lies_within
from nlp.area_surroundings import follows_placing
from nlp.name_words import NameWords
from nlp.place_context import PlaceContext

_OUR = frozenset(("our", "this"))
_THE = frozenset(("the", "our", "this"))
_COUNCILS = frozenset(
    {AreaKind.COUNTY, AreaKind.UNITARY, AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH, AreaKind.DISTRICT}
)
_BOROUGHS = frozenset({AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH, AreaKind.DISTRICT, AreaKind.UNITARY})
_COUNTIES = frozenset({AreaKind.COUNTY, AreaKind.UNITARY})
_SYSTEMS = frozenset({AreaKind.ICB, AreaKind.STP})
_ALL = frozenset(AreaKind)
# The words, what stands before them, the kinds of area they can mean, how far they are believed; longer ones first.
_NOUNS: tuple[tuple[tuple[str, ...], frozenset[str], frozenset[AreaKind], float], ...] = (
    (("county", "council"), _THE, _COUNTIES, 0.75),
    (("borough", "council"), _THE, _BOROUGHS, 0.75),
    (("district", "council"), _THE, _BOROUGHS, 0.75),
    (("city", "council"), _THE, _BOROUGHS, 0.75),
    (("integrated", "care", "board"), _THE, frozenset({AreaKind.ICB}), 0.75),
    (("integrated", "care", "system"), _THE, _SYSTEMS, 0.7),
    (("local", "authority"), _THE, _COUNCILS, 0.6),
    (("council",), _THE, _COUNCILS, 0.75),
    (("authority",), _THE, _COUNCILS, 0.6),
    (("county",), _THE, _COUNTIES, 0.7),
    (("borough",), _THE, _BOROUGHS, 0.7),
    (("district",), _THE, _BOROUGHS, 0.65),
    (("city",), _THE, _BOROUGHS, 0.65),
    (("icb",), _THE, frozenset({AreaKind.ICB}), 0.75),
    (("ics",), _THE, _SYSTEMS, 0.7),
    (("stp",), _THE, frozenset({AreaKind.STP}), 0.7),
    (("ccg",), _THE, frozenset({AreaKind.CCG}), 0.75),
    (("system",), _OUR, _SYSTEMS, 0.6),
    (("area",), _OUR, _ALL, 0.6),
    (("place",), _OUR, _ALL, 0.6),
    (("region",), _OUR, frozenset({AreaKind.REGION}), 0.6),
)
_WIDE = {"county": _COUNTIES, "borough": _BOROUGHS, "district": _BOROUGHS, "city": _BOROUGHS, "council": _COUNCILS}
_NOT_BEFORE = frozenset({"court", "courts", "of", "tax"})


@dataclass(frozen=True, slots=True)
class OwnMention:
    """Words ``[start, end)`` that mean the document's own area, or the county or ICB that it lies in."""

    start: int
    end: int
    area: Area
    confidence: float
    why: str
    is_placed: bool


def own_mentions(words: NameWords, on: date | None, known: PlaceContext) -> Iterator[OwnMention]:
    """Yield the words that lead to the document's own area; nothing where that is not known."""
    register = area_register()
    if not known.area_code or not register.has(known.area_code):
        return
    own = register.get(known.area_code, on)
    for place in range(len(words.words)):
        for length, kinds, confidence in _found(words, place, known):
            area = own if own.kind in kinds else _around(own.code, kinds, on)
            if area is not None:
                why = "the document's own area" if area is own else f"the {area.kind.value} of the document's own area"
                sure = confidence if area is own else confidence - 0.1
                is_wide = words.word(place) not in _THE
                yield OwnMention(place, place + length, area, sure, why, is_wide or follows_placing(words, place))
                break


def _found(words: NameWords, place: int, known: PlaceContext) -> Iterator[tuple[int, frozenset[AreaKind], float]]:
    word = words.word(place)
    if word.endswith("wide") and (kinds := _WIDE.get(word.removesuffix("wide"))):
        yield 1, kinds, 0.65
    if words.word(place + 1) == "wide" and (kinds := _WIDE.get(word)):
        yield 2, kinds, 0.65
    if word not in _THE:
        return
    for noun, before, kinds, confidence in _NOUNS:
        end = place + 1 + len(noun)
        if word in before and words.words[place + 1 : end] == noun and words.word(end) not in _NOT_BEFORE:
            yield 1 + len(noun), kinds, confidence
    if words.word(place + 1) == "board" and words.is_capital(place + 1) and "board" in known.body.casefold():
        yield 2, _ALL, 0.6


@lru_cache(maxsize=4096)
def _around(code: AreaCode, kinds: frozenset[AreaKind], on: date | None) -> Area | None:
    """Return the county of a district, or the ICB or STP that a council's area lies in, where that is one."""
    register = area_register()
    if kinds is _COUNTIES:
        around = [register.get(one, on) for one in above(code, on) if register.get(one, on).kind is AreaKind.COUNTY]
    elif kinds <= _SYSTEMS and register.get(code, on).kind in _COUNCILS:
        around = [
            one for one in register.areas if one.kind in kinds and _stands(one, on) and lies_within(code, one.code, on)
        ]
    else:
        return None
    return around[0] if len(around) == 1 else None


def _stands(area: Area, on: date | None) -> bool:
    # The register ends what is known of ICBs on 2026-04-01; a document of unknown date is taken to mean the last.
    return area.is_valid(on) if on is not None else area.kind is AreaKind.ICB
