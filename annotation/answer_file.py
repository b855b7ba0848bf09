"""Answers from other tools, by CSV or JSON lines and a mapping. What cannot be read is kept too, in quarantine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from annotation.coded_answer import SOURCE, FileContext, row_answer, row_content, row_rows, with_identifier
from annotation.coded_row import CodedRow, coded_row
from annotation.drawn_sample import drawn_sample
from annotation.file_import import BATCH, FileImport
from annotation.label_mapping import LabelMapping, read_label_mapping
from annotation.outside_table import OutsideTable, RowError, TableRow, read_csv, read_json_lines
from annotation.passage_finder import PassageFinder
from annotation.withdrawing import gone_rows
from careatlas.answer import Answer, AnswerState
from careatlas.codebook_shelf import find_codebook
from careatlas.identifiers import PassageId
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import answers

_TICK = timedelta(microseconds=1)
_READ_OTHERWISE = "read otherwise, with another mapping"


def import_rows(
    project: Project, path: Path, mapping: Path, *, is_json: bool, coder: str = "", dry_run: bool = False
) -> FileImport:
    """Take in a file of another tool. The same file adds nothing the second time; with another mapping, what differs.

    Parameters
    ----------
    is_json : bool
        Whether the file holds JSON lines, not CSV.
    coder : str
        Whose answers all rows are, whatever the file says; empty for those that it names.

    Raises
    ------
    InputError
        If the file or the mapping cannot be used. Single rows that cannot go into quarantine.
    """
    mapped = read_label_mapping(mapping)
    book = find_codebook(mapped.codebook or project.settings.suggest.codebook, project.root)
    mapped.check(book)
    table = read_json_lines(path) if is_json else read_csv(path, delimiter=mapped.delimiter, encoding=mapped.encoding)
    table.require(mapped.columns(), str(mapping))
    with project.store.read() as connection:
        context = FileContext(
            place=place_of(table),
            codebook=book,
            drawn=drawn_sample(connection, mapped.sample, book) if mapped.sample else None,
            now=datetime.now(UTC),
        )
        reading = _Reading(
            context=context,
            mapping=mapped,
            coder=coder.strip(),
            finder=PassageFinder(connection, by_words=bool(mapped.text)),
            known=answers.latest(connection, SOURCE, context.place),
            report=FileImport(file=table.name, dry_run=dry_run),
        )
    reading.read(table.rows, project.store.read if dry_run else project.store.write)
    return reading.report


def place_of(table: OutsideTable) -> str:
    """Return what a file is called in the store: its name, and enough of its digest to tell it from any other."""
    return f"{table.name[:200]} {table.digest[:16]}"


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A file that is being read."""

    context: FileContext
    mapping: LabelMapping
    coder: str
    finder: PassageFinder
    known: Mapping[str, Answer]
    report: FileImport
    seen: dict[tuple[str, PassageId, datetime | None], int] = field(default_factory=dict)

    def read(self, rows: tuple[TableRow, ...], open_store: Callable[[], AbstractContextManager[Any]]) -> None:
        """Keep every row that is new, or is read otherwise than before."""
        for start in range(0, len(rows), BATCH):
            with open_store() as connection:
                for row in rows[start : start + BATCH]:
                    self._read(connection, row)

    def _read(self, connection: Any, row: TableRow) -> None:
        self.report.answers += 1
        last = self.known.get(str(row.number))
        said, reason = self._coded(row)
        content = row_content(self.context, row, said)
        if last and last.state is AnswerState.KEPT and last.content == content and said:
            self._first_row(said, last.passage_id, row)
            self.report.count_known(last)
            return
        passage, reason = self._found(connection, row, said) if said else (None, reason)
        state = AnswerState.QUARANTINED if said is None or passage is None or reason else AnswerState.KEPT
        state = AnswerState.SKIPPED if state is AnswerState.KEPT and said and said.skipped else state
        answer = row_answer(self.context, row, said, passage, state, reason)
        if last and (last.content, last.state, last.reason) == (answer.content, answer.state, answer.reason):
            self.report.count_known(last)
            return
        if last and last.state is AnswerState.KEPT:
            answer, last = self._withdrawn(connection, answer, last)
        self.report.keep(connection, row_rows(self.context, with_identifier(answer, last), said, passage))

    def _coded(self, row: TableRow) -> tuple[CodedRow | None, str]:
        try:
            return coded_row(row, self.mapping, self.context.codebook, self.context.now, self.coder), ""
        except RowError as error:
            return None, str(error)

    def _found(self, connection: Any, row: TableRow, said: CodedRow) -> tuple[Passage | None, str]:
        try:
            passage = self.finder.find(connection, said.where)
        except RowError as error:
            return None, str(error)
        first = self._first_row(said, passage.passage_id, row)
        when = " at the same time" if said.made_at else ", and the file has no times"
        return passage, "" if first == row.number else f"{said.person} answered this passage in row {first} too{when}"

    def _first_row(self, said: CodedRow, passage_id: PassageId, row: TableRow) -> int:
        """Return the first row in which this person answered this passage at this time."""
        return self.seen.setdefault((said.person, passage_id, said.made_at), row.number)

    def _withdrawn(self, connection: Any, answer: Answer, last: Answer) -> tuple[Answer, Answer]:
        """Take back what a row said as it was read before; return its new state, dated after that, and the last one."""
        gone = gone_rows(connection, last, AnswerState.DELETED, self.context.now)
        gone = replace(gone, answer=replace(gone.answer, reason=_READ_OTHERWISE))
        self.report.keep(connection, gone)
        latest = max([gone.answer.made_at, *(one.made_at for one in gone.judgements)])
        return replace(answer, made_at=latest + _TICK), gone.answer
