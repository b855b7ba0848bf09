"""Counts of a table brought to the areas of another level: shared out where an area is split, and summed.

For counts only. A rate or a mean cannot be shared out: convert what it was divided by as well, and divide again.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from careatlas.areas.area import Level
from careatlas.areas.area_check import AreaCheck
from careatlas.areas.area_register import area_register
from careatlas.areas.area_table import AreaRow, AreaTable
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
        If the table has no column of a name, or several columns of areas: a region beside a council would be shared out
        in its place.
    """
    areas = table.code_columns or table.name_columns
    if len(areas) > 1:
        raise UsageError(
            f"several columns hold areas: {', '.join(areas)}",
            where=str(table.path),
            mend="say whose counts they are with --code-column or --name-column",
        )
    for name in (*values, *groups):
        if name not in table.columns:
            raise UsageError(f"the table has no column {name!r}", where=str(table.path))
    if not values:
        raise UsageError("no column of counts was named", mend="name it with --value COLUMN")
    adding, known = _Adding(), dict[AreaCode, Conversion | str]()
    counted = _counted(table, check, groups)
    faults = {line: finding.said for finding in check.findings for line in finding.lines}
    for row in table.rows:
        numbers = [_number(row.cells.get(name, "")) for name in values]
        found: Conversion | str = faults.get(row.line, "the row names no area")
        code = check.counted.get(row.line)
        others = counted[_time_and_groups(table, row, groups)]
        if code is not None and not others.isdisjoint(_within(code)):
            found = f"{code} is a total of areas that stand in the table too"
        elif code is not None and not others.isdisjoint(_successors(code)):
            found = f"what {code} became stands in the table too, for the same time (--date-column, --by)"
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


def _time_and_groups(table: AreaTable, row: AreaRow, groups: Sequence[str]) -> tuple[str, ...]:
    return tuple(row.cells.get(name, "") for name in (*groups, table.date_column))


def _counted(table: AreaTable, check: AreaCheck, groups: Sequence[str]) -> Mapping[tuple[str, ...], set[AreaCode]]:
    """Return the areas that stand in the table by time and groups."""
    found: dict[tuple[str, ...], set[AreaCode]] = defaultdict(set)
    for row in table.rows:
        if row.line in check.counted:
            found[_time_and_groups(table, row, groups)].add(check.counted[row.line])
    return found


@cache
def _within(code: AreaCode) -> frozenset[AreaCode]:
    """Return the areas that lie in one, at any time: to share it out beside them would count twice."""
    return frozenset(area.code for area in area_register().areas if code in _above(area.code))


@cache
def _above(code: AreaCode) -> frozenset[AreaCode]:
    register, found = area_register(), set[AreaCode]()
    todo = list(register.all_of(code))
    while todo:
        area = todo.pop()
        above = {area.parent, *register.memberships(area.code)} - found - {AreaCode("")}
        found |= above
        todo += [one for code in above for one in register.all_of(code)]
    return frozenset(found)


@cache
def _successors(code: AreaCode) -> frozenset[AreaCode]:
    """Return what an area became, and what that became."""
    new = frozenset(one.new for one in area_register().after(code))
    return new.union(*map(_successors, new)) - {code}


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
