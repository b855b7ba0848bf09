"""A CSV table of somebody else's, and which of its columns hold area codes, area names and days."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from careatlas.areas.area_names import plain_name
from careatlas.errors import InputError, UsageError

MAX_BYTES = 100_000_000
MAX_ROWS = 2_000_000
MAX_COLUMNS = 2_000
GSS_CODE = re.compile(r"[EJKLMNSW][0-9]{8}")
_CODE_HEADER = re.compile(r"(.*\b)?(code|cd|gss|gss code|area code)|[a-z]{2,8}[0-9]{2}cdh?|gsscode|areacode")
_NAME_HEADERS = frozenset(
    {
        "name",
        "area",
        "area name",
        "local authority",
        "authority",
        "council",
        "la name",
        "borough",
        "district",
        "icb",
        "ccg",
    }
)
_SAMPLED = 2_000  # rows looked at to find a column of codes
_MOST = 0.5  # share of the filled cells that have to be codes
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ISO = re.compile(r"([0-9]{4})(?:-?([0-9]{2})(?:-([0-9]{2}))?)?")
_FINANCIAL = re.compile(r"((?:19|20)[0-9]{2})[-/–]((?:20)?[0-9]{2})")
_FIRST_MONTH = 4  # of a financial year


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One row: where it stands and what it says.

    Attributes
    ----------
    line : int
        Its line in the file, 1 for the header.
    cells : dict
        Every cell by its column, blanks at the ends taken off.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaTable:
    """A table and what its columns are for.

    Attributes
    ----------
    code_columns, name_columns : tuple of str
        Columns with codes and with names of areas.
    date_column : str
        The column that says of which time a row is; empty for none.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[AreaRow, ...]
    code_columns: tuple[str, ...]
    name_columns: tuple[str, ...]
    date_column: str = ""

    def name_beside(self, code_column: str) -> str:
        """Return the column with the names of a column of codes, empty for none: ``LAD19NM`` for ``LAD19CD``."""
        fitting = [name for name in self.name_columns if _names_of(name, code_column)]
        if fitting:
            return fitting[0]
        return self.name_columns[0] if len(self.code_columns) == len(self.name_columns) == 1 else ""


def read_area_table(path: Path, *, codes: Sequence[str] = (), names: Sequence[str] = (), dates: str = "") -> AreaTable:
    """Read a CSV table and find its columns.

    Parameters
    ----------
    path : Path
        UTF-8, with a header.
    codes, names : sequence of str
        The columns to take; without either, columns are found by header and by what stands in them.
    dates : str
        The column that says of which time a row is.

    Raises
    ------
    InputError
        If the file cannot be read as a table, or no column of areas is found.
    UsageError
        If it has no column of that name.
    """
    columns, rows = _table(path)
    for name in (*codes, *names, *([dates] if dates else ())):
        if name not in columns:
            raise UsageError(f"the table has no column {name!r}", where=str(path), mend=f"it has: {', '.join(columns)}")
    if not codes and not names:
        codes = tuple(column for column in columns if _is_code_column(column, rows))
        names = tuple(column for column in columns if column not in codes and _is_name_column(column, codes))
    if not codes and not names:
        raise InputError(
            "no column of area codes or names was found",
            where=str(path),
            mend=f"say which with --code-column or --name-column; it has: {', '.join(columns)}",
        )
    return AreaTable(
        path=path,
        columns=columns,
        rows=rows,
        code_columns=tuple(codes),
        name_columns=tuple(names),
        date_column=dates,
    )


def _table(path: Path) -> tuple[tuple[str, ...], tuple[AreaRow, ...]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"a table has at most {MAX_BYTES:,} bytes", where=str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"the table cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("the table is not UTF-8 text", where=str(path), mend="save it as CSV UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[AreaRow] = []
    try:
        columns = tuple(name.strip() for name in next(reader, ()))
        if len(columns) > MAX_COLUMNS:
            raise InputError(f"a table has at most {MAX_COLUMNS:,} columns", where=str(path))
        if len(set(columns)) != len(columns):
            raise InputError("a column stands twice in the header", where=str(path), mend="rename one of them")
        last = reader.line_num
        for cells in reader:
            # A cell may span lines: the row stands where it begins.
            line, last = last + 1, reader.line_num
            if len(rows) >= MAX_ROWS:
                raise InputError(f"a table has at most {MAX_ROWS:,} rows", where=str(path))
            if len(cells) > len(columns):
                raise InputError(
                    f"a row has {len(cells)} cells and the header {len(columns)}",
                    where=f"{path}, line {line}",
                    mend='put a name with a comma in quotes: "Bristol, City of"',
                )
            if any(cells):
                filled = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
                rows.append(AreaRow(line=line, cells=filled))
    except csv.Error as error:
        raise InputError(f"the file is not a table: {error}", where=f"{path}, line {reader.line_num}") from error
    if not rows:
        raise InputError("the table has no rows", where=str(path))
    return columns, tuple(rows)


def _is_code_column(column: str, rows: Sequence[AreaRow]) -> bool:
    filled = [cell for row in rows[:_SAMPLED] if (cell := row.cells.get(column, ""))]
    codes = sum(GSS_CODE.fullmatch(cell) is not None for cell in filled)
    if codes > _MOST * len(filled):
        return True
    if codes or not _CODE_HEADER.fullmatch(plain_name(column.replace("_", " "))):
        return codes > 0
    return any(GSS_CODE.fullmatch(row.cells.get(column, "")) for row in rows[_SAMPLED:])


def _is_name_column(column: str, codes: Sequence[str]) -> bool:
    plain = plain_name(column.replace("_", " "))
    return plain in _NAME_HEADERS or any(_names_of(column, code) for code in codes)


def _names_of(column: str, code_column: str) -> bool:
    name, code = column.lower(), code_column.lower()
    return name != code and name in {code.replace("code", "name"), code.replace("cd", "nm")}


def day_of(text: str) -> date | None:
    """Return the first day of a time as tables write it, ``None`` where it is none.

    ``2019``, ``2019-04``, ``201904``, ``2019-04-01``, ``2019/20``, ``2019-20``, ``April 2019`` and ``Apr 2019``.
    """
    words = text.strip()
    try:
        # "2019-20" is a financial year, "2019-04" a month: a year that follows the first is no month of it.
        if (years := _FINANCIAL.fullmatch(words)) and int(years[2][-2:]) == (int(years[1]) + 1) % 100:
            return date(int(years[1]), _FIRST_MONTH, 1)
        if iso := _ISO.fullmatch(words):
            return date(int(iso[1]), int(iso[2] or 1), int(iso[3] or 1))
        month, _, year = words.replace("-", " ").partition(" ")
        return date(int(year), _month(month.lower().rstrip(".")), 1) if len(year) == len("2019") else None
    except ValueError:
        return None


def _month(word: str) -> int:
    """Return the number of a month from its name or the first letters of it, 0 for none."""
    fitting = [number for number, name in enumerate(_MONTHS, start=1) if len(word) > 2 and name.startswith(word)]
    return fitting[0] if fitting else 0
