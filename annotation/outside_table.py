"""Tables that other programs wrote: CSV and JSON lines, each row with its number, nothing trusted."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careatlas.errors import InputError
from careatlas.identifiers import Sha256, sha256_of

MAX_BYTES = 200_000_000
MAX_COLUMNS = 2_000
_DEEPEST = 5  # objects within objects
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")

Cell = str | tuple[str, ...]
"""A text, or a list of texts as JSON can have it."""


class RowError(ValueError):
    """What is wrong with a row, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row.

    Attributes
    ----------
    number : int
        1 for the first after the header, empty rows counted; in JSON lines the line.
    cells : Mapping
        By column. Keys of inner objects are joined with dots (``meta.id``).
    problem : str
        Why the row is none, empty if it is one.
    """

    number: int
    cells: Mapping[str, Cell]
    problem: str = ""

    def text(self, column: str) -> str:
        """Return a cell as one text without white space around it; empty where there is no such cell.

        Raises
        ------
        RowError
            If it is a list.
        """
        cell = self.cells.get(column, "") if column else ""
        if not isinstance(cell, str):
            raise RowError(f"{column!r} is a list, not a text")
        return cell.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideTable:
    """A file as rows.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        Of its bytes.
    columns : tuple of str
        Those of the header, or every key that occurs.
    """

    name: str
    digest: Sha256
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def require(self, columns: Sequence[str], where: str) -> None:
        """Refuse a mapping that names columns which are not there.

        Raises
        ------
        InputError
            With those that are there.
        """
        missing = [name for name in dict.fromkeys(columns) if name and name not in self.columns]
        if missing:
            raise InputError(
                f"{self.name} has no column {', '.join(map(repr, missing))}",
                where=where,
                mend=f"its columns: {', '.join(map(repr, self.columns[:50]))}",
            )


def read_csv(path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> OutsideTable:
    """Read a CSV file with a header.

    Columns without a name are left out. A row with more cells than the header is a problem of that row.

    Parameters
    ----------
    encoding : str
        A mark at the beginning of the file says more than this.

    Raises
    ------
    InputError
        If the file cannot be read, is in another encoding, is no table, or has a column twice.
    """
    data = _bytes(path)
    reader = csv.reader(io.StringIO(_text(data, encoding, path), newline=""), delimiter=delimiter, strict=True)
    try:
        header = [storable(name).strip() for name in next(reader, [])]
        _check_header(header, path)
        rows = [row for number, cells in enumerate(reader, start=1) if (row := _csv_row(number, header, cells))]
    except csv.Error as error:
        raise InputError(
            f"line {reader.line_num}: it is not a table: {error}",
            where=str(path),
            mend="save it again as CSV; in the mapping, delimiter names another sign than the comma",
        ) from error
    columns = tuple(name for name in header if name)
    return OutsideTable(name=path.name, digest=sha256_of(data), columns=columns, rows=tuple(rows))


def read_json_lines(path: Path) -> OutsideTable:
    """Read a file with one JSON object a line. A line that is none is a problem of that row.

    Raises
    ------
    InputError
        If the file cannot be read, or is not UTF-8.
    """
    data = _bytes(path)
    lines = _text(data, "utf-8", path).split("\n")
    rows = [_json_row(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    columns = dict.fromkeys(name for row in rows for name in row.cells)
    return OutsideTable(name=path.name, digest=sha256_of(data), columns=tuple(columns), rows=tuple(rows))


def storable(text: str) -> str:
    """Return text that every store can hold: no zeros, and no half characters."""
    return _NOT_STORABLE.sub("\ufffd", text)


def folded(words: str) -> str:
    """Return words as they are compared: whatever case and white space they have."""
    return " ".join(words.split()).casefold()


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"a table has at most {MAX_BYTES:,} bytes", where=str(path))
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}", where=str(path)) from error


def _text(data: bytes, encoding: str, path: Path) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # what Excel calls Unicode text
        encoding = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(
            f"the file is not {encoding} text",
            where=str(path),
            mend='save it as CSV UTF-8, or name its encoding in the mapping (encoding = "windows-1252")',
        ) from error


def _check_header(header: Sequence[str], path: Path) -> None:
    if not any(header):
        raise InputError("the file has no header", where=str(path), mend="its first line has to name the columns")
    if len(header) > MAX_COLUMNS:
        raise InputError(f"the file has {len(header):,} columns; at most {MAX_COLUMNS:,} are read", where=str(path))
    doubled = [name for name, times in Counter(header).items() if name and times > 1]
    if doubled:
        raise InputError(
            f"columns stand twice: {', '.join(map(repr, doubled))}",
            where=str(path),
            mend="give every column a name of its own: nobody can say which one is meant",
        )


def _csv_row(number: int, header: Sequence[str], cells: Sequence[str]) -> TableRow | None:
    if not any(cell.strip() for cell in cells):
        return None
    found = {name: storable(cell) for name, cell in zip(header, cells, strict=False) if name}
    extra = [cell for cell in cells[len(header) :] if cell.strip()]
    problem = f"the row has {len(cells):,} cells, the header {len(header):,}" if extra else ""
    return TableRow(number=number, cells=found, problem=problem)


def _json_row(number: int, line: str) -> TableRow:
    try:
        tree = json.loads(line, object_pairs_hook=_once_each)
        if not isinstance(tree, dict):
            raise RowError("the line is not an object")
        return TableRow(number=number, cells=dict(_flat(tree)))
    except RowError as error:
        return TableRow(number=number, cells={}, problem=str(error))
    except (ValueError, RecursionError):
        return TableRow(number=number, cells={}, problem="the line is not JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # JSON's usual reader keeps the last of two equal keys, and so loses an answer without a word.
    tree = dict(pairs)
    if len(tree) < len(pairs):
        raise RowError("the line has a key twice")
    return tree


def _flat(tree: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, Cell]]:
    for name, value in tree.items():
        key = storable(f"{before}{name}")
        if isinstance(value, dict):
            if depth >= _DEEPEST:
                raise RowError("the line is nested too deep")
            yield from _flat(value, f"{key}.", depth + 1)
        elif isinstance(value, list):
            yield key, tuple(_word(one) for one in value if isinstance(one, str | int | float))
        else:
            yield key, _word(value)


def _word(value: Any) -> str:
    if value is None:
        return ""
    return storable(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
