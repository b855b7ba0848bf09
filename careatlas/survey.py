"""Survey answers: what a respondent says of an area, set beside what its documents say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from careatlas.identifiers import AreaCode, Code, CodebookId
from careatlas.judgement import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """One answer of one respondent to one question.

    Attributes
    ----------
    survey : str
        Name of the survey.
    respondent : str
        The respondent's identifier in the survey, never a name.
    role : str
        What the respondent does (``commissioner``, ``care home manager``).
    code : str
        The code that the question asks about.
    verdict : Verdict
        Present, absent or unsure; an answer that was left out is no row.
    value : str
        The answer in its own words.
    answered_on : str
        ISO 8601 date, month or year.
    file_digest, row : str, int
        The imported file and the row of the answer in it, 1 for the first after the header.
    """

    survey_answer_id: str
    survey: str
    respondent: str
    role: str
    area_code: AreaCode
    area_name: str
    codebook_id: CodebookId
    codebook_version: str
    code: Code
    question: str
    verdict: Verdict
    value: str
    answered_on: str
    file_digest: str
    row: int
    imported_at: datetime
