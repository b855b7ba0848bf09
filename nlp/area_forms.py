"""Words around a place's name that say what is meant: its council, its ICB, or the place itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from careatlas.areas.area import AreaKind
from nlp.name_words import NameWords

_UPPER = (AreaKind.COUNTY, AreaKind.UNITARY, AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH)
_COUNCIL = (*_UPPER, AreaKind.DISTRICT)


class AreaForm(StrEnum):
    """As what an area is named."""

    PLACE = "place"  # by its name alone
    COUNCIL = "council"
    COUNTY = "county"
    BOROUGH = "borough"
    DISTRICT = "district"
    ICB = "icb"
    ICS = "ics"  # an ICS, an integrated care partnership, an STP: the same area under changing law
    CCG = "ccg"
    COMBINED_AUTHORITY = "combined-authority"
    REGION = "region"

    @property
    def kinds(self) -> tuple[AreaKind, ...]:
        """The kinds of area that are named so."""
        return _KINDS[self]


_KINDS = {
    AreaForm.PLACE: tuple(AreaKind),
    AreaForm.COUNCIL: _COUNCIL,
    AreaForm.COUNTY: (AreaKind.COUNTY, AreaKind.UNITARY),
    AreaForm.BOROUGH: (AreaKind.DISTRICT, AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH, AreaKind.UNITARY),
    AreaForm.DISTRICT: (AreaKind.DISTRICT, AreaKind.METROPOLITAN_DISTRICT, AreaKind.UNITARY),
    AreaForm.ICB: (AreaKind.ICB, AreaKind.SUB_ICB),
    AreaForm.ICS: (AreaKind.ICB, AreaKind.STP),
    AreaForm.CCG: (AreaKind.CCG,),
    AreaForm.COMBINED_AUTHORITY: (AreaKind.COMBINED_AUTHORITY,),
    AreaForm.REGION: (AreaKind.REGION,),
}

_BEFORE = {
    "london borough of": AreaForm.BOROUGH,
    "royal borough of": AreaForm.BOROUGH,
    "metropolitan borough of": AreaForm.BOROUGH,
    "borough of": AreaForm.BOROUGH,
    "district of": AreaForm.DISTRICT,
    "county of": AreaForm.COUNTY,
    "city of": AreaForm.COUNCIL,
    "council of": AreaForm.COUNCIL,
}
# A body named after "NHS" alone is a commissioner, but which says only what stands behind: it is no form of its own.
_BEFORE_ONLY = ("nhs",)
_AFTER = {
    "city council": AreaForm.COUNCIL,
    "city and district council": AreaForm.COUNCIL,
    "metropolitan district council": AreaForm.DISTRICT,
    "metropolitan borough council": AreaForm.BOROUGH,
    "metropolitan council": AreaForm.BOROUGH,
    "metropolitan borough": AreaForm.BOROUGH,
    "county council": AreaForm.COUNTY,
    "county councils": AreaForm.COUNTY,
    "borough council": AreaForm.BOROUGH,
    "borough councils": AreaForm.BOROUGH,
    "district council": AreaForm.DISTRICT,
    "district councils": AreaForm.DISTRICT,
    "unitary authority": AreaForm.COUNCIL,
    "local authority": AreaForm.COUNCIL,
    "council": AreaForm.COUNCIL,
    "councils": AreaForm.COUNCIL,
    "mbc": AreaForm.BOROUGH,
    "bc": AreaForm.BOROUGH,
    "dc": AreaForm.DISTRICT,
    "cc": AreaForm.COUNTY,
    "health and wellbeing board": AreaForm.COUNCIL,
    "hwb": AreaForm.COUNCIL,
    "health and wellbeing boards": AreaForm.COUNCIL,
    "combined authority": AreaForm.COMBINED_AUTHORITY,
    "county combined authority": AreaForm.COMBINED_AUTHORITY,
    "combined county authority": AreaForm.COMBINED_AUTHORITY,
    "integrated care board": AreaForm.ICB,
    "integrated care boards": AreaForm.ICB,
    "icb": AreaForm.ICB,
    "icbs": AreaForm.ICB,
    "integrated care system": AreaForm.ICS,
    "integrated care partnership": AreaForm.ICS,
    "ics": AreaForm.ICS,
    "icp": AreaForm.ICS,
    "health and care partnership": AreaForm.ICS,
    "sustainability and transformation partnership": AreaForm.ICS,
    "sustainability and transformation plan": AreaForm.ICS,
    "stp": AreaForm.ICS,
    "clinical commissioning group": AreaForm.CCG,
    "clinical commissioning groups": AreaForm.CCG,
    "ccg": AreaForm.CCG,
    "ccgs": AreaForm.CCG,
    "county": AreaForm.COUNTY,
    "borough": AreaForm.BOROUGH,
    "district": AreaForm.DISTRICT,
    "region": AreaForm.REGION,
}
_PLURALS = ("councils", "boards", "groups", "ccgs", "icbs")
_LONGEST = 5


@dataclass(frozen=True, slots=True)
class NamedForm:
    """A place's name with the words around it that belong to it: words ``[start, end)``.

    ``is_plural`` tells of "Bury and Wigan Councils", whose form is that of both.
    """

    start: int
    end: int
    form: AreaForm
    is_plural: bool = False


def named_form(words: NameWords, start: int, end: int) -> NamedForm:
    """Return as what the place named by words ``[start, end)`` is meant.

    Form words count where they are written as part of the name ("Kent County Council") and, behind the name, also
    small where nothing else can be meant ("Kent county council"); "the Kent district" names a place.
    """
    form, first, last, is_plural = AreaForm.PLACE, start, end, False
    for phrase, found in _ordered(after=False):
        if words.words[max(0, start - len(phrase)) : start] == phrase and words.is_capital(start - len(phrase)):
            form, first = found, start - len(phrase)
            break
    for phrase, found in _ordered(after=True):
        if words.words[end : end + len(phrase)] == phrase and _is_written(words, end, phrase):
            form = found if form in {AreaForm.PLACE, AreaForm.COUNCIL} or found not in _LOCAL else form
            last, is_plural = end + len(phrase), phrase[-1] in _PLURALS
            break
    if words.word(first - 1) in _BEFORE_ONLY:
        first -= 1
    return NamedForm(first, last, form, is_plural)


def without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an official name without those that say what it is: the place's own name."""
    if words[:1] == ("the",) and len(words) > 1:
        words = words[1:]
    if words[:1] == ("nhs",) and len(words) > 1:
        words = words[1:]
    for phrase, _ in _ordered(after=True):
        if len(words) > len(phrase) and words[-len(phrase) :] == phrase and words[-2:] != ("city", "region"):
            words = words[: -len(phrase)]
            break
    for phrase, _ in _ordered(after=False):
        if len(words) > len(phrase) and words[: len(phrase)] == phrase:
            return words[len(phrase) :]
    return words


_LOCAL = frozenset({AreaForm.COUNCIL, AreaForm.COUNTY, AreaForm.BOROUGH, AreaForm.DISTRICT})


def _is_written(words: NameWords, place: int, phrase: tuple[str, ...]) -> bool:
    return words.is_capital(place) or "council" in phrase


@cache
def _ordered(*, after: bool) -> tuple[tuple[tuple[str, ...], AreaForm], ...]:
    table = _AFTER if after else _BEFORE
    pairs = [(tuple(phrase.split()), form) for phrase, form in table.items()]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
