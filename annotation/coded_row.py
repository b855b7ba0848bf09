"""One row of another tool's results, read by a mapping: who said what of which passage."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from annotation.label_mapping import LabelMapping, Saying
from annotation.outside_table import RowError, TableRow, folded
from annotation.reviewing import MAX_NOTE
from careatlas.codebook import Codebook
from careatlas.identifiers import Code
from careatlas.judgement import Verdict

FIRST_YEAR = 2000
LEAST_AHEAD = timedelta(days=1)  # by which a clock may differ from ours and still be believed
MOST_SECONDS = 1_000_000.0
MOST_NAME = 200  # characters of a person's name
_NO_CODE = Code("")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageReference:
    """What a row says of the passage: its identifier, or its words and perhaps the document."""

    passage: str
    document: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRow:
    """What a row says.

    Attributes
    ----------
    verdicts : Mapping
        By code; the code is empty for "read, nothing here". Codes of which nothing was said are not there.
    made_at : datetime or None
        ``None`` where the file has no dates.
    skipped : bool
        Whether the person passed the passage over; then nothing is said.
    """

    where: PassageReference
    person: str
    verdicts: Mapping[Code, Verdict]
    attributes: Mapping[str, str]
    note: str
    seconds: float | None
    made_at: datetime | None
    skipped: bool

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, the same for the same row and mapping."""
        return {
            "person": self.person,
            "verdicts": {code: str(verdict) for code, verdict in sorted(self.verdicts.items())},
            "attributes": dict(sorted(self.attributes.items())),
            "note": self.note,
            "seconds": self.seconds,
            "made_at": self.made_at.isoformat() if self.made_at else None,
            "skipped": self.skipped,
        }


def coded_row(row: TableRow, mapping: LabelMapping, codebook: Codebook, now: datetime, coder: str = "") -> CodedRow:
    """Read a row.

    Parameters
    ----------
    codebook : Codebook
        Every code of it that is not given is absent where the mapping says that coders read passages as a whole.
    coder : str
        Whose answers all rows are; empty for the one that the mapping or the row names.

    Raises
    ------
    RowError
        If the row does not say clearly who said what. Nothing is guessed: blank is not negative.
    """
    if row.problem:
        raise RowError(row.problem)
    person = " ".join((coder or mapping.constant_person or row.text(mapping.person)).split())
    if not person:
        raise RowError("nobody is named")
    if len(person) > MOST_NAME:
        raise RowError(f"the person's name has more than {MOST_NAME} characters")
    where = PassageReference(
        passage=row.text(mapping.passage), document=row.text(mapping.document), text=row.text(mapping.text)
    )
    if not where.passage and not where.text:
        raise RowError("no passage is named")
    skipped = _says(row, mapping.skip)
    note = row.text(mapping.note)
    if len(note) > MAX_NOTE:
        raise RowError(f"the note has {len(note):,} characters; at most {MAX_NOTE:,} are kept")
    return CodedRow(
        where=where,
        person=person,
        verdicts={} if skipped else _verdicts(row, mapping, codebook),
        attributes={} if skipped else _attributes(row, mapping, codebook),
        note=note,
        seconds=_seconds(row.text(mapping.seconds), mapping),
        made_at=_moment(row.text(mapping.date), mapping, now) if mapping.date else None,
        skipped=skipped,
    )


def _verdicts(row: TableRow, mapping: LabelMapping, codebook: Codebook) -> dict[Code, Verdict]:
    given, denied = _in_columns(row, mapping) if mapping.code_columns else (_in_list(row, mapping, codebook), set())
    nothing = _says(row, mapping.nothing, mapping.separator if mapping.nothing.column == mapping.codes else "")
    # With a column for each code, a no in every one of them is said as clearly as it can be.
    nothing = nothing or (mapping.complete and bool(denied) and denied == set(mapping.code_columns.values()))
    unsure = _says(row, mapping.unsure)
    if nothing and (given or unsure):
        raise RowError(f"'nothing here' is said together with {'codes' if given else 'not sure'}")
    if nothing:
        return {_NO_CODE: Verdict.NOTHING_HERE}
    ticked = dict.fromkeys(given, Verdict.UNSURE if unsure else Verdict.PRESENT)
    if not mapping.complete:
        if not given and not denied:
            raise RowError("no code is given, and 'nothing here' is not said either")
        return dict.fromkeys(denied, Verdict.ABSENT) | ticked
    if not given:
        raise RowError("no code is given, and 'nothing here' is not said either")
    return {code.id: ticked.get(code.id, Verdict.ABSENT) for code in codebook.codes}


def _in_list(row: TableRow, mapping: LabelMapping, codebook: Codebook) -> set[Code]:
    own = {folded(code.id): code.id for code in codebook.codes}
    said = mapping.nothing.words if mapping.nothing.column == mapping.codes else frozenset()
    found = set()
    for label in _words(row, mapping.codes, mapping.separator):
        words = folded(label)
        if not words or words in mapping.ignored or words in said:
            continue
        code = mapping.labels.get(words) or own.get(words)
        if code is None:
            raise RowError(f"the label {label[:80]!r} is neither in the mapping nor a code of {codebook.id}")
        found.add(code)
    return found


def _in_columns(row: TableRow, mapping: LabelMapping) -> tuple[set[Code], set[Code]]:
    given, denied = set(), set()
    for column, code in mapping.code_columns.items():
        words = folded(row.text(column))
        if words in mapping.yes:
            given.add(code)
        elif words in mapping.no:
            denied.add(code)
        elif words:
            raise RowError(f"{column!r}: {row.text(column)[:40]!r} means neither yes nor no")
    return given, denied - given  # two columns may be one code


def _says(row: TableRow, saying: Saying, separator: str = "") -> bool:
    """Tell whether any of the words stands in the column; an empty one only where nothing else does."""
    if not saying.column:
        return False
    words = {folded(word) for word in _words(row, saying.column, separator)} - {""}
    return bool(words & saying.words) if words else "" in saying.words


def _words(row: TableRow, column: str, separator: str) -> Iterable[str]:
    cell = row.cells.get(column, "")
    if not isinstance(cell, str):
        return cell
    return cell.split(separator) if separator else (cell,)


def _attributes(row: TableRow, mapping: LabelMapping, codebook: Codebook) -> dict[str, str]:
    found = {}
    for one in codebook.attributes:
        column, values = mapping.attributes.get(one.name, ("", {}))
        said = row.text(column)
        if not said:
            continue
        value = values.get(folded(said), said)
        if value not in one.values:
            raise RowError(f"{one.name}: {said[:80]!r} is none of its values")
        found[one.name] = value
    return found


def _seconds(said: str, mapping: LabelMapping) -> float | None:
    if not said:
        return None
    try:
        seconds = float(said) * mapping.seconds_unit
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MOST_SECONDS:
        raise RowError(f"{said[:40]!r} is no length of time")
    return seconds


def _moment(said: str, mapping: LabelMapping, now: datetime) -> datetime:
    try:
        moment = mapping.moment(said)
        usable = moment.year >= FIRST_YEAR and moment <= now + LEAST_AHEAD
    except (ValueError, OverflowError):
        raise RowError(f"{said[:40]!r} is not a time of the form {mapping.date_format or 'ISO 8601'}") from None
    if not usable:
        raise RowError(f"{said[:40]!r} is before {FIRST_YEAR} or in the future")
    return moment
