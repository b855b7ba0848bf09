"""The names of all areas as one matcher: which places a text names, before anything is known of the document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm, NamedForm, named_form, without_form
from nlp.name_words import SMALL_WORDS, NameWords, words_of_name

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.vocab import Vocab

Name = tuple[str, ...]

# Everyday names that no table of codes lists, by the name that one does.
_EVERYDAY: Mapping[str, tuple[str, ...]] = {
    "newcastle": ("Newcastle upon Tyne", "Newcastle-under-Lyme"),
    "richmond": ("Richmond upon Thames", "Richmondshire"),
    "kingston": ("Kingston upon Thames", "Kingston upon Hull, City of"),
    "stoke": ("Stoke-on-Trent",),
    "bath": ("Bath and North East Somerset",),
    "hammersmith": ("Hammersmith and Fulham",),
    "barking": ("Barking and Dagenham",),
    "brighton": ("Brighton and Hove",),
    "southend": ("Southend-on-Sea",),
    "telford": ("Telford and Wrekin",),
    "cheshire west": ("Cheshire West and Chester",),
    "blackburn": ("Blackburn with Darwen",),
    "redcar": ("Redcar and Cleveland",),
}
_JOINS = frozenset((",", "and", "/", "or"))
_NOT_ALONE = {("east",)}  # for the East of England
_WHOLE = ("city", "of", "london")  # not a city called London
_NEEDS_FORM = frozenset({AreaKind.CCG, AreaKind.SUB_ICB})
_LOCAL = frozenset(
    {AreaKind.COUNTY, AreaKind.UNITARY, AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH, AreaKind.DISTRICT}
)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A name in a text: words ``[start, end)``, with what stands around it, and the areas that bear it."""

    start: int
    end: int
    whole: NamedForm
    areas: tuple[Area, ...]

    @property
    def form(self) -> AreaForm:
        """As what the area is named."""
        return self.whole.form


@dataclass(frozen=True, slots=True)
class AreaRuler:
    """Finds the names of areas in the words of a text.

    Attributes
    ----------
    areas : mapping of tuple of str to tuple of Area
        The words of a place's name, to all areas of all times that bear it.
    by_nhs_code : mapping of str to Area
        Sub-ICB locations, which have a code for a name ("91Q").
    official : mapping of tuple of str to frozenset of AreaCode
        The words of whole names: "Newcastle City Council" is that of one of two places called Newcastle.
    """

    areas: Mapping[Name, tuple[Area, ...]]
    by_nhs_code: Mapping[str, Area]
    official: Mapping[Name, frozenset[AreaCode]]
    matcher: PhraseMatcher
    vocab: Vocab

    def named(self, words: NameWords) -> tuple[NamedPlace, ...]:
        """Return the names in a text in their order, the longest where several begin or overlap."""
        from spacy.tokens import Doc

        if not words.words:
            return ()
        found = ((start, end) for _, start, end in self.matcher(Doc(self.vocab, words=list(words.words))))
        places = [place for start, end in found if (place := self._place(words, start, end)) is not None]
        return _with_shared_forms(words, _longest(places))

    def _place(self, words: NameWords, start: int, end: int) -> NamedPlace | None:
        if not _is_capitalised(words, start, end):
            return None
        areas = self.areas.get(words.words[start:end], ())
        whole = named_form(words, start, end)
        codes = self.official.get(words.words[whole.start : whole.end], frozenset())
        if whole.form is not AreaForm.PLACE and codes:
            areas = tuple(area for area in areas if area.code in codes) or areas
        if whole.form is AreaForm.ICB and (sub := self.by_nhs_code.get(words.word(whole.end))):
            areas = (sub,)
            whole = NamedForm(whole.start, whole.end + 1, whole.form)
        if whole.form is AreaForm.PLACE and all(area.kind in _NEEDS_FORM for area in areas):
            return None
        return NamedPlace(start, end, whole, areas)


@cache
def area_ruler() -> AreaRuler:
    """Return the ruler of the shipped register, made once per process."""
    return ruler_of(area_register().areas)


def ruler_of(areas: Iterable[Area]) -> AreaRuler:
    """Return the ruler of given areas."""
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    vocab = spacy.blank("en").vocab
    known = tuple(areas)
    by_name: dict[Name, dict[tuple[str, date], Area]] = defaultdict(dict)
    for name, area in _names(known):
        by_name[name][area.code, area.valid_from] = area
    official: dict[Name, set[AreaCode]] = defaultdict(set)
    for area in known:
        for text in (area.name, *area.other_names):
            official[words_of_name(text)].add(area.code)
    matcher = PhraseMatcher(vocab, attr="ORTH")
    matcher.add("area", [Doc(vocab, words=list(name)) for name in by_name])
    return AreaRuler(
        areas={
            name: tuple(sorted(found.values(), key=lambda area: (area.code, area.valid_from)))
            for name, found in by_name.items()
        },
        by_nhs_code={
            area.nhs_code.casefold(): area for area in known if area.kind is AreaKind.SUB_ICB and area.nhs_code
        },
        official={name: frozenset(codes) for name, codes in official.items()},
        matcher=matcher,
        vocab=vocab,
    )


def _names(areas: tuple[Area, ...]) -> Iterator[tuple[Name, Area]]:
    for area in areas:
        if area.kind is AreaKind.SUB_ICB:
            continue  # known by its code; its name is its ICB's
        for text in (area.name, *area.other_names):
            yield from ((name, area) for name in _spellings(words_of_name(text)))
        if area.kind in _LOCAL:
            for short, longs in _EVERYDAY.items():
                if area.name in longs:
                    yield words_of_name(short), area


def _spellings(words: Name) -> Iterator[Name]:
    """Yield a name as it is written: without "Council" and the like, its comma and "the"; "Hull, City of" as "Hull"."""
    if "," in words:
        head, tail = words[: words.index(",")], words[words.index(",") + 1 :]
        if tail in {("city", "of"), ("county", "of")}:
            yield head
            return
    name = words if words == _WHOLE else without_form(words)
    if name in _NOT_ALONE or not any(word[0].isalpha() and word not in SMALL_WORDS for word in name):
        return
    yield name
    plain = tuple(word for word in name if word != ",")
    if plain != name:
        yield plain
    if "the" in plain:
        yield tuple(word for word in plain if word != "the")


def _is_capitalised(words: NameWords, start: int, end: int) -> bool:
    return all(
        words.is_capital(place) or words.word(place) in SMALL_WORDS or not words.word(place)[0].isalpha()
        for place in range(start, end)
    )


def is_joined(words: NameWords, first: NamedPlace, second: NamedPlace) -> bool:
    """Tell whether only "and", "or", a comma or a slash stands between two names."""
    between = words.words[first.whole.end : second.whole.start]
    return 0 < len(between) <= 2 and all(word in _JOINS for word in between)


def _with_shared_forms(words: NameWords, places: list[NamedPlace]) -> tuple[NamedPlace, ...]:
    """Give the form that several names share ("Bury and Wigan Councils") to each of them."""
    done: list[NamedPlace] = []
    for place in reversed(places):
        after = done[-1] if done else None
        if (
            after is not None
            and place.form is AreaForm.PLACE
            and after.whole.is_plural
            and is_joined(words, place, after)
        ):
            whole = NamedForm(place.whole.start, place.whole.end, after.form, is_plural=True)
            done.append(NamedPlace(place.start, place.end, whole, place.areas))
        else:
            done.append(place)
    return tuple(reversed(done))


def _longest(places: list[NamedPlace]) -> list[NamedPlace]:
    """Return the places that do not overlap, longer names first: "London Borough of Sutton" is not London."""
    chosen: list[NamedPlace] = []
    taken: set[int] = set()
    for place in sorted(places, key=lambda one: (one.start - one.end, one.whole.start - one.whole.end, one.start)):
        own = range(place.whole.start, place.whole.end)
        if taken.isdisjoint(own):
            taken.update(own)
            chosen.append(place)
    return sorted(chosen, key=lambda one: one.start)
