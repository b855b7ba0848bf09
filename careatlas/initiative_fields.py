"""The fields of an initiative that people may confirm or edit: plain data in events, typed values in initiatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from careatlas.errors import InputError
from careatlas.identifiers import AreaCode, Code
from careatlas.initiative import Initiative, InitiativeStatus
from careatlas.period import Period, Precision

MAX_WORDS = 2_000  # characters of one field
_MAX_PARTS = 100  # partners or codes
_PERIOD = ("start", "end", "precision")


def plain_fields(item: Initiative) -> dict[str, Any]:
    """Return the fields of an initiative as plain data; dates as ISO 8601, empty where there is none."""
    period = item.period
    return {
        "title": item.title,
        "area_code": item.area_code,
        "area_name": item.area_name,
        "start": period.start.isoformat() if period and period.start else "",
        "end": period.end.isoformat() if period and period.end else "",
        "precision": str(period.precision) if period else "",
        "status": str(item.status),
        "setting": item.setting,
        "population": item.population,
        "partners": list(item.partners),
        "scale": item.scale,
        "funding": item.funding,
        "codes": list(item.codes),
    }


def typed_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain fields as the types of an initiative; an empty date or precision is ``None``.

    Raises
    ------
    InputError
        If there is no such field, or a value is none that it can have; all that is wrong is named.
    """
    found, wrong = {}, []
    for name, value in fields.items():
        if name not in _READERS:
            wrong.append(f"an initiative has no field {name!r} to edit")
            continue
        try:
            found[name] = _READERS[name](value)
        except (TypeError, ValueError) as error:
            wrong.append(f"{name}: {str(value)[:60]!r} cannot be taken: {error}")
    start, end = found.get("start"), found.get("end")
    if start and end and end <= start:
        wrong.append(f"it cannot end on {end}, before it starts on {start} (the end is the first day after it)")
    if wrong:
        raise InputError("\n".join(wrong), mend=f"fields: {', '.join(_READERS)}")
    return found


def with_fields(item: Initiative, fields: Mapping[str, Any]) -> Initiative:
    """Return an initiative with typed fields in place of its own.

    Where only one end of its period is given and contradicts the other, the other is no longer believed.
    """
    own = {name: value for name, value in fields.items() if name not in _PERIOD}
    return replace(item, **own, period=_period(item.period, fields))


def _period(read: Period | None, fields: Mapping[str, Any]) -> Period | None:
    if not any(name in fields for name in _PERIOD):
        return read
    start: date | None = fields.get("start", read.start if read else None)
    end: date | None = fields.get("end", read.end if read else None)
    precision = fields.get("precision") or (read.precision if read else Precision.DAY)
    if start and end and end <= start:
        start, end = (None, end) if "end" in fields and "start" not in fields else (start, None)
    return Period(start=start, end=end, precision=precision) if start or end else None


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("it has to be text")
    if len(value) > MAX_WORDS:
        raise ValueError(f"it has more than {MAX_WORDS:,} characters")
    return " ".join(value.split())


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > _MAX_PARTS:
        raise TypeError(f"it has to be a list of at most {_MAX_PARTS}")
    return tuple(dict.fromkeys(words for one in value if (words := _words(one))))


def _codes(value: Any) -> tuple[Code, ...]:
    codes = _list(value)
    if not codes:
        raise ValueError("an initiative needs a code: reject it if none applies")
    return tuple(sorted(map(Code, codes)))


def _day(value: Any) -> date | None:
    return date.fromisoformat(_words(value)) if value else None


def _precision(value: Any) -> Precision | None:
    if value and value not in set(Precision):
        raise ValueError(f"it is one of: {', '.join(Precision)}")
    return Precision(value) if value else None


def _status(value: Any) -> InitiativeStatus:
    if value not in set(InitiativeStatus):
        raise ValueError(f"it is one of: {', '.join(InitiativeStatus)}")
    return InitiativeStatus(value)


def _area(value: Any) -> AreaCode:
    return AreaCode(_words(value))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "title": _words,
    "area_code": _area,
    "area_name": _words,
    "start": _day,
    "end": _day,
    "precision": _precision,
    "status": _status,
    "setting": _words,
    "population": _words,
    "partners": _list,
    "scale": _words,
    "funding": _words,
    "codes": _codes,
}
FIELDS = tuple(_READERS)
