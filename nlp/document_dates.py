"""When a document was published and what period it covers, from its head, its name and its file's metadata.

A file's creation date is weak evidence: files made from a template keep the template's date (a paper of 2025 made in
2004), and a plan printed again for the web gets a new one. A date on the page goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from careatlas.period import Period, Precision, financial_year
from nlp.fact_evidence import FactEvidence
from nlp.file_metadata import FileMetadata
from nlp.language import BLANK, pipeline, read_text
from nlp.time_mentions import REFUSED, TimeMention, time_mentions
from nlp.title_page import LineRole, TitleLine

_LONGEST_LINE = 600  # characters that are looked through for dates
_NEAR = 60  # characters before a date that say what it is the date of
_TEMPLATE = timedelta(days=180)  # between creation and change: longer, and the creation is that of a template
_AHEAD = timedelta(days=400)  # after the last change of the file: no document is published that late
_DATED = (Precision.DAY, Precision.MONTH)
_COVERING = (Precision.YEARS, Precision.FINANCIAL_YEAR, Precision.QUARTER, Precision.HALF, Precision.YEAR)
_WHOLE_LINE = 0.6  # share of a line's letters that its date takes up
_MEETING_LABELS = frozenset({"to", "date", "meeting", "meeting of", "meeting date", "date of meeting", "committee"})
_TITLE_LABELS = frozenset({"subject", "title", "report title", "proposal/brief title"})
_LINE_STRENGTH = {
    LineRole.COVER: 0.55,
    LineRole.LABEL: 0.6,
    LineRole.RUNNING: 0.5,
    LineRole.LEAD: 0.0,
}  # running text tells of other days


def publication_evidence(lines: Sequence[TitleLine], metadata: FileMetadata, name: str) -> Iterator[FactEvidence]:
    """Yield what speaks for dates of publication, as ISO 8601 days, months and years.

    Parameters
    ----------
    lines : sequence of TitleLine
    metadata : FileMetadata
    name : str
        The file's name, without its ending.
    """
    latest = metadata.modified or metadata.created
    for line in lines:
        text = line.passage.text[:_LONGEST_LINE]
        for one in _mentions(text):
            strength, what = _date_strength(line, text, one)
            value = published_value(one.period)
            if value and strength:
                strength *= line.nearness * (0.3 if _is_ahead(one.period, latest) else 1.0)
                yield FactEvidence(
                    value=value,
                    label=value,
                    strength=strength,
                    source=str(line.role),
                    why=f"{what} ({line.role}, page {line.passage.page}): {one.words}",
                    passage_id=line.passage.passage_id,
                    char_start=one.char_start,
                    char_end=one.char_end,
                )
    yield from _named_dates(metadata.title, "title in the file", 0.7, latest)
    yield from _named_dates(name, "file name", 0.6, latest)
    yield from _file_dates(metadata)


def period_evidence(lines: Sequence[TitleLine], metadata: FileMetadata, name: str) -> Iterator[FactEvidence]:
    """Yield what speaks for the period that a document covers; values as :meth:`careatlas.period.Period.as_text`."""
    for line in lines:
        strength = 0.75 if line.label in _TITLE_LABELS else _COVER_STRENGTH.get(line.role, 0.0)
        if not strength or (line.label and line.label not in _TITLE_LABELS):
            continue
        text = line.passage.text[:_LONGEST_LINE]
        for one in _mentions(text):
            if sure := _cover_strength(one, text):
                yield _covering(one, strength * sure * line.nearness, line)
    for text, source, strength in ((metadata.title, "title in the file", 0.65), (name, "file name", 0.55)):
        for one in _mentions(_spoken(text)):
            if sure := _cover_strength(one, text):
                span = _in_a_title(one.period)
                value, label = span.as_text(), str(span.precision)
                why = f"{source}: {one.words}"
                yield FactEvidence(value=value, label=label, strength=strength * sure, source=source, why=why)


_COVER_STRENGTH = {LineRole.COVER: 0.75, LineRole.RUNNING: 0.65}


def published_value(period: Period) -> str:
    """Return a day or month as a document's date is stored; empty for periods that are no date."""
    if period.start is None or period.precision not in _DATED:
        return ""
    return period.start.isoformat()[: 10 if period.precision is Precision.DAY else 7]


def date_kinship(one: str, other: str) -> float:
    """Return how far what speaks for one date speaks for another.

    A month speaks for a day in it, and the day, less, for the month, of which it is the better proposal. Two dates of
    one year are not against each other: that a paper of March tells of a meeting in January is no doubt about its year.
    """
    if other.startswith(one):
        return 0.9
    if one.startswith(other):
        return 0.2
    return 0.05 if one[:4] == other[:4] else 0.0


def _mentions(text: str) -> tuple[TimeMention, ...]:
    if not any(character.isdigit() for character in text):
        return ()
    return tuple(one for one in time_mentions(read_text(text, pipeline(BLANK))) if one.confidence > REFUSED)


def _date_strength(line: TitleLine, text: str, one: TimeMention) -> tuple[float, str]:
    """Return how surely a date on a line is that of the document, and what it is the date of; 0 for another's."""
    before = text[max(0, one.char_start - _NEAR) : one.char_start]
    if one.period.precision not in _DATED or _patterns()["other"].search(before):
        return 0.0, ""
    is_head = line.role is not LineRole.LEAD
    if is_head and (_patterns()["meeting"].search(text[: one.char_start]) or line.label in _MEETING_LABELS):
        return 0.9, "date of the meeting or report"
    if _patterns()["published"].search(before) or line.label.startswith(("publ", "issue", "last", "updated", "date")):
        return 0.85 if is_head else 0.5, "date of publication"
    letters = sum(character.isalnum() for character in text)
    if sum(character.isalnum() for character in one.words) >= _WHOLE_LINE * letters:
        return 0.85, "a date of its own"
    return _LINE_STRENGTH[line.role] if not line.label else 0.3, "a date"


def _is_ahead(period: Period, latest: str) -> bool:
    return bool(latest and period.start and period.start > date.fromisoformat(latest) + _AHEAD)


def _named_dates(text: str, source: str, strength: float, latest: str) -> Iterator[FactEvidence]:
    for one in _mentions(_spoken(text)):
        value = published_value(one.period)
        if value:
            sure = strength * (0.3 if _is_ahead(one.period, latest) else 1.0)
            yield FactEvidence(value=value, label=value, strength=sure, source=source, why=f"{source}: {one.words}")


def _spoken(text: str) -> str:
    """Return a file's name or title with its words apart."""
    return re.sub(r"[_]+", " ", text)


def _file_dates(metadata: FileMetadata) -> Iterator[FactEvidence]:
    created, modified = metadata.created, metadata.modified
    is_template = bool(created and modified and date.fromisoformat(modified) - date.fromisoformat(created) > _TEMPLATE)
    for value, strength, what in (
        (modified if is_template or not created else created, 0.45 if is_template else 0.6, "changed"),
        (created if is_template else "", 0.15, "made"),
    ):
        if value:
            why = f"file {'made' if value == created else what} {value}"
            yield FactEvidence(
                value=value[:7],
                label=value[:7],
                strength=strength,
                source="date of the file",
                why=why,
            )


def _cover_strength(one: TimeMention, text: str) -> float:
    """Return the factor for a span in a title; a year alone counts only where the title says so."""
    precision = one.period.precision
    if precision not in _COVERING:
        return 0.0
    if precision is Precision.YEAR:
        return 0.8 if _patterns()["annual"].search(text) else 0.0
    if _patterns()["law"].search(text[max(0, one.char_start - _NEAR) : one.char_start]):
        return 0.0
    return 1.0


def _in_a_title(period: Period) -> Period:
    """Return the financial year where a title names two years in a row: GOV.UK style writes 2023/24 as 2023 to 2024."""
    start, end = period.start, period.end
    if period.precision is Precision.YEARS and start and end and end == date(start.year + 2, 1, 1):
        return financial_year(start.year)
    return period


def _covering(one: TimeMention, strength: float, line: TitleLine) -> FactEvidence:
    span = _in_a_title(one.period)
    return FactEvidence(
        value=span.as_text(),
        label=str(span.precision),
        strength=strength,
        source=str(line.role),
        why=f"{line.role}, page {line.passage.page}: {one.words}",
        passage_id=line.passage.passage_id,
        char_start=one.char_start,
        char_end=one.char_end,
    )


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return what decides what a date is the date of; each is searched for in a few hundred characters at most."""
    texts = {
        # Of something else: an earlier meeting, a template, a deadline, another document, an event that is told.
        "other": r"\b(?:past|previous|pathway|template|review(?:ed)? (?:date|by)|next review|expir\w+|deadline|taken|"
        r"submitted|since|until|from|until|between|consultation (?:from|between)|born|based on|effective|"
        r"act|regulations?|by|closing)\b[^.;]{0,40}$",
        "meeting": r"\b(?:minutes|meeting|agenda|cabinet|committee|council|board|monday|tuesday|wednesday|thursday|"
        r"friday)\b[^.;]{0,200}$",
        "published": r"\b(?:published|adopted|approved|issued|released|ratified|agreed|version|updated|date|"
        r"dated|final|draft)\b[^.;]{0,25}$",
        "annual": r"\b(?:annual|yearly|accounts|review of the year|plan|strategy|statement)\b",
        "law": r"\b(?:act|regulations?|order|framework|census)\b[^.;]{0,15}$",
    }
    return {name: re.compile(text, re.IGNORECASE) for name, text in texts.items()}
