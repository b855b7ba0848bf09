"""The area that a document is about and the body whose document it is, from its head, its metadata and its words.

Four independent sorts of evidence: names at the head of the document, names in the file's metadata, the web and mail
addresses it gives (``kent.gov.uk``), and which area its text names most.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.identifiers import AreaCode
from careatlas.passage import Passage
from nlp.area_forms import AreaForm
from nlp.area_mentions import AreaMention, area_mentions
from nlp.fact_evidence import FactEvidence
from nlp.language import BLANK, pipeline, read_text
from nlp.name_words import SMALL_WORDS
from nlp.place_context import PlaceContext
from nlp.title_page import LineRole, TitleLine

ENGLAND = AreaCode("E92000001")
AUTHOR = "author in the file"
SAMPLED = 300  # passages of the whole text, evenly spaced
_LONGEST_LINE = 600  # characters
_LONGEST_PASSAGE = 4_000
_LEAST_CONFIDENCE = 0.4  # of a mention that counts
_TEXT = 0.8  # the strength of a text that names one area, and that often
_OF_ITS_COUNTY = 0.3  # of a mention of a district, for its county
_AS_BODY = {LineRole.COVER: 0.85, LineRole.LABEL: 0.75, LineRole.RUNNING: 0.7, LineRole.LEAD: 0.4}
_AS_PLACE = {LineRole.COVER: 0.6, LineRole.LABEL: 0.45, LineRole.RUNNING: 0.5, LineRole.LEAD: 0.2}
_IN_AN_ADDRESS = 0.2  # of the strength of a place's name: where a council meets is not what its paper is about
_TOO_WIDE = frozenset({AreaKind.REGION, AreaKind.COUNTRY})
_LOCAL = frozenset(
    {
        *(AreaKind.COUNTY, AreaKind.UNITARY, AreaKind.METROPOLITAN_DISTRICT, AreaKind.LONDON_BOROUGH),
        *(AreaKind.DISTRICT, AreaKind.ICB),
    }
)


def area_evidence(
    lines: Sequence[TitleLine],
    passages: Sequence[Passage],
    named: Mapping[str, str],
    context: PlaceContext,
) -> Iterator[FactEvidence]:
    """Yield what speaks for areas; the value is an area code, the label its name.

    Parameters
    ----------
    lines : sequence of TitleLine
    passages : sequence of Passage
        All of the document.
    named : mapping of str to str
        Texts that name the document, by what they are ("title in the file", "file name").
    context : PlaceContext
        The document's date and abbreviations; no area yet.
    """
    for one in _all_evidence(lines, passages, named, context):
        yield in_force(one, context.on)


def _all_evidence(
    lines: Sequence[TitleLine], passages: Sequence[Passage], named: Mapping[str, str], context: PlaceContext
) -> Iterator[FactEvidence]:
    for line, one in _head_mentions(lines, context):
        yield _of_line(line, one)
    for source, text in named.items():
        for one in _mentions(_spoken(text), context):
            if source == AUTHOR and not names_a_body(one):
                continue  # "Harlow" is a person
            strength = (0.5 if one.form is AreaForm.PLACE else 0.6) * one.confidence
            yield _evidence(one.code, one.name, strength, source, f"{source}: {one.words}")
    yield from _national(lines, named)
    sampled = _sampled(passages)
    yield from _from_hosts(lines, sampled)
    yield from _from_text(sampled, context)
    yield from _from_acronyms(sampled, context.on)


def in_force(evidence: FactEvidence, on: date | None) -> FactEvidence:
    """Return evidence for the area that stood in place of an abolished one on a day, where there is just one."""
    register, code = area_register(), evidence.value
    if on is None or not register.has(code) or register.valid(code, on):
        return evidence
    areas = {one.new for one in register.after(code)}
    if len(areas) != 1 or not register.valid(new := areas.pop(), on):
        return evidence
    why = f"{evidence.why}, which became {new} {register.get(new, on).name}"
    return replace(evidence, value=new, label=register.get(new, on).name, why=why)


def names_a_body(one: AreaMention) -> bool:
    """Tell whether a mention names an organisation, not just a place."""
    return one.form is not AreaForm.PLACE and one.form is not AreaForm.REGION


def _head_mentions(lines: Iterable[TitleLine], context: PlaceContext) -> Iterator[tuple[TitleLine, AreaMention]]:
    for line in lines:
        for one in _mentions(line.passage.text[:_LONGEST_LINE], context):
            yield line, one


def _mentions(text: str, context: PlaceContext) -> Iterator[AreaMention]:
    for one in area_mentions(read_text(text, pipeline(BLANK)), context.on, context):
        # A region has no plan of its own ("London" is its boroughs, or an address), and every plan names England.
        if one.code and one.kind not in _TOO_WIDE and one.confidence >= _LEAST_CONFIDENCE:
            yield one


def _of_line(line: TitleLine, one: AreaMention) -> FactEvidence:
    table = _AS_BODY if names_a_body(one) else _AS_PLACE
    strength = table[line.role] * line.nearness * one.confidence * _of_address(line.passage.text, one)
    return FactEvidence(
        value=one.code,
        label=one.name,
        strength=strength,
        source=str(line.role),
        why=f"{line.role}, page {line.passage.page}: {one.words}",
        passage_id=line.passage.passage_id,
        char_start=one.char_start,
        char_end=one.char_end,
    )


def _of_address(text: str, one: AreaMention) -> float:
    around = text[max(0, one.char_start - 60) : one.char_end + 12]
    return _IN_AN_ADDRESS if not names_a_body(one) and _address().search(around) else 1.0


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:Hall|House|Chamber|Room|Street|Road|Lane|Avenue|Square|Offices?|Tel|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b"
    )


def _evidence(code: str, name: str, strength: float, source: str, why: str) -> FactEvidence:
    return FactEvidence(value=code, label=name, strength=strength, source=source, why=why)


def _spoken(text: str) -> str:
    """Return a file's name or title as words that can be names: apart, and with capitals."""
    words = re.sub(r"[_\-+.]+|%20", " ", text).split()
    return " ".join(word if not word.islower() or len(word) <= 3 else word.capitalize() for word in words)


def _sampled(passages: Sequence[Passage]) -> list[Passage]:
    found = [one for one in passages if one.kind.is_evidence and len(one.text) >= 30]
    step = max(1, -(-len(found) // SAMPLED))
    return found[::step]


# --- what the text names most


def _from_text(passages: Iterable[Passage], context: PlaceContext) -> Iterator[FactEvidence]:
    counts: defaultdict[AreaCode, float] = defaultdict(float)
    exact: Counter[AreaCode] = Counter()
    for passage in passages:
        # One passage, one voice: a table of all districts is not a document about any of them.
        text = passage.text[:_LONGEST_PASSAGE]
        named = (one.code for one in _mentions(text, context) if _of_address(text, one) == 1.0)
        for code in dict.fromkeys(named):
            exact[code] += 1
            counts[code] += 1
            county = _county_of(code)
            if county:
                counts[county] += _OF_ITS_COUNTY
    whole = sum(exact.values())
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]:
        strength = _TEXT * min(1.0, count / whole) * count / (count + 1.0)
        name = area_register().get(code).name
        yield _evidence(code, name, strength, "text", f"named in {exact[code]} of the passages looked at")


def _county_of(code: AreaCode) -> AreaCode | None:
    area = area_register().get(code)
    if area.kind is not AreaKind.DISTRICT:
        return None
    return area.parent


# --- addresses on the web


def _from_hosts(lines: Iterable[TitleLine], passages: Iterable[Passage]) -> Iterator[FactEvidence]:
    counts: Counter[AreaCode] = Counter()
    shown: dict[AreaCode, str] = {}
    for text in (*(line.passage.text for line in lines), *(one.text for one in passages)):
        for host in dict.fromkeys(found[0].lower() for found in _host().finditer(text)):
            code = _area_of_host(host)
            if code:
                counts[code] += 1
                shown.setdefault(code, host)
    whole = sum(counts.values())
    for code, count in counts.most_common(3):
        strength = 0.75 * count / whole * min(1.0, 0.6 + 0.2 * count)
        name = area_register().get(code).name
        yield _evidence(code, name, strength, "addresses", f"the address {shown[code]} in {count} places")


@cache
def _host() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9][a-z0-9-]{1,62}(?:\.[a-z0-9-]{2,62}){0,3}\.(?:gov|nhs)\.uk", re.IGNORECASE)


_NATIONAL_HOSTS = ("www.gov.uk", "england.nhs.uk", "digital.nhs.uk", "service.gov.uk", "cabinetoffice.gov.uk")


def _area_of_host(host: str) -> AreaCode:
    if host.endswith(_NATIONAL_HOSTS):
        return AreaCode("")
    labels = [label for label in host.split(".")[:-2] if label not in {"www", "icb", "ccg", "democracy", "moderngov"}]
    known = _compact_names()
    for label in reversed(labels):  # the part nearest to gov.uk is the organisation's
        plain = label.replace("-", "")
        for ending in ("", "council", "icb", "ccg", "ics", "cc", "dc", "bc", "mbc"):
            stem = plain.removesuffix(ending) if ending else plain
            if stem in known:
                return known[stem]
    return AreaCode("")


@cache
def _compact_names() -> dict[str, AreaCode]:
    """Return the areas by their names as addresses have them: letters only; the newest of those with one name."""
    found: dict[str, AreaCode] = {}
    kinds = {AreaKind.ICB: 0, AreaKind.DISTRICT: 1}  # a council before an ICB of the same name, the upper tier first
    for area in sorted(area_register().areas, key=lambda one: (kinds.get(one.kind, 2), one.valid_from, one.code)):
        if area.kind in _LOCAL:
            for name in (area.name, *area.other_names):
                plain = re.sub(r"[^a-z]", "", _outer_words().sub("", name.lower()))
                if len(plain) > 3:
                    found[plain] = area.code
    return found


@cache
def _outer_words() -> re.Pattern[str]:
    return re.compile(r", (?:city|county) of$|^city of |^nhs | integrated care board$| council$")


# --- councils by their initials


def _from_acronyms(passages: Iterable[Passage], on: date | None) -> Iterator[FactEvidence]:
    known = _initials(on)
    counts: Counter[str] = Counter()
    for passage in passages:
        counts.update(
            {word for word in re.findall(r"\b[A-Z]{3,6}\b", passage.text[:_LONGEST_PASSAGE]) if word in known}
        )
    whole = sum(counts.values())
    for word, count in counts.most_common(2):
        area, name = known[word]
        strength = 0.75 * count / whole * count / (count + 1.0)
        yield _evidence(
            area.code, area.name, strength, "initials", f"{word}, the initials of {name}, in {count} passages"
        )


@lru_cache(maxsize=64)
def _initials(on: date | None) -> dict[str, tuple[Area, str]]:
    """Return the councils whose initials no other council has ("KCC"), with their full names."""
    found: defaultdict[str, dict[AreaCode, tuple[Area, str]]] = defaultdict(dict)
    for area in area_register().areas:
        if area.kind in _LOCAL and not area.kind.is_nhs and (on is None or area.is_valid(on)):
            for name in area.other_names:
                words = re.findall(r"\w+", name)
                if words[-1] == "Council" and len(words) > 2:
                    initials = "".join(word[0] for word in words if word not in SMALL_WORDS).upper()
                    found[initials][area.code] = (area, name)
    return {word: next(iter(areas.values())) for word, areas in found.items() if len(areas) == 1}


# --- England as a whole


def _national(lines: Sequence[TitleLine], named: Mapping[str, str]) -> Iterator[FactEvidence]:
    weights = {LineRole.COVER: 0.7, LineRole.LABEL: 0.5, LineRole.RUNNING: 0.55, LineRole.LEAD: 0.35}
    for line in lines:
        text = line.passage.text[:_LONGEST_LINE]
        if found := national_body(text) or _national_words().search(text):
            yield FactEvidence(
                value=ENGLAND,
                label="England",
                strength=weights[line.role] * line.nearness,
                source=str(line.role),
                why=f"{line.role}, page {line.passage.page}: {found[0]}",
                passage_id=line.passage.passage_id,
                char_start=found.start(),
                char_end=found.end(),
            )
    for source, text in named.items():
        if found := national_body(text) or _national_words().search(text):
            yield _evidence(ENGLAND, "England", 0.5, source, f"{source}: {found[0]}")


def national_body(text: str) -> re.Match[str] | None:
    """Return where a text names a body of all England, ``None`` for nowhere."""
    return _national_bodies().search(text)


@cache
def _national_bodies() -> re.Pattern[str]:
    names = (
        r"NHS England(?: and NHS Improvement)?|NHS Digital|NHS Improvement|HM Government|House of (?:Commons|Lords)|"
        r"Department (?:of|for) Health(?: and Social Care)?|Department for Levelling Up|Ministry of Housing|"
        r"Cabinet Office|National Institute for Health and Care Excellence|UK Health Security Agency|"
        r"Public Health England|"
        r"Office for National Statistics|National Audit Office|Care Quality Commission|Local Government Association"
    )
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)")


@cache
def _national_words() -> re.Pattern[str]:
    words = (
        r"NICE guideline|GOV\.UK|gov\.uk/government|Presented to Parliament|Crown copyright|[Pp]ublic [Ii]nquiry|"
        r"Government [Rr]esponse"
    )
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")
