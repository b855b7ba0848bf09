"""Reading the evidence of initiatives: a passage, its codes and its document's facts to what, where and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from careatlas.codebook import Codebook
from careatlas.identifiers import AreaCode, Code, evidence_id
from careatlas.initiative import Evidence, InitiativeStatus, Span
from careatlas.passage import Passage, PassageKind
from careatlas.period import Period, published_period
from nlp.area_mentions import area_mentions
from nlp.body_mentions import body_mentions
from nlp.body_names import BodyKind
from nlp.initiative_period import initiative_period
from nlp.initiative_title import title_of
from nlp.judged_words import JudgedWords, period_of_spans
from nlp.language import BLANK, pipeline, read_text
from nlp.money import money_mentions
from nlp.partner_mentions import partner_mentions
from nlp.passage_area import area_of_passage
from nlp.passage_parts import PassagePart, codes_of_parts, parts_of
from nlp.place_context import PlaceContext
from nlp.population_cues import population_of
from nlp.scale import scale_mentions
from nlp.service_names import service_names
from nlp.setting_cues import setting_of
from nlp.sighting import Coding, Sighting
from nlp.status_cues import status_of
from nlp.table_cells import beside_the_matter, cell_roles, matter
from nlp.time_mentions import TimeMention, time_mentions
from nlp.time_roles import TimeRole

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Organisations whose names are no names of services; a forum or a board may be what is done.
_BODIES = frozenset(BodyKind) - {BodyKind.BOARD, BodyKind.PROVIDERS, BodyKind.VOLUNTARY, BodyKind.OTHER}
_MAY_HAVE_ENDED = frozenset({InitiativeStatus.IN_PLACE, InitiativeStatus.UNCLEAR})
LEAST = 0.5  # confidence from which a mention is used


class _Worded(Protocol):
    """Words at a place of a passage, as every reader returns them."""

    @property
    def words(self) -> str: ...
    @property
    def char_start(self) -> int: ...
    @property
    def char_end(self) -> int: ...


class _Believed(_Worded, Protocol):
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPassage:
    """A coded passage with what is needed to read it.

    Attributes
    ----------
    doc, heading, lead : Doc or None
        The passage; the nearest heading above it; for an item of a list, the line that introduces the list.
    said : JudgedWords
        What people say beside the codes.
    """

    passage: Passage
    doc: Doc
    coding: Coding
    heading: Doc | None = None
    lead: Doc | None = None
    said: JudgedWords = field(default_factory=JudgedWords)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    """When, and how far: both are read together."""

    period: Period | None
    status: InitiativeStatus
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """For whom, in which setting, how much and with what money."""

    setting: str
    population: str
    scale: str
    funding: str
    spans: tuple[Span, ...]


def sightings_of(read: ReadPassage, context: PlaceContext, said_on: str, codebook: Codebook) -> tuple[Sighting, ...]:
    """Return what a passage tells of initiatives: one sighting for each that it names, mostly one.

    Parameters
    ----------
    context : PlaceContext
        What is known of the document's place.
    said_on : str
        The document's date (ISO 8601 date, month or year), empty where unknown.
    """
    areas = area_mentions(read.doc, known=context)
    bodies = [one for one in body_mentions(read.doc, known=context) if one.kind in _BODIES]
    named: list[_Believed] = [*areas, *bodies]
    apart = [(one.char_start, one.char_end) for one in named if one.confidence >= LEAST]
    if read.passage.kind is PassageKind.TABLE_ROW:
        apart += beside_the_matter(read.doc.text)
    names = service_names(read.doc.text, apart)
    parts = parts_of(read.doc, names, context.abbreviations)
    texts = [read.doc.text[one.char_start : one.char_end] for one in parts]
    codes = codes_of_parts(read.coding.codes, texts, codebook)
    return tuple(
        Sighting(
            evidence=_evidence(read, index, part, codes[index], context, said_on),
            text=matter(text) if read.passage.kind is PassageKind.TABLE_ROW else text,
            names=part.names,
            page=read.passage.page,
            position=read.passage.position,
            part=index,
            long_forms=context.abbreviations,
        )
        for index, (part, text) in enumerate(zip(parts, texts, strict=True))
    )


def _evidence(
    read: ReadPassage, index: int, part: PassagePart, codes: tuple[Code, ...], context: PlaceContext, said_on: str
) -> Evidence:
    within = (part.char_start, part.char_end)
    code, name, why, where = _area(read, part, context)
    timed = _timed(read, part, said_on)
    beside = _beside(read, within)
    partners = _partners(read, within, context)
    spans = (*where, *timed.spans, *partners, *beside.spans)
    return Evidence(
        evidence_id=evidence_id(read.passage.passage_id, index),
        passage_id=read.passage.passage_id,
        document_id=read.passage.document_id,
        codes=codes,
        basis=read.coding.basis,
        probability=read.coding.probability,
        title=title_of(read.doc.text[part.char_start : part.char_end], part.names),
        area_code=code,
        area_name=name,
        area_why=why,
        period=timed.period,
        status=timed.status,
        setting=beside.setting,
        population=beside.population,
        partners=tuple(dict.fromkeys(one.value for one in partners)),
        scale=beside.scale,
        funding=beside.funding,
        said_on=said_on,
        spans=tuple(sorted(spans, key=lambda one: (one.char_start, one.char_end, one.name))),
    )


def _partners(read: ReadPassage, within: tuple[int, int], context: PlaceContext) -> tuple[Span, ...]:
    """Return the organisations beside the document's own: those that people marked, else those that are named."""
    marked = read.said.of("partner", within)
    found = (one for one in partner_mentions(read.doc, context) if _begins(one, within))
    return marked or tuple(_span("partner", one.name, one) for one in found)


def _beside(read: ReadPassage, within: tuple[int, int]) -> _Beside:
    """Return for whom, in which setting, how much and with what money: as people say it, else as it was read."""
    path = read.passage.heading_path
    setting = setting_of(read.doc, path, within=within)
    population = population_of(read.doc, path, within=within)
    scale = next((one for one in scale_mentions(read.doc) if _is_used(one, within)), None)
    money = next((one for one in money_mentions(read.doc) if _is_used(one, within)), None)
    funded = read.said.of("funding", within)
    spans = [*funded]
    if setting.words and not read.said.setting:
        spans.append(_span("setting", setting.value, setting))
    if population is not None and population.words:
        spans.append(_span("population", population.value, population))
    if scale is not None:
        spans.append(_span("scale", scale.words, scale))
    if money is not None and not funded:
        spans.append(_span("funding", f"{money.amount_gbp} GBP", money))
    return _Beside(
        setting=read.said.setting or setting.value,
        population=population.value if population else "",
        scale=scale.words if scale else "",
        funding=funded[0].words if funded else money.words if money else "",
        spans=tuple(spans),
    )


def _area(read: ReadPassage, part: PassagePart, context: PlaceContext) -> tuple[AreaCode, str, str, tuple[Span, ...]]:
    """Return code and name of the area, where they were read, and the words that name it."""
    within = (part.char_start, part.char_end)
    marked = read.said.of("area", within)
    for one in marked:
        words = read_text(one.words, pipeline(BLANK))
        meant = max(area_mentions(words, known=context), key=lambda each: each.confidence, default=None)
        if meant is not None and meant.code:
            why = f"marked by {one.person}: {one.words}"
            return meant.code, meant.name, why, tuple(replace(each, value=str(meant.code)) for each in marked)
    doc, first = read.doc, 0
    if (part.char_start, part.char_end) != (0, len(doc.text)):
        sentences = doc.char_span(*within, alignment_mode="contract")
        if sentences is not None:
            doc, first = sentences.as_doc(), sentences.start_char
    found = area_of_passage(doc, read.heading, context)
    spans = list(marked)
    if found.span is not None:
        start, end = found.span[0] + first, found.span[1] + first
        named = read.doc.text[start:end]
        spans.append(Span(name="area", value=found.code, words=named, char_start=start, char_end=end))
    return found.code, found.name, found.why, tuple(spans)


def _timed(read: ReadPassage, part: PassagePart, said_on: str) -> _Timed:
    """Return when and how far: as people say it, else as the words say it, else as the line above the list does."""
    within = (part.char_start, part.char_end)
    reading = status_of(read.doc, read.passage.heading_path, within=part.core)
    if not reading.words and part.core != within:
        reading = status_of(read.doc, read.passage.heading_path, within=within)
    said = read.said.known_status
    status = said or reading.status
    times = [one for one in _times(read, said_on) if _begins(one, within)]
    core = [one for one in times if _begins(one, part.core)]
    period, spans = initiative_period(core, status, said_on)
    if period is None:
        period, spans = initiative_period(times, status, said_on)
    if period is None and read.lead is not None:
        period, _ = initiative_period(time_mentions(read.lead, said_on), status, said_on)
    if said is None and not reading.words:  # a heading or nothing speaks for it: the line above, the date, then that
        lead = status_of(read.lead).status if read.lead is not None else InitiativeStatus.UNCLEAR
        status = next((one for one in (lead, _by_date(period, said_on)) if one is not InitiativeStatus.UNCLEAR), status)
    if said is None and status in _MAY_HAVE_ENDED and _has_ended(period, spans, said_on):
        status = InitiativeStatus.STOPPED  # "ran until May 2020", said in 2021
    starts, ends = read.said.of("start", within), read.said.of("end", within)
    period = period_of_spans(_periods(starts, said_on), _periods(ends, said_on), period)
    marked = {one.name for one in (*starts, *ends)}
    kept = [*starts, *ends, *(one for one in spans if one.name not in marked)]
    if said is None and reading.words and status is reading.status:
        kept.append(_span("status", reading.status, reading))
    return _Timed(period=period, status=status, spans=tuple(kept))


def _times(read: ReadPassage, said_on: str) -> list[TimeMention]:
    """Return the times that a passage names; in a table the header says what a time is."""
    found = list(time_mentions(read.doc, said_on))
    if read.passage.kind is not PassageKind.TABLE_ROW:
        return found
    roles = cell_roles(read.doc.text, [one.char_start for one in found])
    return [replace(one, role=TimeRole(role.value)) if role else one for one, role in zip(found, roles, strict=True)]


def _periods(marked: Sequence[Span], said_on: str) -> list[Period]:
    """Return the periods that marked words name; a year alone is one there."""
    blank = pipeline(BLANK)
    return [mention.period for one in marked for mention in time_mentions(read_text(f"in {one.words}", blank), said_on)]


def _by_date(period: Period | None, said_on: str) -> InitiativeStatus:
    """Return what the start alone says where no word does: a table of schemes gives dates and no verbs."""
    spoken = published_period(said_on)
    if period is None or period.start is None or spoken is None or spoken.start is None or spoken.end is None:
        return InitiativeStatus.UNCLEAR
    if period.end is not None and period.end <= spoken.start:
        return InitiativeStatus.UNCLEAR  # over, but nobody said whether it was stopped or done
    return InitiativeStatus.IN_PLACE if period.start < spoken.end else InitiativeStatus.PLANNED


def _has_ended(period: Period | None, spans: Sequence[Span], said_on: str) -> bool:
    """Tell whether a passage names an end that lies before its document's date."""
    spoken = published_period(said_on)
    if period is None or period.end is None or spoken is None or spoken.start is None:
        return False
    return period.end <= spoken.start and any(one.name == "end" for one in spans)


def _is_used(one: _Believed, within: tuple[int, int]) -> bool:
    return _begins(one, within) and one.confidence >= LEAST


def _begins(one: _Worded, within: tuple[int, int]) -> bool:
    return within[0] <= one.char_start < within[1]


def _span(name: str, value: str, one: _Worded) -> Span:
    return Span(name=name, value=value, words=one.words, char_start=one.char_start, char_end=one.char_end)
