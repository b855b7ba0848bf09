"""Areas that a passage names: by their names, by abbreviations the document defines, or as "the council"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from careatlas.areas.area import AreaKind
from careatlas.areas.area_register import area_register
from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm
from nlp.area_names import NamedPlace, area_ruler
from nlp.area_resolution import Resolution, resolved
from nlp.area_surroundings import DOUBTFUL, NOT_A_PLACE, Belief, belief, lettering
from nlp.body_names import body_words
from nlp.language import BLANK, pipeline
from nlp.name_words import NameWords, name_words
from nlp.own_area import OwnMention, own_mentions
from nlp.place_context import PlaceContext

if TYPE_CHECKING:
    from spacy.tokens import Doc

_OWN_BONUS = 0.15
_MOST = 0.97
NOWHERE = PlaceContext()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMention:
    """Words of a passage that name an area.

    Attributes
    ----------
    code : AreaCode
        Empty where several areas are meant as likely (``candidates``).
    name : str
        The area's name in the register; the words themselves where several are meant.
    kind : AreaKind or None
        ``None`` where several are meant.
    form : AreaForm
        Whether the place is named, its council, its ICB and so on.
    words : str
        As they stand in the passage.
    char_start, char_end : int
        Characters of the passage's text, half-open.
    confidence : float
        Between 0 and 1, from the rule that found it; not calibrated.
    why : str
        In words: what stands around the name, and what decided between areas of one name.
    is_ambiguous : bool
        Whether several are meant as likely: none is chosen.
    is_expired : bool
        Whether the area was not in force around the document's date.
    is_placed : bool
        Whether "in", "across", "within" or the like stands before it.
    is_own : bool
        Whether it is named only as "the council", "our county".
    """

    code: AreaCode
    name: str
    kind: AreaKind | None
    form: AreaForm
    words: str
    char_start: int
    char_end: int
    confidence: float
    why: str
    candidates: tuple[AreaCode, ...] = ()
    is_ambiguous: bool = False
    is_expired: bool = False
    is_placed: bool = False
    is_own: bool = False


def area_mentions(doc: Doc, on: date | None = None, known: PlaceContext = NOWHERE) -> tuple[AreaMention, ...]:
    """Return the areas that a passage names, in the order of its words.

    Parameters
    ----------
    doc : Doc
        As :func:`nlp.language.read_text` makes it, by any pipeline; entities of a trained one are made use of.
    on : date, optional
        A day on which the document speaks; by default that of ``known``.
    known : PlaceContext
        What is known of the document.

    Notes
    -----
    What is no place for certain (a person's name, a street) is left out; doubtful names are given with a low
    confidence, so that whoever asks sets the bar. 0.5 is the bar of :func:`nlp.passage_area.area_of_passage`.
    """
    words = name_words(doc)
    on = on or known.on
    places = area_ruler().named(words)
    letters, in_bodies = lettering(words), body_words(words) if places else frozenset()
    found = [
        _mention(words, place, belief(words, places, index, letters, in_bodies), on, known)
        for index, place in enumerate(places)
    ]
    mentions = [one for one in found if one is not None]
    own = (_own(words, one) for one in own_mentions(words, on, known))
    kept = without_overlaps(len(words.text), (*mentions, *_abbreviated(words, on, known), *own))
    return tuple(sorted(kept, key=lambda one: one.char_start))


def _mention(
    words: NameWords, place: NamedPlace, believed: Belief, on: date | None, known: PlaceContext
) -> AreaMention | None:
    if believed.confidence <= NOT_A_PLACE:
        return None
    meant = resolved(place.areas, place.form, on, known.area_code, area_register())
    confidence = believed.confidence * meant.factor
    is_name_of_place = believed.confidence > DOUBTFUL
    if is_name_of_place and meant.area is not None and meant.area.code == known.area_code:
        confidence += _OWN_BONUS
    confidence *= _by_entity(words, place)
    return _made(words, (place.whole.start, place.whole.end), place.form, meant, confidence, believed)


def _made(
    words: NameWords, span: tuple[int, int], form: AreaForm, meant: Resolution, confidence: float, believed: Belief
) -> AreaMention:
    start, end = words.chars(*span)
    area = meant.area
    return AreaMention(
        code=area.code if area else NO_AREA,
        name=area.name if area else words.text[start:end],
        kind=area.kind if area else None,
        form=form,
        words=words.text[start:end],
        char_start=start,
        char_end=end,
        confidence=round(min(confidence, _MOST), 3),
        why="; ".join(filter(None, (believed.why, meant.why))),
        candidates=tuple(one.code for one in meant.candidates),
        is_ambiguous=area is None,
        is_expired=meant.is_expired,
        is_placed=believed.is_placed,
    )


def _by_entity(words: NameWords, place: NamedPlace) -> float:
    """Return how far a trained pipeline's entity speaks against a bare name: it tells "Jane Kent" from Kent.

    Only a person's name that is longer than the place's counts: the small pipeline takes "Wigan" alone for a person.
    """
    if place.form is not AreaForm.PLACE:
        return 1.0
    first, last = words.doc[words.tokens[place.start]], words.doc[words.tokens[place.end - 1]]
    is_longer = first.ent_iob_ == "I" or (last.i + 1 < len(words.doc) and words.doc[last.i + 1].ent_iob_ == "I")
    return 0.4 if first.ent_type_ == "PERSON" and is_longer else 1.0


def _abbreviated(words: NameWords, on: date | None, known: PlaceContext) -> Iterator[AreaMention]:
    if not known.abbreviations:
        return
    for place in range(len(words.words)):
        shown = words.shown(place)
        long = known.abbreviations.get(shown)
        named = named_as_a_whole(long) if long and sum(map(str.isupper, shown)) > 1 else None
        if named is None:
            continue
        meant = resolved(named.areas, named.form, on, known.area_code, area_register())
        believed = Belief(0.9, f"the document's abbreviation of {long}")
        yield _made(words, (place, place + 1), named.form, meant, believed.confidence * meant.factor, believed)


@lru_cache(maxsize=4096)
def named_as_a_whole(name: str) -> NamedPlace | None:
    """Return the place that words name if they name nothing else: "Kent County Council", not "Kent Local Plan"."""
    words = name_words(pipeline(BLANK).make_doc(name))
    places = area_ruler().named(words)
    first = 1 if words.word(0) == "the" else 0
    is_whole = len(places) == 1 and (places[0].whole.start, places[0].whole.end) == (first, len(words.words))
    return places[0] if is_whole else None


def _own(words: NameWords, one: OwnMention) -> AreaMention:
    meant = Resolution(one.area, (one.area,), 1.0)
    believed = Belief(one.confidence, one.why, is_placed=one.is_placed)
    made = _made(words, (one.start, one.end), AreaForm.PLACE, meant, one.confidence, believed)
    return replace(made, is_own=True)


class _Spanned(Protocol):
    @property
    def char_start(self) -> int: ...

    @property
    def char_end(self) -> int: ...


_Mention = TypeVar("_Mention", bound=_Spanned)


def without_overlaps(length: int, mentions: Iterable[_Mention]) -> list[_Mention]:
    """Return the mentions that touch none of those before them, in a text of so many characters."""
    taken = bytearray(length)
    kept = []
    for one in mentions:
        if not any(taken[one.char_start : one.char_end]):
            taken[one.char_start : one.char_end] = b"\1" * (one.char_end - one.char_start)
            kept.append(one)
    return kept
