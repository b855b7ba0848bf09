"""A survey's answers out of a file: rows with a respondent who has no name, an area that is known, and a verdict."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotation.outside_table import OutsideTable, RowError, TableRow, folded, read_csv
from annotation.survey_key import respondent_digest, survey_key
from annotation.survey_mapping import SurveyMapping, read_survey_mapping
from careatlas.codebook import Codebook
from careatlas.codebook_shelf import find_codebook
from careatlas.document import Document
from careatlas.errors import UsageError
from careatlas.identifiers import AreaCode, Code, event_id
from careatlas.judgement import Verdict
from careatlas.project import Project
from careatlas.store import documents, survey_answers
from careatlas.survey import SurveyAnswer

MOST = 500  # characters of a role, an area or a question that are kept

_Key = tuple[str, AreaCode, str, Code]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row, or one answer in it, that was not taken in."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyReading:
    """What a file says.

    Attributes
    ----------
    left_out : int
        Questions that respondents did not answer.
    """

    answers: tuple[SurveyAnswer, ...]
    refused: tuple[RefusedRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyImport:
    """What came of an import.

    Attributes
    ----------
    new, known : int
        Answers that were added (or would be, without ``kept``), and those that were there.
    """

    survey: str
    codebook: str
    new: int
    known: int
    left_out: int
    respondents: int
    areas: int
    refused: tuple[RefusedRow, ...]
    kept: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


class Areas:
    """The areas of a project's documents, found by code or by name.

    Parameters
    ----------
    known : iterable of Document
    named : Mapping
        Folded names to codes, which come first and may name areas without documents.
    """

    def __init__(self, known: Iterable[Document], named: Mapping[str, AreaCode]) -> None:
        self._names: dict[AreaCode, str] = {}
        for one in known:
            if one.area_code:
                self._names[one.area_code] = one.area_name or self._names.get(one.area_code, "")
        self._by_code = {folded(code): code for code in self._names}
        self._named = named
        self._by_name: dict[str, set[AreaCode]] = {}
        for code, name in self._names.items():
            if name:
                self._by_name.setdefault(folded(name), set()).add(code)

    def find(self, said: str) -> tuple[AreaCode, str]:
        """Return the code and the name of an area.

        Raises
        ------
        RowError
            If there is none or more than one; the message says which.
        """
        words = folded(said)
        codes = {self._named[words]} if words in self._named else set[AreaCode]()
        codes = codes or ({self._by_code[words]} if words in self._by_code else self._by_name.get(words, set()))
        if len(codes) == 1:
            (code,) = codes
            return code, self._names.get(code) or said[:MOST]
        if codes:
            raise RowError(f"several areas are called {said[:80]!r}: {', '.join(sorted(codes))}")
        near = difflib.get_close_matches(words, [*self._by_name, *self._named], n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise RowError(f"no document is of an area {said[:80]!r}{hint}" if said else "no area is given")


def import_survey(
    project: Project, path: Path, mapping: Path, *, survey: str = "", dry_run: bool = False
) -> SurveyImport:
    """Take in a survey's file. Answers that are there already are not added again; a changed one is a further row.

    Parameters
    ----------
    survey : str
        Its name; empty for the one in the mapping.

    Raises
    ------
    InputError
        If the file or the mapping cannot be used. Single rows that cannot are listed in the report.
    UsageError
        If the survey has no name.
    """
    mapped = read_survey_mapping(mapping)
    named = survey.strip() or mapped.survey
    if not named:
        raise UsageError("the survey needs a name", mend="--survey NAME, or survey = in the mapping")
    book = find_codebook(mapped.codebook or project.settings.suggest.codebook, project.root)
    mapped.check(book)
    table = read_csv(path, delimiter=mapped.delimiter, encoding=mapped.encoding)
    table.require(mapped.columns(), str(mapping))
    key = survey_key(project.root, make=not dry_run)
    with project.store.read() as connection:
        areas = Areas(documents.listed(connection), mapped.areas)
    found = read_survey(table, replace(mapped, survey=named), book, areas, key)
    if dry_run:
        with project.store.read() as connection:
            fresh = _fresh(found.answers, survey_answers.listed(connection, named))
    else:
        with project.store.write() as connection:
            fresh = _fresh(found.answers, survey_answers.listed(connection, named))
            survey_answers.append(connection, fresh)
    return SurveyImport(
        survey=named,
        codebook=f"{book.id} {book.version}",
        new=len(fresh),
        known=len(found.answers) - len(fresh),
        left_out=found.left_out,
        respondents=len({one.respondent for one in found.answers}),
        areas=len({one.area_code for one in found.answers}),
        refused=found.refused,
        kept=not dry_run,
    )


def read_survey(
    table: OutsideTable,
    mapping: SurveyMapping,
    codebook: Codebook,
    areas: Areas,
    key: bytes,
    now: datetime | None = None,
) -> SurveyReading:
    """Return the answers in a table, and what of it cannot be taken in.

    Parameters
    ----------
    mapping : SurveyMapping
        With the survey's name.
    key : bytes
        The secret of :func:`annotation.survey_key.survey_key`.
    """
    reading = _Reading(table, mapping, codebook, areas, key, now or datetime.now(UTC))
    for row in table.rows:
        reading.read(row)
    return SurveyReading(
        answers=tuple(reading.answers.values()), refused=tuple(reading.refused), left_out=reading.left_out
    )


@dataclass(slots=True)
class _Reading:
    """A file that is being read."""

    table: OutsideTable
    mapping: SurveyMapping
    codebook: Codebook
    areas: Areas
    key: bytes
    now: datetime
    answers: dict[_Key, SurveyAnswer] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    left_out: int = 0

    def read(self, row: TableRow) -> None:
        """Take in a row: all answers in it, or those that can be taken."""
        try:
            if row.problem:
                raise RowError(row.problem)
            frame = self._frame(row)
            asked = list(self._asked(row))
        except RowError as error:
            self.refused.append(RefusedRow(row=row.number, reason=str(error)))
            return
        for question, said in asked:
            try:
                self._answer(frame, question, said)
            except RowError as error:
                self.refused.append(RefusedRow(row=row.number, reason=f"{question[:MOST]!r}: {error}"))

    def _frame(self, row: TableRow) -> SurveyAnswer:
        """Return what all answers in a row share."""
        mapping = self.mapping
        code, name = self.areas.find(row.text(mapping.area))
        who, role, when = (row.text(column) for column in (mapping.respondent, mapping.role, mapping.date))
        if mapping.respondent and not who:
            raise RowError("no respondent is given")
        try:
            answered_on = mapping.dated(when) if when else ""
        except ValueError:
            raise RowError(f"{when[:40]!r} is not a date of the form {mapping.date_format or 'YYYY-MM-DD'}") from None
        return SurveyAnswer(
            survey_answer_id="",
            survey=mapping.survey,
            respondent=respondent_digest(self.key, mapping.survey, who or f"{self.table.digest} {row.number}"),
            role=mapping.roles.get(folded(role), " ".join(role.split()))[:MOST],
            area_code=code,
            area_name=name,
            codebook_id=self.codebook.id,
            codebook_version=self.codebook.version,
            code=Code(""),
            question="",
            verdict=Verdict.UNSURE,
            value="",
            answered_on=answered_on,
            file_digest=self.table.digest,
            row=row.number,
            imported_at=self.now,
        )

    def _asked(self, row: TableRow) -> Iterator[tuple[str, str]]:
        if not self.mapping.is_long:
            yield from ((question, row.text(question)) for question in self.mapping.questions)
            return
        question = row.text(self.mapping.question)
        if question not in self.mapping.questions:
            raise RowError(f"the question {question[:80]!r} is not in the mapping")
        yield question, row.text(self.mapping.answer)

    def _answer(self, frame: SurveyAnswer, question: str, said: str) -> None:
        words = folded(said)
        if words not in self.mapping.verdicts:
            raise RowError(f"the answer {said[:80]!r} is not in the mapping")
        verdict = self.mapping.verdicts[words]
        if verdict is None:
            self.left_out += 1
            return
        code = self.mapping.questions[question]
        answer = replace(frame, code=code, question=question[:MOST], verdict=verdict, value=said)
        before = self.answers.setdefault(_key(answer), answer)
        if before is not answer and not _same(before, answer):
            raise RowError(f"the same respondent answered otherwise in row {before.row}")


def _fresh(answers: Iterable[SurveyAnswer], stored: Iterable[SurveyAnswer]) -> list[SurveyAnswer]:
    """Return the answers that say something else than the last ones that are stored, each with its identifier."""
    last: dict[tuple[str, _Key], SurveyAnswer] = {}
    for one in sorted(stored, key=lambda row: row.imported_at):
        last[one.codebook_version, _key(one)] = one
    fresh = []
    for one in answers:
        before = last.get((one.codebook_version, _key(one)))
        if before is not None and _same(before, one):
            continue
        # With the one before it: an answer that comes back after another one is a further row.
        names = [one.survey, one.codebook_id, one.codebook_version, *_key(one)]
        said = [one.verdict, one.value, one.role, one.answered_on, before.survey_answer_id if before else ""]
        fresh.append(replace(one, survey_answer_id=event_id("survey", *names, *said)))
    return fresh


def _key(answer: SurveyAnswer) -> _Key:
    return answer.respondent, answer.area_code, answer.question, answer.code


def _same(one: SurveyAnswer, other: SurveyAnswer) -> bool:
    return (one.verdict, one.value, one.role, one.answered_on) == (
        other.verdict,
        other.value,
        other.role,
        other.answered_on,
    )
