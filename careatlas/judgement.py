"""Judgements: what a person says of a passage. Rows are only ever added; a later row supersedes an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careatlas.identifiers import NO_ANSWER, AnswerId, Code, CodebookId, JudgementId, ModelId, PassageId


class Verdict(StrEnum):
    """What a person says about one code and one passage. Blank is not a verdict."""

    PRESENT = "present"
    ABSENT = "absent"
    UNSURE = "unsure"
    NOTHING_HERE = "nothing-here"  # read, and no code of the codebook applies; the code is then empty
    WITHDRAWN = "withdrawn"  # what the person said of this code, or with an empty code of the passage, stands no more


class Origin(StrEnum):
    """How the judgement came about."""

    ACCEPTED = "accepted"  # a suggestion was on screen and the person agreed
    CHANGED = "changed"  # a suggestion was on screen and the person disagreed
    MANUAL = "manual"  # no suggestion was on screen
    ADJUDICATED = "adjudicated"  # a decision between people who differed: it prevails over what they said


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One verdict of one person.

    Attributes
    ----------
    made_at : datetime
        With a time zone.
    shown_model_id, shown_probability
        The suggestion that was on screen, or ``None`` where none was.
    seconds : float or None
        Time that the person took, where it was measured.
    drawn_by : str
        How the passage came before the person (``review`` = found by browsing, otherwise the sampling design).
    inclusion_probability : float or None
        The chance with which the sampling design drew the passage; ``None`` where it was not drawn by design, and
        such rows never enter a weighted estimate.
    answer_id : str
        The answer that the judgement was read from (:mod:`careatlas.answer`); empty for a click in the app.
    """

    judgement_id: JudgementId
    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    code: Code
    verdict: Verdict
    person: str
    made_at: datetime
    origin: Origin
    shown_model_id: ModelId | None = None
    shown_probability: float | None = None
    seconds: float | None = None
    drawn_by: str = "review"
    inclusion_probability: float | None = None
    note: str = ""
    answer_id: AnswerId = NO_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeJudgement:
    """What one person says of an initiative beside its codes: its status, its setting, a place named, a note.

    Attributes
    ----------
    name : str
        An attribute of the codebook (``status``, ``setting``), ``note``, or the kind of a span (``area``, ``start``,
        ``end``, ``partner``, ``funding``).
    value : str
        The value of the attribute, the note, or the words of the span. Empty: what was said before stands no more.
    char_start, char_end : int or None
        For a span, its characters within the passage's text, half-open.
    """

    attribute_judgement_id: JudgementId
    answer_id: AnswerId
    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    name: str
    value: str
    person: str
    made_at: datetime
    char_start: int | None = None
    char_end: int | None = None
