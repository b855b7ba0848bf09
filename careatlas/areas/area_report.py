"""Areas, conversions and findings as plain data and as lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from careatlas.areas.area import Area, Level
from careatlas.areas.area_check import AreaCheck
from careatlas.areas.area_register import AreaRegister
from careatlas.areas.area_table import day_of
from careatlas.areas.area_totals import AreaTotals, total_rows
from careatlas.areas.conversion import Conversion
from careatlas.areas.package_tables import Succession
from careatlas.errors import InputError, UsageError
from careatlas.plain_text import for_spreadsheet

_LINES = 6  # line numbers named of one finding


def asked_day(text: str) -> date | None:
    """Return the day of an option, ``None`` for an empty one.

    Raises
    ------
    UsageError
        If it is no day.
    """
    day = day_of(text) if text else None
    if text and day is None:
        raise UsageError(f"{text!r} is no date", mend="for example 2023-04-01, 2023-04 or 2023/24")
    return day


def asked_level(text: str) -> Level | None:
    """Return the level of an option, ``None`` for an empty one.

    Raises
    ------
    UsageError
        If there is no such level.
    """
    if not text:
        return None
    if text not in set(Level):
        raise UsageError(f"there is no level {text!r}", mend=f"one of: {', '.join(Level)}")
    return Level(text)


def plain_area(area: Area) -> dict[str, Any]:
    """Return an area as plain data."""
    return {
        "code": area.code,
        "name": area.name,
        "kind": area.kind.value,
        "valid_from": area.valid_from.isoformat(),
        "valid_to": area.valid_to.isoformat() if area.valid_to else None,
        "parent": area.parent or None,
        "other_names": list(area.other_names),
        "nhs_code": area.nhs_code or None,
    }


def plain_relations(code: str, register: AreaRegister) -> dict[str, Any]:
    """Return what a code followed, what followed it, and the combined authority it is or was in."""
    return {
        "followed_by": [
            {"code": one.new, "on": one.on.isoformat(), "weight": _share(one.weight), "basis": one.basis}
            for one in register.after(code)
        ],
        "followed": [
            {"code": one.old, "on": one.on.isoformat(), "weight": _share(one.weight), "basis": one.basis}
            for one in register.before(code)
        ],
        "member_of": list(register.memberships(code)),
    }


def area_lines(code: str, register: AreaRegister) -> Iterator[str]:
    """Yield what is known of a code, a line each."""
    for area in register.all_of(code) or (register.get(code),):
        nhs = f", {area.nhs_code} in the health service" if area.nhs_code else ""
        yield f"{area.code}  {area.name}: {area.kind}, {area.years}{nhs}"
        if area.parent:
            yield f"  in        {area.parent} {register.get(area.parent, area.valid_from).name}"
        if area.other_names:
            yield f"  also      {'; '.join(area.other_names)}"
    for parent in register.memberships(code):
        yield f"  member of {parent} {register.get(parent).name}"
    for one in register.before(code):
        yield f"  follows   {one.old} {register.get(one.old).name} on {one.on} ({_share_words(one)})"
    for one in register.after(code):
        name = register.get(one.new, one.on).name
        yield f"  became    {one.new} {name} on {one.on} ({_share_words(one)})"


def plain_conversion(conversion: Conversion) -> dict[str, Any]:
    """Return a conversion as plain data."""
    return {
        "code": conversion.code,
        "to": conversion.to.value,
        "on": conversion.on.isoformat(),
        "is_split": conversion.is_split,
        "parts": [
            {"code": part.code, "name": part.name, "weight": part.weight, "small_areas": part.small_areas}
            for part in conversion.parts
        ],
        "source": conversion.source,
        "said": conversion.said,
    }


def plain_check(check: AreaCheck) -> dict[str, Any]:
    """Return a check as plain data."""
    return {
        "rows": check.row_count,
        "rows_with_area": len(check.resolved),
        "findings": [
            {
                "fault": one.fault.value,
                "column": one.column,
                "value": one.value,
                "said": one.said,
                "mend": one.mend,
                "codes": list(one.codes),
                "lines": one.lines,
            }
            for one in check.findings
        ],
        "notes": list(check.notes),
    }


def check_lines(check: AreaCheck) -> Iterator[str]:
    """Yield the findings of a check, a line each, then the notes and a sum."""
    for one in check.findings:
        mend = f"; {one.mend}" if one.mend else ""
        yield f"{lines_words(one.lines)}, {one.column}: {one.said}{mend}"
    for note in check.notes:
        yield f"note: {note}"
    yield f"{check.row_count:,} rows, {len(check.resolved):,} with one area, {len(check.findings):,} findings"


def lines_words(lines: Sequence[int]) -> str:
    """Return line numbers in words: the first few, and how many more."""
    shown = ", ".join(map(str, lines[:_LINES]))
    more = f" and {len(lines) - _LINES:,} more" if len(lines) > _LINES else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"


def write_totals(path: Path, result: AreaTotals, values: Sequence[str], groups: Sequence[str]) -> None:
    """Write a converted table as CSV that a spreadsheet opens without running anything in it.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for row in total_rows(result, values, groups):
                writer.writerow([for_spreadsheet(cell) if isinstance(cell, str) else cell for cell in row])
    except OSError as error:
        raise InputError(f"the table cannot be written: {error.strerror}", where=str(path)) from error


def totals_lines(result: AreaTotals, values: Sequence[str]) -> Iterator[str]:
    """Yield what stands in no sum and why, then what was shared out, then the sums."""
    reasons: dict[str, list[int]] = {}
    for row in result.unconverted:
        reasons.setdefault(row.said, []).append(row.line)
    for said, lines in reasons.items():
        yield f"not converted, {lines_words(lines)}: {said}"
    for conversion in result.split:
        yield f"shared out: {conversion.said}"
    for at, name in enumerate(values):
        total = sum(one.values[at] for one in result.totals)
        lost = sum(row.values[at] for row in result.unconverted)
        split = sum(one.from_split[at] for one in result.totals)
        yield f"{name}: {total:,.6g} converted ({split:,.6g} of it by shares), {lost:,.6g} not converted"


def _share(weight: Any) -> float | None:
    return None if weight is None else float(weight)


def _share_words(one: Succession) -> str:
    if one.weight is None or one.weight == 1:
        return one.basis
    return f"{float(one.weight):.1%} of {one.old}, {one.basis}"
