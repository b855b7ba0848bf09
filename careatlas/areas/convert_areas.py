"""What ``careatlas areas convert`` does, of codes and of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from careatlas.areas.area import Level
from careatlas.areas.area_check import check_areas
from careatlas.areas.area_report import asked_day, asked_level, plain_conversion, totals_lines, write_totals
from careatlas.areas.area_table import read_area_table
from careatlas.areas.area_totals import area_totals
from careatlas.areas.conversion import Basis, converted
from careatlas.console import say, say_json
from careatlas.errors import CareAtlasError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionAsked:
    """The level, the day and the basis of shares."""

    to: Level
    on: date
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAsked:
    """A table of counts and what to do with its columns."""

    path: Path
    values: tuple[str, ...]
    groups: tuple[str, ...]
    out: Path | None
    codes: tuple[str, ...]
    names: tuple[str, ...]
    dates: str


def conversion_asked(to: str, on: str, basis: str) -> ConversionAsked:
    """Return what is asked for; the day is today where none is given.

    Raises
    ------
    UsageError
        If there is no such level, day or basis.
    """
    level = asked_level(to)
    if level is None:
        raise UsageError("a conversion needs a level", mend=f"--to with one of: {', '.join(Level)}")
    if basis not in set(Basis):
        raise UsageError(f"there is no basis {basis!r}", mend=f"one of: {', '.join(Basis)}")
    return ConversionAsked(to=level, on=asked_day(on) or datetime.now(UTC).date(), basis=Basis(basis))


def convert_codes(codes: Sequence[str], asked: ConversionAsked, *, as_json: bool) -> int:
    """Write the conversion of each code and return the exit code: 1 if any was refused.

    Raises
    ------
    CareAtlasError
        Where a single code was asked for and is refused.
    """
    plain: list[dict[str, Any]] = []
    refused = False
    for code in codes:
        try:
            conversion = converted(code, asked.to, asked.on, asked.basis)
        except CareAtlasError as error:
            if len(codes) == 1:
                raise
            refused = True
            plain.append({"code": code, "refused": error.what, "mend": error.mend})
            if not as_json:
                say(f"{code}: refused: {error.what}" + (f"; {error.mend}" if error.mend else ""))
            continue
        plain.append(plain_conversion(conversion))
        if not as_json:
            say(conversion.said)
            for part in conversion.parts:
                counted = "" if part.small_areas is None else f"  {part.small_areas} small areas"
                say(f"  {part.code}  {part.weight:.6f}  {part.name}{counted}")
            say(f"  source: {conversion.source}")
    if as_json:
        say_json(plain)
    return 1 if refused else 0


def convert_table(table: TableAsked, asked: ConversionAsked, *, as_json: bool) -> int:
    """Bring a table of counts to a level, write it, and return the exit code: 1 if a row stands in no sum.

    Raises
    ------
    CareAtlasError
        If the table cannot be read or written.
    """
    if table.out is None:
        raise UsageError("a converted table is written to a file", mend="name it with --out FILE.csv")
    read = read_area_table(table.path, codes=table.codes, names=table.names, dates=table.dates)
    result = area_totals(
        read,
        check_areas(read, None if table.dates else asked.on),
        to=asked.to,
        on=asked.on,
        values=table.values,
        groups=table.groups,
        basis=asked.basis,
    )
    write_totals(table.out, result, table.values, table.groups)
    if as_json:
        say_json(
            {
                "out": str(table.out),
                "areas": len({total.code for total in result.totals}),
                "unconverted": [asdict(row) for row in result.unconverted],
                "split": [plain_conversion(one) for one in result.split],
            }
        )
    else:
        for line in totals_lines(result, table.values):
            say(line)
    return 1 if result.unconverted else 0
