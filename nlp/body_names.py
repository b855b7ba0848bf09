"""Names of organisations in health and care: known ones, and what their names end or begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from nlp.area_names import area_ruler
from nlp.name_words import NameWords, words_of_name

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.vocab import Vocab


class BodyKind(StrEnum):
    """What sort of organisation."""

    COUNCIL = "council"
    ICB = "icb"
    ICS = "ics"
    CCG = "ccg"
    COMBINED_AUTHORITY = "combined-authority"
    BOARD = "board"
    TRUST = "trust"
    PRIMARY_CARE = "primary-care"
    EMERGENCY = "emergency"
    NATIONAL = "national"
    VOLUNTARY = "voluntary"
    EDUCATION = "education"
    PROVIDERS = "providers"
    OTHER = "other"


# What a name ends with: the words before it that are capitals belong to it.
_ENDS: Mapping[str, BodyKind] = {
    "nhs foundation trust": BodyKind.TRUST,
    "nhs trust": BodyKind.TRUST,
    "nhs ft": BodyKind.TRUST,
    "foundation trust": BodyKind.TRUST,
    "hospitals trust": BodyKind.TRUST,
    "hospital trust": BodyKind.TRUST,
    "partnership trust": BodyKind.TRUST,
    "community trust": BodyKind.TRUST,
    "community health trust": BodyKind.TRUST,
    "primary care trust": BodyKind.TRUST,
    "ambulance service": BodyKind.EMERGENCY,
    "fire and rescue service": BodyKind.EMERGENCY,
    "fire and rescue authority": BodyKind.EMERGENCY,
    "police": BodyKind.EMERGENCY,
    "constabulary": BodyKind.EMERGENCY,
    "primary care network": BodyKind.PRIMARY_CARE,
    "pcn": BodyKind.PRIMARY_CARE,
    "gp federation": BodyKind.PRIMARY_CARE,
    "local medical committee": BodyKind.PRIMARY_CARE,
    "safeguarding adults board": BodyKind.BOARD,
    "safeguarding board": BodyKind.BOARD,
    "hospice": BodyKind.VOLUNTARY,
    "hospices": BodyKind.VOLUNTARY,
    "community foundation": BodyKind.VOLUNTARY,
    "voluntary action": BodyKind.VOLUNTARY,
    "housing association": BodyKind.PROVIDERS,
    "care association": BodyKind.PROVIDERS,
    "provider collaborative": BodyKind.PROVIDERS,
    "community interest company": BodyKind.PROVIDERS,
    "cic": BodyKind.PROVIDERS,
    "university": BodyKind.EDUCATION,
}
# What a name begins with: the words behind it that are capitals belong to it, there must be one unless it stands alone.
_STARTS: Mapping[str, BodyKind] = {
    "healthwatch": BodyKind.VOLUNTARY,
    "age uk": BodyKind.VOLUNTARY,
    "age concern": BodyKind.VOLUNTARY,
    "citizens advice": BodyKind.VOLUNTARY,
    "carers trust": BodyKind.VOLUNTARY,
    "university of": BodyKind.EDUCATION,
}
_ALONE = frozenset({("age", "uk"), ("citizens", "advice")})
_WHOLE: Mapping[BodyKind, tuple[str, ...]] = {
    BodyKind.NATIONAL: (
        "NHS England", "NHS Improvement", "NHS Digital", "NHS Confederation", "Public Health England",
        "Health Education England", "Care Quality Commission", "Department of Health and Social Care",
        "Department of Health", "UK Health Security Agency", "Local Government Association",
        "Association of Directors of Adult Social Services", "Homes England", "Skills for Care",
        "National Institute for Health and Care Excellence", "Social Care Institute for Excellence",
        "Ministry of Housing, Communities and Local Government",
        "Department for Levelling Up, Housing and Communities", "Environment Agency", "Natural England",
        "Historic England", "Office for Health Improvement and Disparities", "Sport England", "Jobcentre Plus",
        "Department for Work and Pensions",
    ),
    BodyKind.VOLUNTARY: (
        "Alzheimer's Society", "British Red Cross", "Carers UK", "Marie Curie", "Macmillan Cancer Support",
        "Royal Voluntary Service", "St John Ambulance", "Dementia UK", "Stroke Association", "Samaritans", "Mencap",
        "Healthwatch England", "Salvation Army",
    ),
    BodyKind.PROVIDERS: (
        "Care England", "National Care Forum", "National Care Association", "Care Association Alliance",
    ),
}  # fmt: skip
_SHORT: Mapping[str, str] = {
    "NHSE": "NHS England",
    "CQC": "Care Quality Commission",
    "DHSC": "Department of Health and Social Care",
    "UKHSA": "UK Health Security Agency",
    "ADASS": "Association of Directors of Adult Social Services",
    "LGA": "Local Government Association",
}
_MOST_WORDS = 10  # of a name before what it ends with
_JOINS = frozenset({"and", "for", "le", "of", "on", "the", "under", "upon", "'s"})
_CLOSING = frozenset({
    "authority", "committee", "group", "hospice", "hospital", "partnership", "pcn", "police", "university",
})  # fmt: skip
_CLOSED = frozenset({"board", "ccg", "council", "icb", "trust"})  # no name goes on behind these
_OFTEN_SMALL = frozenset({"community", "health", "healthcare", "hospital", "hospitals", "university"})
_OPENING = frozenset({
    "a", "all", "alongside", "also", "an", "and", "both", "but", "by", "for", "from", "his", "in", "its", "local",
    "new", "of", "on", "our", "several", "some", "that", "the", "their", "these", "this", "three", "to", "two",
    "under", "upon", "via", "when", "where", "while", "whilst", "with", "acute", "lead", "your",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedBody:
    """A body's name in a text: words ``[start, end)``."""

    start: int
    end: int
    kind: BodyKind
    name: str = ""  # as it is known, where it is one of the known ones


@dataclass(frozen=True, slots=True)
class BodyRuler:
    """Finds the names of organisations in the words of a text."""

    matcher: PhraseMatcher
    vocab: Vocab
    known: Mapping[tuple[str, ...], tuple[str, BodyKind, str]]  # words to (end | start | whole, kind, name)

    def named(self, words: NameWords) -> tuple[NamedBody, ...]:
        """Return the bodies that a text names, the longest where several overlap, in their order."""
        from spacy.tokens import Doc

        if not words.words:
            return ()
        found = self.matcher(Doc(self.vocab, words=list(words.words)))
        bodies = sorted(
            (body for _, start, end in found for body in self._body(words, start, end)),
            key=lambda one: (one.start - one.end, one.start),
        )
        taken: set[int] = set()
        chosen = []
        for body in bodies:
            if taken.isdisjoint(range(body.start, body.end)):
                taken.update(range(body.start, body.end))
                chosen.append(body)
        return tuple(sorted(chosen, key=lambda one: one.start))

    def _body(self, words: NameWords, start: int, end: int) -> Iterator[NamedBody]:
        where, kind, name = self.known[words.words[start:end]]
        if where == "short":
            if words.shown(start) == words.shown(start).upper():
                yield NamedBody(start, end, kind, name)
        elif not any(map(words.is_capital, range(start, end))):
            return
        elif where == "whole":
            yield NamedBody(start, end, kind, name)
        elif where == "end":
            first = _first(words, start)
            if first < start:
                yield NamedBody(first, end, kind)
        else:
            last = _last(words, end)
            if last > end or words.words[start:end] in _ALONE:
                yield NamedBody(start, last, kind)


def _first(words: NameWords, place: int) -> int:
    """Return where the name begins that ends at a place: capitals and the small words between them."""
    first = place
    while first > max(0, place - _MOST_WORDS) and _reaches(words, first - 1) and not words.is_dashed(first):
        before = words.word(first - 1)
        if before in _CLOSED or (words.word(first) == "and" and before in _CLOSING):
            break  # "Medway Hospital and Dover NHS Trust" names two
        if words.word(first) == "the" and before == "and":
            break
        first -= 1
    while first < place and (words.word(first) in _OPENING or not words.is_capital(first)):
        first += 1
    return first


def _last(words: NameWords, place: int) -> int:
    areas = area_ruler().areas
    for last in range(min(place + _MOST_WORDS, len(words.words)), place, -1):
        if words.words[place:last] in areas and words.is_capital(place):
            return last  # "Healthwatch Brighton and Hove"
    last = place
    while last < place + 4 and words.is_capital(last) and words.word(last)[0].isalpha() and not words.is_dashed(last):
        last += 1
    return last


def _reaches(words: NameWords, place: int) -> bool:
    return words.word(place) in _OFTEN_SMALL or _goes_on(words, place)


def _goes_on(words: NameWords, place: int) -> bool:
    word = words.word(place)
    if not word or not (word[0].isalpha() or word == "'s"):
        return False
    return words.is_capital(place) or word in _JOINS


def body_words(words: NameWords) -> frozenset[int]:
    """Return which words of a text are part of an organisation's name."""
    return frozenset(place for body in body_ruler().named(words) for place in range(body.start, body.end))


@cache
def body_ruler() -> BodyRuler:
    """Return the ruler of organisations, made once per process."""
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    known = {words_of_name(phrase): ("end", kind, "") for phrase, kind in _ENDS.items()}
    known |= {words_of_name(phrase): ("start", kind, "") for phrase, kind in _STARTS.items()}
    known |= {words_of_name(name): ("whole", kind, name) for kind, names in _WHOLE.items() for name in names}
    known |= {words_of_name(short): ("short", BodyKind.NATIONAL, name) for short, name in _SHORT.items()}
    vocab = spacy.blank("en").vocab
    matcher = PhraseMatcher(vocab, attr="ORTH")
    matcher.add("body", [Doc(vocab, words=list(words)) for words in known])
    return BodyRuler(matcher=matcher, vocab=vocab, known=known)
