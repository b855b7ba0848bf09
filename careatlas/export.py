"""Passages as files: JSON lines, CSV that is safe to open in a spreadsheet, and Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from careatlas.errors import InputError
from careatlas.passage import Passage, PassageKind
from careatlas.plain_text import for_spreadsheet
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.store import documents, passages

_BATCH = 2_000
FIELDS = (
    "passage_id",
    "document_sha256",
    "source_name",
    "page",
    "boxes",
    "heading_path",
    "kind",
    "text",
    "char_start",
    "char_end",
    "evidence",
    "confidence",
    "ocr",
    "parser_version",
)


def passage_row(passage: Passage, source_name: str, document_sha256: str) -> dict[str, Any]:
    """Return a passage as plain data: page from 1, boxes in points as ``[x0, y0, x1, y1]``, offsets half-open."""
    return {
        "passage_id": passage.passage_id,
        "document_sha256": document_sha256,
        "source_name": source_name,
        "page": passage.page,
        "boxes": [box.as_list() for box in passage.boxes],
        "heading_path": list(passage.heading_path),
        "kind": passage.kind.value,
        "text": passage.text,
        "char_start": passage.char_start,
        "char_end": passage.char_end,
        "evidence": passage.evidence,
        "confidence": passage.confidence,
        "ocr": passage.ocr,
        "parser_version": passage.parser_version,
    }


def export_passages(
    project: Project, out: Path, export_format: str, progress: Progress, *, furniture: bool = False
) -> int:
    """Write every passage of a project to a file and return how many.

    Parameters
    ----------
    export_format : str
        ``jsonl``, ``csv`` or ``parquet``. In CSV, boxes and heading path are JSON, and text cells that start like a
        formula get an apostrophe in front.
    furniture : bool
        Whether to include running heads and feet.
    """
    kinds = tuple(kind for kind in PassageKind if furniture or kind is not PassageKind.FURNITURE)
    with project.store.read() as connection:
        found = documents.listed(connection)
        progress.start("exporting", len(found))

        def rows() -> Iterator[dict[str, Any]]:
            for item in found:
                which = passages.PassageFilter(document_id=item.document_id, kinds=kinds)
                for passage in passages.stream(connection, which):
                    yield passage_row(passage, item.name, item.sha256)
                progress.advance(item.name)

        return write_rows(rows(), out, export_format)


def write_rows(rows: Iterable[dict[str, Any]], out: Path, export_format: str) -> int:
    """Write passage rows to ``out``, which appears only when it is whole; return how many rows.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    writer = _WRITERS[export_format]
    try:
        with whole_file(out) as partial:
            return writer(rows, partial)
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", where=str(out)) from error


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """Give a path to write to, and move it to ``out`` if the block ends well: no half file under the final name."""
    partial = out.with_name(f".{out.name}.partial")
    try:
        yield partial
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _write_jsonl(rows: Iterable[dict[str, Any]], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the count after the last row is the answer
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def _write_csv(rows: Iterable[dict[str, Any]], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(FIELDS)
        for count, row in enumerate(rows, start=1):  # noqa: B007
            table.writerow([_cell(row[name]) for name in FIELDS])
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return for_spreadsheet(value) if isinstance(value, str) else value


def _write_parquet(rows: Iterable[dict[str, Any]], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _arrow_schema()
    count = 0
    remaining = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(remaining, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def _arrow_schema() -> Any:
    import pyarrow as pa

    kinds = {"page": pa.int32(), "char_start": pa.int64(), "char_end": pa.int64(), "confidence": pa.float64()}
    kinds |= {"ocr": pa.bool_(), "boxes": pa.list_(pa.list_(pa.float64())), "heading_path": pa.list_(pa.string())}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in FIELDS])


_WRITERS: dict[str, Callable[[Iterable[dict[str, Any]], Path], int]] = {
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "parquet": _write_parquet,
}
