"""Corrections of what is known of a document, checked before they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from careatlas.document_fact import DocumentCorrection, FactName, KnownFact
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import DocumentId, event_id
from careatlas.period import Period, Precision, financial_year, period_of, published_period
from careatlas.plan_type import PlanType

MAX_CHARACTERS = 1_000  # of a name or a note
_ISO_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_FINANCIAL_YEAR = re.compile(r"([0-9]{4})[/-]([0-9]{2}(?:[0-9]{2})?)|([0-9]{2})/([0-9]{2})")


def correction_of(
    document_id: DocumentId, name: FactName, value: str, *, person: str, note: str = "", made_at: datetime | None = None
) -> DocumentCorrection:
    """Return a correction, its value checked and its label filled in.

    Parameters
    ----------
    value : str
        An area code; a :class:`careatlas.plan_type.PlanType`; a date (``2023``, ``2023-04``, ``2023-04-01``); a period
        (``2023/24``, ``23/24``, ``2023``, ``2023-04-01/2025-04-01``, ``..`` for an open side); a body's name. Empty
        takes back what people said before: what the register or the machine says counts again.
    person : str
        Who says so.

    Raises
    ------
    UsageError
        If nobody is named, or the area or the kind of document is unknown.
    InputError
        If the date or the period is none.
    """
    who, words = person.strip(), value.strip()
    if not who:
        raise UsageError("a correction names the person who makes it", mend="say who with --by")
    if max(len(who), len(words), len(note)) > MAX_CHARACTERS or "\x00" in who + words + note:
        raise InputError(f"a value, a name or a note has at most {MAX_CHARACTERS:,} plain characters")
    at = made_at or datetime.now(UTC)
    kept, label = checked(name, words) if words else ("", "")
    return DocumentCorrection(
        correction_id=event_id("document", document_id, name, kept, who, at.isoformat()),
        document_id=document_id,
        name=name,
        value=kept,
        label=label,
        person=who,
        made_at=at,
        note=note.strip(),
    )


def checked(name: FactName, value: str) -> tuple[str, str]:
    """Return a value as it is stored, with its label.

    Raises
    ------
    UsageError
        If the area or the kind of document is unknown; the near ones are named.
    InputError
        If the date or the period is none.
    """
    if name is FactName.AREA:
        from careatlas.areas.area_register import area_register

        area = area_register().get(value)
        return area.code, area.name
    if name is FactName.DOC_TYPE:
        return _kind(value)
    if name is FactName.PUBLISHED:
        return _date(value), _date(value)
    return _period(value) if name is FactName.COVERS else (value, value)


def _kind(value: str) -> tuple[str, str]:
    try:
        kind = PlanType(value.lower().replace(" ", "-"))
    except ValueError as error:
        raise UsageError(
            f"no kind of document is called {value!r}", mend=f"one of {', '.join(str(one) for one in PlanType)}"
        ) from error
    return str(kind), kind.label


def _date(value: str) -> str:
    try:
        if not _ISO_DATE.fullmatch(value):
            raise ValueError(value)
        published_period(value)
    except ValueError as error:
        raise InputError(f"{value!r} is no date", mend="write YYYY, YYYY-MM or YYYY-MM-DD") from error
    return value


def _period(value: str) -> tuple[str, str]:
    try:
        period = _span(value)
    except ValueError as error:  # of a year that no calendar has
        raise InputError(f"{value!r} is no period", mend="for example 2023/24 or 2023-04-01/2025-04-01") from error
    return period.as_text(), str(period.precision)


def _span(value: str) -> Period:
    if found := _FINANCIAL_YEAR.fullmatch(value):
        first, last = int(found[1] or f"20{found[3]}"), found[2] or found[4]
        if last in {f"{first + 1}", f"{(first + 1) % 100:02d}"}:
            return financial_year(first)
    named = published_period(_date(value)) if _ISO_DATE.fullmatch(value) else None
    return named or period_of(value, Precision.YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCorrections:
    """Corrections to keep, and what the person who made them should know."""

    corrections: tuple[DocumentCorrection, ...]
    warnings: tuple[str, ...]


def corrections_of(
    document_id: DocumentId,
    given: Mapping[FactName, str | None],
    known: Mapping[FactName, KnownFact],
    *,
    person: str,
    note: str = "",
    made_at: datetime | None = None,
) -> CheckedCorrections:
    """Return the corrections that a person gives of one document at once; nothing is kept if one of them is wrong.

    Parameters
    ----------
    given : mapping of FactName to str or None
        ``None`` for what is not corrected, empty for what is taken back.
    known : mapping of FactName to KnownFact
        What counts now: an area is compared with the date.

    Raises
    ------
    UsageError
        If nothing is given, or as in :func:`correction_of`.
    InputError
        As in :func:`correction_of`.
    """
    said = {name: value for name, value in given.items() if value is not None}
    if not said:
        raise UsageError("nothing is corrected", mend="name a fact: --area, --body, --type, --covers, --published")
    at = made_at or datetime.now(UTC)
    made = [
        correction_of(document_id, name, value, person=person, note=note, made_at=at) for name, value in said.items()
    ]
    values = {name: one.value for name, one in known.items()} | {one.name: one.value for one in made}
    warning = vintage_warning(values.get(FactName.AREA, ""), values.get(FactName.PUBLISHED, ""))
    touches = {FactName.AREA, FactName.PUBLISHED} & said.keys()
    return CheckedCorrections(corrections=tuple(made), warnings=(warning,) if warning and touches else ())


def vintage_warning(area_code: str, published: str) -> str:
    """Return what is to be said of an area code that the register has not, or that was not in force at a date.

    Empty where there is nothing to be said, or the area is not known.
    """
    from careatlas.areas.area_register import area_register

    if not area_code:
        return ""
    register = area_register()
    if not register.has(area_code):
        near = ", ".join(f"{one.code} {one.name}" for one in register.near(area_code, 3))
        return f"{area_code} is no area code that the register knows{f' (near: {near})' if near else ''}"
    span = published_period(published)
    vintages = register.all_of(area_code)
    if span is None or span.start is None or span.end is None:
        return ""
    days = (span.start, date.fromordinal(span.end.toordinal() - 1))
    vouched = min(one.valid_from for one in register.areas)  # before it nothing is known, and nothing is said
    if days[1] < vouched or any(one.is_valid(day) for one in vintages for day in days):
        return ""
    after = ", ".join(f"{one.new} {register.get(one.new).name}" for one in register.after(area_code))
    became = f"; it became {after}" if after else ""
    return f"{area_code} {vintages[0].name} was in force {vintages[0].years}, not in {published}{became}"
