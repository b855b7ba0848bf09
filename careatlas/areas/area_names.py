"""Names of areas made comparable: as they are written, and with the words around the place taken off."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from careatlas.areas.area import AreaKind

_K = AreaKind
_PUNCTUATION = re.compile(r"[-–—/,;:.()\[\]\"“”&`*]")
# What says of which kind an area is; longer phrases first. Kinds: where none, the words only stand around the name.
_KIND_PHRASES: tuple[tuple[str, tuple[AreaKind, ...]], ...] = (
    ("sustainability and transformation partnership", (_K.STP,)),
    ("sustainability and transformation plan", (_K.STP,)),
    ("health and social care partnership", (_K.STP,)),
    ("clinical commissioning group", (_K.CCG,)),
    ("health and care partnership", (_K.STP,)),
    ("combined county authority", (_K.COMBINED_AUTHORITY,)),
    ("mayoral combined authority", (_K.COMBINED_AUTHORITY,)),
    ("integrated care partnership", (_K.ICB,)),
    ("integrated care system", (_K.ICB, _K.STP)),
    ("integrated care board", (_K.ICB,)),
    ("sub icb location", (_K.SUB_ICB,)),
    ("combined authority", (_K.COMBINED_AUTHORITY,)),
    ("county council", (_K.COUNTY, _K.UNITARY)),  # Rutland and Durham are unitary and say county council
    ("ccg", (_K.CCG,)),
    ("icb", (_K.ICB,)),
    ("ics", (_K.ICB, _K.STP)),
    ("icp", (_K.ICB,)),
    ("stp", (_K.STP,)),
    ("cca", (_K.COMBINED_AUTHORITY,)),
    ("ca", (_K.COMBINED_AUTHORITY,)),
)
_AROUND = (
    "metropolitan borough council of",
    "metropolitan borough council",
    "metropolitan district council",
    "metropolitan borough of",
    "metropolitan district",
    "city and county of the",
    "city and district council",
    "london borough of",
    "borough council of",
    "royal borough of",
    "council of the",
    "unitary authority",
    "borough council",
    "district council",
    "city council",
    "county of",
    "corporation",
    "borough of",
    "london boro",
    "council of",
    "the city of",
    "authority",
    "district",
    "borough",
    "council",
    "city of",
    "county",
    "city",
    "mbc",
    "mdc",
    "ua",
)
_LOCAL = tuple(kind for kind in AreaKind if not kind.is_nhs)


_KEPT = 20_000  # names; a table of a country has some hundred


@lru_cache(maxsize=_KEPT)
def plain_name(name: str) -> str:
    """Return a name in lower case, without accents, punctuation, ``the`` and apostrophes, ``&`` as ``and``."""
    folded = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    joined = _PUNCTUATION.sub(" ", bare.replace("'", "").replace("’", "").replace("\u2018", ""))
    return " ".join(word for word in joined.split() if word != "the")


@lru_cache(maxsize=_KEPT)
def core_name(name: str) -> str:
    """Return the place in a name: without council, city, borough, NHS, ICB and the like.

    ``London Borough of Hackney`` and ``Hackney Council`` are both ``hackney``; ``City of London`` stays as it is,
    because ``london`` is the region.
    """
    plain = plain_name(name)
    bare = _without(plain)
    if bare == "london" and plain != "london":
        return plain.removesuffix(" corporation")
    return bare or plain


@lru_cache(maxsize=_KEPT)
def kinds_named(name: str) -> tuple[AreaKind, ...]:
    """Return the kinds that the words of a name allow: those of the health service only where the name says so."""
    words = f" {plain_name(name)} "
    for phrase, kinds in _KIND_PHRASES:
        if f" {phrase} " in words or f" {phrase}s " in words:
            return kinds
    return (*_LOCAL, AreaKind.STP, AreaKind.ICB, AreaKind.CCG) if words.startswith(" nhs ") else _LOCAL


def _without(plain: str) -> str:
    words = f" {plain} "
    words = words.removeprefix(" nhs").replace(" nhs ", " ")
    for phrase in _phrases():
        words = words.replace(f" {phrase} ", " ")
    return " ".join(words.split())


@cache
def _phrases() -> tuple[str, ...]:
    kinds = [form for phrase, _ in _KIND_PHRASES for form in (phrase, f"{phrase}s")]
    return tuple(sorted((*kinds, *_AROUND), key=lambda phrase: (-len(phrase), phrase)))
