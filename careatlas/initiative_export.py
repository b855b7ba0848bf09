"""Initiatives as files: CSV that is safe to open in a spreadsheet, Parquet or JSON, with a data dictionary."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from careatlas.errors import InputError, UsageError
from careatlas.export import whole_file
from careatlas.initiative_table import EVIDENCE_COLUMNS, INITIATIVE_COLUMNS, Column, InitiativeTables, Row
from careatlas.plain_text import for_spreadsheet

ENDINGS = (".csv", ".parquet", ".json")


def write_initiatives(tables: InitiativeTables, out: Path, about: Mapping[str, Any]) -> list[Path]:
    """Write initiatives and evidence, and what the columns mean beside them; return the files.

    CSV and Parquet are two files, ``NAME.csv`` and ``NAME.evidence.csv``; JSON is one, with the evidence in its
    initiative. The dictionary is ``NAME.dictionary.json``.

    Parameters
    ----------
    about : Mapping
        What the export is of (codebook, model, filters), for the dictionary.

    Raises
    ------
    UsageError
        If the ending of the file names no format.
    InputError
        If a file cannot be written.
    """
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{out.name} names no format", mend=f"one of: {', '.join(ENDINGS)}")
    beside = out.with_name(f"{out.stem}.dictionary.json")
    dictionary = _dictionary(tables, about)
    try:
        if ending == ".json":
            files = [out]
            _put(out, _json({"dictionary": dictionary, "initiatives": _nested(tables)}))
        else:
            files = [out, out.with_name(f"{out.stem}.evidence{ending}")]
            parts = ((INITIATIVE_COLUMNS, tables.initiatives), (EVIDENCE_COLUMNS, tables.evidence))
            for file, (columns, rows) in zip(files, parts, strict=True):
                with whole_file(file) as partial:
                    (_write_csv if ending == ".csv" else _write_parquet)(columns, rows, partial)
        _put(beside, _json(dictionary))
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", where=str(out)) from error
    return [*files, beside]


def _put(file: Path, text: str) -> None:
    with whole_file(file) as partial:
        partial.write_text(text, encoding="utf-8")


def _dictionary(tables: InitiativeTables, about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **about,
        "rows": {"initiatives": len(tables.initiatives), "evidence": len(tables.evidence)},
        "missing": "An empty cell (null or an empty text in Parquet and JSON) is not known.",
        "text": "In CSV, lists are JSON, and a text that begins like a formula has an apostrophe in front.",
        "initiatives": [column._asdict() for column in INITIATIVE_COLUMNS],
        "evidence": [column._asdict() for column in EVIDENCE_COLUMNS],
    }


def _nested(tables: InitiativeTables) -> list[Row]:
    told: dict[str, list[Row]] = {}
    for row in tables.evidence:
        told.setdefault(row["initiative_id"], []).append(row)
    return [{**row, "evidence": told.get(row["initiative_id"], [])} for row in tables.initiatives]


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _write_csv(columns: Sequence[Column], rows: Iterable[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([column.name for column in columns])
        for row in rows:
            table.writerow([_cell(row[column.name]) for column in columns])


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return for_spreadsheet(value) if isinstance(value, str) else value


def _write_parquet(columns: Sequence[Column], rows: Sequence[Row], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Lists of lists and of records go as JSON: one schema for empty and filled ones.
    kinds = {"integer": pa.int64(), "number": pa.float64()}
    schema = pa.schema([(column.name, kinds.get(column.kind, pa.string())) for column in columns])
    plain = [{name: _packed(value) for name, value in row.items()} for row in rows]
    pq.write_table(pa.Table.from_pylist(plain, schema=schema), path)


def _packed(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
