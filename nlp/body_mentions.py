"""Organisations that a passage names: councils, ICBs, trusts and others, under one stable name each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm
from nlp.area_mentions import NOWHERE, AreaMention, area_mentions, without_overlaps
from nlp.body_names import BodyKind, NamedBody, body_ruler
from nlp.language import BLANK, pipeline, read_text
from nlp.name_words import NameWords, name_words
from nlp.place_context import PlaceContext

if TYPE_CHECKING:
    from spacy.tokens import Doc

_LOCAL = frozenset({AreaForm.COUNCIL, AreaForm.COUNTY, AreaForm.BOROUGH, AreaForm.DISTRICT})
_OTHER_FORMS = {
    AreaForm.ICB: BodyKind.ICB,
    AreaForm.ICS: BodyKind.ICS,
    AreaForm.CCG: BodyKind.CCG,
    AreaForm.COMBINED_AUTHORITY: BodyKind.COMBINED_AUTHORITY,
}
_OWN_WORDS = ("authority", "board", "ccg", "council", "icb", "ics", "integrated care system")
_BOARDS = ("health and wellbeing board", "hwb", "wellbeing boards")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMention:
    """Words of a passage that name an organisation.

    Attributes
    ----------
    name : str
        The same for all ways of naming it, as far as the register knows it: "KCC" and "Kent County Council".
    words : str
        As they stand in the passage.
    char_start, char_end : int
        Characters of the passage's text, half-open.
    area_code : AreaCode
        Of councils and areas of the health service; empty for others, and where two areas bear the name.
    confidence : float
        Between 0 and 1, from the rule that found it; not calibrated.
    is_own : bool
        Whether it is the body whose document it is.
    """

    name: str
    kind: BodyKind
    words: str
    char_start: int
    char_end: int
    confidence: float
    why: str
    area_code: AreaCode = NO_AREA
    is_own: bool = False


def body_mentions(doc: Doc, on: date | None = None, known: PlaceContext = NOWHERE) -> tuple[BodyMention, ...]:
    """Return the organisations that a passage names, in the order of its words.

    Parameters
    ----------
    doc : Doc
        As :func:`nlp.language.read_text` makes it, by any pipeline.
    on : date, optional
        A day on which the document speaks; by default that of ``known``.
    known : PlaceContext
        What is known of the document: its own body, and the abbreviations it defines.
    """
    own = body_key(known.body)
    found = [*_of_areas(doc, on, known), *_of_names(doc, known)]
    longest = sorted(found, key=lambda one: (one.char_start - one.char_end, one.char_start))
    marked = (_marked(one, own) for one in without_overlaps(len(doc.text), longest))
    return tuple(sorted(marked, key=lambda one: one.char_start))


@lru_cache(maxsize=16_384)
def body_key(name: str) -> str:
    """Return what is alike in all spellings of a body's name, to compare by."""
    words = name_words(pipeline(BLANK).make_doc(name[:400])).words
    kept = [word for word in words if word not in {"the", "nhs", "foundation", ",", "."}]
    return " ".join(kept)


def council_name(area: Area) -> str:
    """Return the official name of an area's council."""
    councils = [name for name in area.other_names if name.endswith(("Council", "Corporation"))]
    boroughs = [name for name in area.other_names if name.startswith(("London Borough of", "Royal Borough of"))]
    return (*councils, *boroughs, f"{area.name} Council")[0]


def _of_areas(doc: Doc, on: date | None, known: PlaceContext) -> Iterator[BodyMention]:
    for one in area_mentions(doc, on, known):
        named = _body_of_own_words(one, known) if one.is_own else _body_of_area(one)
        if named is not None:
            kind, name = named
            yield BodyMention(
                name=name,
                kind=kind,
                words=one.words,
                char_start=one.char_start,
                char_end=one.char_end,
                confidence=one.confidence,
                why=one.why,
                area_code=one.code,
            )


def _body_of_area(one: AreaMention) -> tuple[BodyKind, str] | None:
    words = one.words.casefold()
    if one.form in _LOCAL:
        area = area_register().get(one.code) if one.code else None
        if any(board in words for board in _BOARDS):
            return BodyKind.BOARD, f"{area.name if area else one.name} Health and Wellbeing Board"
        if not (
            "council" in words
            or "borough of" in words
            or words.endswith((" bc", " dc", " cc", "mbc"))
            or " " not in words
        ):
            return None  # "Kent county" is a place
        return BodyKind.COUNCIL, council_name(area) if area else one.words
    kind = _OTHER_FORMS.get(one.form)
    return None if kind is None else (kind, _official(one, kind))


def _official(one: AreaMention, kind: BodyKind) -> str:
    if one.kind not in one.form.kinds:
        return " ".join(one.words.split())  # "Rochdale CCG", where the register has no CCG of that name
    area = area_register().get(one.code)
    if kind is BodyKind.COMBINED_AUTHORITY:
        return next(
            (name for name in area.other_names if name.endswith("Authority")), f"{area.name} Combined Authority"
        )
    if kind is BodyKind.ICS:
        place = area.name.removeprefix("NHS ").removesuffix(" Integrated Care Board")
        return f"{place} Integrated Care System"
    return one.name


def _body_of_own_words(one: AreaMention, known: PlaceContext) -> tuple[BodyKind, str] | None:
    words = one.words.casefold()
    if not words.endswith(_OWN_WORDS) or one.kind is None:
        return None
    area = area_register().get(one.code)
    if words.endswith("board") and "integrated" not in words:
        return BodyKind.BOARD, known.body
    if area.kind is AreaKind.ICB:
        return BodyKind.ICB, area.name
    if area.kind in {AreaKind.STP, AreaKind.CCG}:
        return (BodyKind.CCG if area.kind is AreaKind.CCG else BodyKind.ICS), area.name
    is_own = one.code == known.area_code and "council" in known.body.casefold()
    return BodyKind.COUNCIL, known.body if is_own else council_name(area)


def _of_names(doc: Doc, known: PlaceContext) -> Iterator[BodyMention]:
    words = name_words(doc)
    for body in body_ruler().named(words):
        start, end = words.chars(body.start, body.end)
        name, why = body.name or stable_name(words, body), f"named as {body.kind.value}"
        yield _named(words.text, start, end, body.kind, name, 0.9, why)
    for place in range(len(words.words)) if known.abbreviations else ():
        long = known.abbreviations.get(words.shown(place))
        whole = body_as_a_whole(long) if long else None
        if whole is not None:
            start, end = words.chars(place, place + 1)
            why = f"the document's abbreviation of {long}"
            yield _named(words.text, start, end, whole[0], whole[1], 0.85, why)
    if "trust" in known.body.casefold():
        yield from _own_trust(words, known)


def _own_trust(words: NameWords, known: PlaceContext) -> Iterator[BodyMention]:
    for place in range(len(words.words) - 1):
        if words.word(place) in {"the", "our"} and words.shown(place + 1) == "Trust":
            start, end = words.chars(place, place + 2)
            yield _named(words.text, start, end, BodyKind.TRUST, known.body, 0.75, "the document's own body")


@lru_cache(maxsize=4096)
def body_as_a_whole(name: str) -> tuple[BodyKind, str] | None:
    """Return the kind and stable name of the body that words name if they name nothing else."""
    words = name_words(read_text(name, pipeline(BLANK)))
    first = 1 if words.word(0) == "the" else 0
    bodies = body_ruler().named(words)
    if len(bodies) == 1 and (bodies[0].start, bodies[0].end) == (first, len(words.words)):
        return bodies[0].kind, bodies[0].name or stable_name(words, bodies[0])
    return None


def stable_name(words: NameWords, body: NamedBody) -> str:
    """Return a body's name with "and" for "&", single spaces and without "The"; names in capitals as they are."""
    start, end = words.chars(body.start, body.end)
    shown = " ".join(words.text[start:end].replace("&", " and ").replace("’", "'").split())
    return shown.removesuffix(" FT") + " Foundation Trust" if shown.endswith("NHS FT") else shown


def _named(text: str, start: int, end: int, kind: BodyKind, name: str, confidence: float, why: str) -> BodyMention:
    return BodyMention(
        name=name,
        kind=kind,
        words=text[start:end],
        char_start=start,
        char_end=end,
        confidence=confidence,
        why=why,
    )


def _marked(one: BodyMention, own: str) -> BodyMention:
    return replace(one, is_own=bool(own) and body_key(one.name) == own)
