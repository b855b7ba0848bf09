"""Counts of a table brought to the areas of another level: shared out where an area is split, and summed.

For counts only. A rate or a mean cannot be shared out: convert what it was divided by as well, and divide again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from careatlas.areas.area import Level
from careatlas.areas.area_check import AreaCheck
from careatlas.areas.area_register import area_register
from careatlas.areas.area_table import AreaTable
from careatlas.areas.conversion import Basis, Conversion, converted
from careatlas.errors import CareAtlasError, UsageError
from careatlas.identifiers import AreaCode

# A comma stands between thousands only: "1,5" is no number here, because it is 1.5 for some and 15 for others.
_NUMBER = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_LONGEST = 40  # characters of a number


@dataclass(slots=True, kw_only=True)
class AreaTotal:
    """What one area of the new level got.

    Attributes
    ----------
    code, name : str
        The area.
    groups : tuple of str
        The cells of the columns that were kept apart.
    values : list of float
        One sum per value column.
    from_split : list of float
        How much of each sum came from areas that are split: that much rests on shares.
    missing : int
        Cells that were no number (suppressed, blank); they are in no sum.
    """

    code: AreaCode
    name: str
    groups: tuple[str, ...]
    values: list[float]
    from_split: list[float]
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconverted:
    """A row that stands in no sum, and why."""

    line: int
    said: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaTotals:
    """A table on another level.

    Attributes
    ----------
    totals : tuple of AreaTotal
        By the kept columns and the code.
    unconverted : tuple of Unconverted
        What could not be brought there; with it the sums of the table are complete.
    split : tuple of Conversion
        The areas that were shared out.
    """

    totals: tuple[AreaTotal, ...]
    unconverted: tuple[Unconverted, ...]
    split: tuple[Conversion, ...]


@dataclass(slots=True)
class _Adding:
    totals: dict[tuple[tuple[str, ...], AreaCode], AreaTotal] = field(default_factory=dict)
    unconverted: list[Unconverted] = field(default_factory=list)
    split: dict[AreaCode, Conversion] = field(default_factory=dict)


def area_totals(
    table: AreaTable,
    check: AreaCheck,
    *,
    to: Level,
    on: date,
    values: Sequence[str],
    groups: Sequence[str] = (),
    basis: Basis = Basis.SMALL_AREAS,
) -> AreaTotals:
    """Bring counts to the areas of a level on a day.

    Parameters
    ----------
    table : AreaTable
        The table.
    check : AreaCheck
        What :func:`careatlas.areas.area_check.check_areas` found in it: it says which area each row means.
    to, on : Level, date
        The level and the day.
    values : sequence of str
        The columns of counts.
    groups : sequence of str
        Columns to keep apart, such as the period.
    basis : Basis
        What shares count.

    Raises
    ------
    UsageError
        If the table has no column of a name.
    """
    for name in (*values, *groups):
        if name not in table.columns:
            raise UsageError(f"the table has no column {name!r}", where=str(table.path))
    if not values:
        raise UsageError("no column of counts was named", mend="name it with --value COLUMN")
    adding, known = _Adding(), dict[AreaCode, Conversion | str]()
    totals_of_others = _containers(check)
    faults = {line: finding.said for finding in check.findings for line in finding.lines}
    for row in table.rows:
        numbers = [_number(row.cells.get(name, "")) for name in values]
        found: Conversion | str = faults.get(row.line, "the row names no area")
        code = check.counted.get(row.line)
        if code in totals_of_others:
            found = f"{code} is a total of areas that stand in the table too"
        elif code is not None:
            if code not in known:
                known[code] = _converted(code, to, on, basis)
            found = known[code]
        if isinstance(found, str):
            lost = tuple(0.0 if number is None else number for number in numbers)
            adding.unconverted.append(Unconverted(line=row.line, said=found, values=lost))
            continue
        _add(adding, tuple(row.cells.get(name, "") for name in groups), found, numbers)
    ordered = sorted(adding.totals.values(), key=lambda total: (total.groups, total.code))
    return AreaTotals(totals=tuple(ordered), unconverted=tuple(adding.unconverted), split=tuple(adding.split.values()))


def _containers(check: AreaCheck) -> set[AreaCode]:
    """Return the areas in which others of the table lie: to share them out too would count twice."""
    register, found = area_register(), set[AreaCode]()
    todo = [area for code in set(check.counted.values()) for area in register.all_of(code)]
    while todo:
        area = todo.pop()
        above = {area.parent, *register.memberships(area.code)} - found - {AreaCode("")}
        found |= above
        todo += [one for code in above for one in register.all_of(code)]
    return found


def _converted(code: AreaCode, to: Level, on: date, basis: Basis) -> Conversion | str:
    try:
        return converted(code, to, on, basis)
    except CareAtlasError as error:
        return error.what


def _add(adding: _Adding, groups: tuple[str, ...], conversion: Conversion, numbers: Sequence[float | None]) -> None:
    if conversion.is_split:
        adding.split[conversion.code] = conversion
    for part in conversion.parts:
        key = (groups, part.code)
        if key not in adding.totals:
            zeros = [0.0] * len(numbers)
            adding.totals[key] = AreaTotal(
                code=part.code, name=part.name, groups=groups, values=list(zeros), from_split=list(zeros)
            )
        total = adding.totals[key]
        for at, number in enumerate(numbers):
            if number is None:
                total.missing += 1
                continue
            total.values[at] += number * part.weight
            total.from_split[at] += number * part.weight if conversion.is_split else 0.0


def _number(text: str) -> float | None:
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", ""))
    return number if math.isfinite(number) else None


def total_rows(
    result: AreaTotals, values: Sequence[str], groups: Sequence[str]
) -> Iterator[tuple[str | float | int, ...]]:
    """Yield a header and the rows of a converted table: groups, area, sums, how much rests on shares, missing cells."""
    yield (
        *groups,
        "area_code",
        "area_name",
        *values,
        *(f"{name} (from split areas)" for name in values),
        "missing_cells",
    )
    for total in result.totals:
        yield (*total.groups, total.code, total.name, *total.values, *total.from_split, total.missing)
