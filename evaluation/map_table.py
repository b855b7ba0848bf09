"""A policy map as a table: CSV, Parquet or JSON, with a data dictionary beside it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from careatlas.errors import InputError, UsageError
from careatlas.export import whole_file
from careatlas.plain_text import for_spreadsheet
from evaluation.policy_map import MapCell, PolicyMap

Row = dict[str, Any]


class _Column(NamedTuple):
    name: str
    kind: str  # text, date, integer, number, list
    meaning: str
    unit: str = ""


_COLUMNS = (
    _Column("area_code", "text", "Code of the area, of the level and day of the map."),
    _Column("area_name", "text", "Its name."),
    _Column("period", "text", "Name of the period: 2023/24 (from 1 April), 2023, 2023 Q2, or all."),
    _Column("period_start", "date", "First day of the period."),
    _Column("period_end", "date", "First day after the period."),
    _Column("code", "text", "Code of the codebook; one above others counts what they count, each initiative once."),
    _Column("code_label", "text", "Its label."),
    _Column(
        "count",
        "integer",
        "Initiatives that run in the period as far as documents say. Empty: no document of this area and period was"
        " read. 0: documents were read and tell of none.",
        "initiatives",
    ),
    _Column(
        "certain",
        "integer",
        "Those among them whose own code is the same or narrower; through a crosswalk the others are only possible.",
        "initiatives",
    ),
    _Column("first_seen", "date", "First day on which one of them ran, as far as documents say."),
    _Column("strongest_status", "text", "In place before stopped, planned, aspiration, unclear; as said by then."),
    _Column("confirmed_share", "number", "Share of them that people confirmed or edited.", "share of 1"),
    _Column("confirmed_low", "number", "Lower end of its 95 % Wilson score interval.", "share of 1"),
    _Column("confirmed_high", "number", "Upper end of its 95 % Wilson score interval.", "share of 1"),
    _Column("documents_read", "integer", "Documents of the area that tell of the period; copies do not count."),
    _Column("survey_present", "integer", "Survey respondents who say that the code is present.", "respondents"),
    _Column("survey_n", "integer", "Survey respondents who answered, unsure ones included.", "respondents"),
    _Column("initiative_ids", "list", "Identifiers of the initiatives that are counted."),
)
NAMES = tuple(one.name for one in _COLUMNS)


def row_of(cell: MapCell) -> Row:
    """Return a cell as plain data; dates as ISO 8601."""
    return {name: _plain(value) for name, value in asdict(cell).items()}


def dictionary_of(found: PolicyMap, file: str = "") -> dict[str, Any]:
    """Return what says what a map's table means: its columns, what was asked for, and what is not on it."""
    request = {name: _plain(value) for name, value in asdict(found.request).items()}
    return {
        "file": file,
        "rows": len(found.cells),
        "missing": "An empty cell (null in Parquet and JSON) is missing: it is not known. It is never zero.",
        "text": "In CSV, a text that begins like a formula has an apostrophe in front; lists are joined by spaces.",
        "codes": found.codes.said,
        "request": {**request, "level": request["level"] or "as-read"},
        "areas": len(found.areas),
        "periods": [one.name for one in found.periods],
        "documents_left_out_as_copies": found.copies,
        "unplaced": [asdict(one) for one in found.unplaced],
        "columns": [one._asdict() for one in _COLUMNS],
    }


def write_map(found: PolicyMap, out: Path) -> Path:
    """Write a map to a file and its data dictionary beside it; return the path of the latter.

    Raises
    ------
    UsageError
        If the ending of the file names no format.
    InputError
        If a file cannot be written.
    """
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise UsageError(f"{out.name} names no format", mend=f"one of: {', '.join(_WRITERS)}")
    beside = out.with_name(f"{out.stem}.dictionary.json")
    try:
        with whole_file(out) as partial:
            writer(found, partial)
        with whole_file(beside) as partial:
            partial.write_text(_json(dictionary_of(found, out.name)), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", where=str(out)) from error
    return beside


def _rows(found: PolicyMap) -> Iterator[Row]:
    return (row_of(cell) for cell in found.cells)


def _write_csv(found: PolicyMap, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(NAMES)
        for row in _rows(found):
            table.writerow([_cell(row[name]) for name in NAMES])


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return for_spreadsheet(" ".join(value))
    return for_spreadsheet(value) if isinstance(value, str) else value


def _write_json(found: PolicyMap, path: Path) -> None:
    path.write_text(_json({"dictionary": dictionary_of(found), "rows": list(_rows(found))}), encoding="utf-8")


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _write_parquet(found: PolicyMap, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(),
        "date": pa.date32(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "list": pa.list_(pa.string()),
    }
    notes = {name: json.dumps(value) for name, value in dictionary_of(found).items() if name in ("missing", "codes")}
    schema = pa.schema([pa.field(one.name, kinds[one.kind], metadata={"meaning": one.meaning}) for one in _COLUMNS])
    columns = {one.name: [_typed(one, getattr(cell, one.name)) for cell in found.cells] for one in _COLUMNS}
    pq.write_table(pa.table(columns, schema=schema.with_metadata(notes)), path)


def _typed(column: _Column, value: Any) -> Any:
    if column.kind == "list":
        return list(map(str, value))
    return str(value) if column.kind == "text" and value is not None else value


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


_WRITERS: Mapping[str, Callable[[PolicyMap, Path], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".json": _write_json,
}
