"""The mapping of a survey's file: which column says what, and what its words mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from annotation.outside_table import folded
from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import AreaCode, Code
from careatlas.judgement import Verdict
from careatlas.mapping_file import read_mapping

MEND = "docs/surveys.md describes the mapping"
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]
_Given = Annotated[_Name, StringConstraints(min_length=1)]
_Area = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[EWSNQ]\w{2,8}$")]
_Words = dict[_Given, _Given]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Columns(_Form):
    area: _Given
    respondent: _Name = ""
    role: _Name = ""
    date: _Name = ""
    question: _Name = ""
    answer: _Name = ""


class _Answers(_Form):
    present: tuple[_Given, ...]
    absent: tuple[_Given, ...]
    unsure: tuple[_Given, ...] = ()
    left_out: tuple[_Given, ...] = ()


class _MappingFile(_Form):
    columns: _Columns
    questions: Annotated[_Words, Field(min_length=1)]
    answers: _Answers
    survey: _Name = ""
    codebook: _Name = ""
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    encoding: _Given = "utf-8"
    date_format: _Name = ""
    roles: _Words = {}
    areas: dict[_Given, _Area] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyMapping:
    """What a survey's columns and words mean.

    Attributes
    ----------
    respondent, role, area, date : str
        Columns; empty where there is none.
    question, answer : str
        Columns of the long form, in which every row answers one question; both empty in the wide form.
    questions : Mapping
        Question to code. In the wide form, questions are columns.
    verdicts : Mapping
        Folded words of an answer to what they mean, ``None`` for one that was left out.
    roles : Mapping
        Folded words to the role that is kept.
    areas : Mapping
        Folded name to code, for areas that are called otherwise than in the project.
    """

    path: Path
    survey: str
    codebook: str
    delimiter: str
    encoding: str
    date_format: str
    respondent: str
    role: str
    area: str
    date: str
    question: str
    answer: str
    questions: Mapping[str, Code]
    verdicts: Mapping[str, Verdict | None]
    roles: Mapping[str, str]
    areas: Mapping[str, AreaCode]

    @property
    def is_long(self) -> bool:
        """Whether every row answers one question."""
        return bool(self.question)

    def columns(self) -> list[str]:
        """Return the columns that the file must have."""
        questions = [self.question, self.answer] if self.is_long else list(self.questions)
        return [name for name in (self.area, self.respondent, self.role, self.date, *questions) if name]

    def check(self, codebook: Codebook) -> None:
        """Refuse codes that the codebook has not.

        Raises
        ------
        InputError
            With each of them.
        """
        known = {code.id for code in codebook.codes}
        wrong = [f"{question!r}: {code}" for question, code in self.questions.items() if code not in known]
        if wrong:
            raise InputError(
                f"{codebook.id} {codebook.version} has no such code: {'; '.join(wrong)}",
                where=str(self.path),
                mend=f"one of: {', '.join(sorted(known))}",
            )

    def dated(self, said: str) -> str:
        """Return a date as ISO 8601 has it, as far as it is given: a year, a month or a day.

        Raises
        ------
        ValueError
            If it is none.
        """
        if self.date_format:
            moment = datetime.strptime(said, self.date_format).date()  # noqa: DTZ007 - only the day is kept
            return _as_far_as(moment, self.date_format)
        for form, length in (("%Y", 4), ("%Y-%m", 7)):
            if len(said) == length:
                return _as_far_as(datetime.strptime(said, form).date(), form)  # noqa: DTZ007
        return datetime.fromisoformat(said).date().isoformat()


def read_survey_mapping(path: Path) -> SurveyMapping:
    """Read the mapping of a survey's file.

    Raises
    ------
    InputError
        If it is none, or contradicts itself.
    """
    file = read_mapping(path, _MappingFile, mend=MEND)
    columns = file.columns
    if bool(columns.question) != bool(columns.answer):
        raise InputError("columns: question and answer go together", where=str(path), mend=MEND)
    if columns.question and not columns.respondent:
        raise InputError("columns: where every row answers one question, respondent is needed", where=str(path))
    return SurveyMapping(
        path=path,
        survey=file.survey,
        codebook=file.codebook,
        delimiter=file.delimiter,
        encoding=file.encoding,
        date_format=file.date_format,
        respondent=columns.respondent,
        role=columns.role,
        area=columns.area,
        date=columns.date,
        question=columns.question,
        answer=columns.answer,
        questions={question: Code(code) for question, code in file.questions.items()},
        verdicts=_verdicts(file.answers, path),
        roles={folded(said): role for said, role in file.roles.items()},
        areas={folded(said): AreaCode(code) for said, code in file.areas.items()},
    )


def _verdicts(answers: _Answers, path: Path) -> dict[str, Verdict | None]:
    found: dict[str, Verdict | None] = {"": None}
    pairs: list[tuple[tuple[str, ...], Verdict | None]] = [
        (answers.present, Verdict.PRESENT),
        (answers.absent, Verdict.ABSENT),
        (answers.unsure, Verdict.UNSURE),
        (answers.left_out, None),
    ]
    for words, verdict in pairs:
        for word in words:
            if folded(word) in found:
                raise InputError(f"answers: {word!r} stands twice", where=str(path), mend=MEND)
            found[folded(word)] = verdict
    return found


def _as_far_as(moment: date, form: str) -> str:
    text = moment.isoformat()
    if any(sign in form for sign in ("%d", "%j", "%x", "%c")):
        return text
    return text[:7] if any(sign in form for sign in ("%m", "%b", "%B")) else text[:4]
