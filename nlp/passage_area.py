"""The area that an initiative told of in a passage belongs to: mostly the document's own, sometimes one within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm
from nlp.area_mentions import AreaMention, area_mentions
from nlp.area_nesting import lies_within
from nlp.comparison import is_comparison
from nlp.place_context import PlaceContext

if TYPE_CHECKING:
    from spacy.tokens import Doc

LEAST = 0.5
_BROAD = frozenset({AreaKind.COUNTRY, AreaKind.REGION})


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaReading:
    """Where an initiative is.

    Attributes
    ----------
    code : AreaCode
        Empty where nothing says it.
    why : str
        Where it was read, in words.
    confidence : float
        Between 0 and 1, from the rule; not calibrated.
    char_start, char_end : int or None
        The words of the passage that name it; ``None`` where it is the document's own or the heading's.
    """

    code: AreaCode
    name: str
    why: str
    confidence: float
    char_start: int | None = None
    char_end: int | None = None

    @property
    def span(self) -> tuple[int, int] | None:
        """The characters of the passage that name the area, half-open."""
        return None if self.char_start is None or self.char_end is None else (self.char_start, self.char_end)


def area_of_passage(doc: Doc, heading_doc: Doc | None, context: PlaceContext) -> AreaReading:
    """Return the area that an initiative in a passage belongs to.

    Parameters
    ----------
    doc, heading_doc : Doc
        The passage, and its heading if it has one.
    context : PlaceContext
        What is known of the document, its own area above all.

    Notes
    -----
    In this order: one place within the document's own area that the passage names, above all where it says that it
    happens there ("in Thanet", or the council of it); the own area where the passage says so ("across Kent"); one place
    within that the heading names; the own area. Several places within stand for the own area. Names in a comparison
    ("as in Wigan", "learning from Leeds") never count, nor do countries, regions, doubtful names and areas not in
    force. Where the document's own area is not known, the one place named.
    """
    own = area_register().get(context.area_code) if area_register().has(context.area_code) else None
    here = _usable(doc, context)
    above = _usable(heading_doc, context) if heading_doc is not None else ()
    if own is None:
        return _unplaced(here, above)
    inner = [one for one in here if one.code != own.code and lies_within(one.code, own.code, context.on)]
    within = [one for one in inner if one.is_placed or one.form is not AreaForm.PLACE] or inner
    codes = {one.code for one in within}
    if len(codes) == 1:
        return _named(max(within, key=lambda one: one.confidence), f"named in the passage, within {own.name}", 0.95)
    if len(codes) > 1:
        names = ", ".join(dict.fromkeys(one.name for one in within))
        return _whole(own, f"several places within {own.name} are named: {names}", 0.7)
    same = sorted((one for one in here if one.code == own.code), key=lambda one: not one.is_placed)
    if same and same[0].is_placed:
        return _named(same[0], "the document's own area, named in the passage", 1.0)
    headed = [one for one in above if one.code != own.code and lies_within(one.code, own.code, context.on)]
    if len({one.code for one in headed}) == 1:
        return _headed(headed[0], f"named in the heading, within {own.name}", 0.75)
    if same:
        return _named(same[0], "the document's own area, named in the passage", 1.0)
    others = [one for one in here if one.is_placed and not lies_within(own.code, one.code, context.on)]
    if others:
        return _whole(own, f"the document's own area, though the passage names {others[0].name} outside it", 0.5)
    return _whole(own, "the document's own area", 0.85)


def _usable(doc: Doc, context: PlaceContext) -> tuple[AreaMention, ...]:
    text = doc.text
    return tuple(
        one
        for one in area_mentions(doc, context.on, context)
        if one.confidence >= LEAST
        and not one.is_ambiguous
        and not one.is_expired
        and one.kind not in _BROAD
        and not is_comparison(text, one.char_start, one.char_end)
    )


def _unplaced(here: Sequence[AreaMention], above: Sequence[AreaMention]) -> AreaReading:
    for said, mentions in (("named in the passage", here), ("named in the heading", above)):
        if len({one.code for one in mentions}) == 1:
            why = f"{said}; the document's own area is not known"
            return _named(mentions[0], why, 0.8) if mentions is here else _headed(mentions[0], why, 0.6)
    return AreaReading(code=NO_AREA, name="", why="neither document nor passage say it", confidence=0.0)


def _named(one: AreaMention, why: str, factor: float) -> AreaReading:
    return AreaReading(
        code=one.code,
        name=one.name,
        why=f"{why}: {one.words}",
        confidence=round(one.confidence * factor, 3),
        char_start=one.char_start,
        char_end=one.char_end,
    )


def _headed(one: AreaMention, why: str, factor: float) -> AreaReading:
    return replace(_named(one, why, factor), char_start=None, char_end=None)


def _whole(own: Area, why: str, confidence: float) -> AreaReading:
    return AreaReading(code=own.code, name=own.name, why=why, confidence=confidence)
