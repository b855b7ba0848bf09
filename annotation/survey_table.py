"""The comparison of a survey with documents as a table: a CSV file, and rows for a terminal."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from annotation.agreement_tables import NONE, Table, estimate_text
from annotation.survey_comparison import ComparedCell, SurveyAgreement, SurveyComparison
from careatlas.errors import InputError
from careatlas.export import whole_file
from careatlas.plain_text import for_spreadsheet

ALL = "all"
_AREA = ("area", "code", "says yes", "share", "documents", "machine only", "outcome", "why")
_ROLE = ("area", "code", "role", "says yes", "share", "outcome")
_AGREEMENT = (
    *("role", "code", "areas", "pairs", "both", "documents only", "survey only", "neither", "missing"),
    *("raw agreement", "kappa"),
)
_YES_NO = {True: "yes", False: "no", None: ""}


def write_comparison(cells: Iterable[ComparedCell], out: Path) -> int:
    """Write cells as CSV that is safe to open in a spreadsheet, and return how many.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    rows = [[_cell(value) for value in asdict(cell).values()] for cell in cells]
    try:
        with whole_file(out) as partial, partial.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow([one.name for one in fields(ComparedCell)])
            table.writerows(rows)
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", where=str(out)) from error
    return len(rows)


def comparison_tables(found: SurveyComparison) -> Iterator[Table]:
    """Yield what a comparison says as tables of texts."""
    whole = [cell for cell in found.cells if not cell.role]
    roles = [cell for cell in found.cells if cell.role]
    yield Table(title="Areas and codes", header=_AREA, rows=tuple(map(_area_row, whole)))
    if roles:
        yield Table(title="Who says yes, where", header=_ROLE, rows=tuple(map(_role_row, roles)))
    yield Table(title="Agreement", header=_AGREEMENT, rows=tuple(map(_agreement_row, found.agreement)))


def _area_row(cell: ComparedCell) -> tuple[str, ...]:
    read = f"{cell.found:,} of {cell.judged:,} judged passages" if cell.area_documents else NONE
    machine = f"{cell.suggested:,} of {cell.scored:,}" if cell.scored else NONE
    return (_area(cell), cell.code, _yes(cell), _share(cell), read, machine, cell.outcome, cell.why)


def _role_row(cell: ComparedCell) -> tuple[str, ...]:
    return (_area(cell), cell.code, cell.role, _yes(cell), _share(cell), cell.outcome)


def _agreement_row(one: SurveyAgreement) -> tuple[str, ...]:
    counts = (one.areas, one.pairs, one.both, one.documents_only, one.survey_only, one.neither, one.missing)
    measures = (estimate_text(one.raw), estimate_text(one.kappa))
    return (one.role or ALL, one.code or ALL, *map(str, counts), *measures)


def _area(cell: ComparedCell) -> str:
    return cell.area_name or cell.area_code


def _yes(cell: ComparedCell) -> str:
    more = f" ({cell.unsure} unsure)" if cell.unsure else ""
    return f"{cell.present} of {cell.respondents - cell.unsure}{more}" if cell.respondents else NONE


def _share(cell: ComparedCell) -> str:
    return NONE if cell.share is None else f"{cell.share:.2f} ({cell.low:.2f} to {cell.high:.2f})"


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return _YES_NO[value]
    return for_spreadsheet(value) if isinstance(value, str) else value
