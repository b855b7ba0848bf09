"""Answers: what a person submitted for a passage, kept as it came. Judgements are read from answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careatlas.identifiers import AnswerId, CodebookId, ModelId, PassageId, TaskKey

NO_PASSAGE = PassageId("")
NO_TASK = TaskKey("")


class AnswerState(StrEnum):
    """What became of an answer."""

    KEPT = "kept"  # read into judgements
    QUARANTINED = "quarantined"  # it cannot be read; the reason says why
    SKIPPED = "skipped"  # the person passed the passage over
    DELETED = "deleted"  # it was taken away where it was made: what it said is withdrawn
    TASK_GONE = "task-gone"  # the task with it was taken away where it was made: what it said still stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One observed state of one answer. An edit or a deletion elsewhere is a further row, never a change of this one.

    Attributes
    ----------
    source : str
        What it came from: ``label-studio``, ``file``.
    place : str
        Where in that source: the server and its project, or the name and digest of a file.
    key : str
        What the answer is called there: an annotation's number, a row's.
    person : str
        Who answered.
    editor : str
        Who made this state of it, where that was somebody else.
    made_at : datetime
        When, by the clock of the source, never before an earlier state of the same answer.
    seen_at : datetime
        When we saw it, by our clock.
    seconds : float or None
        Time that the person took, where it was measured.
    shown_model_id : str or None
        The model whose suggestion was on the screen; ``None`` where none was.
    content : str
        The answer as it came, as JSON text.
    reason : str
        Why it is in quarantine, or what was odd about it.
    """

    answer_id: AnswerId
    source: str
    place: str
    key: str
    task_key: TaskKey
    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    person: str
    editor: str = ""
    made_at: datetime
    seen_at: datetime
    seconds: float | None = None
    shown_model_id: ModelId | None = None
    content: str
    state: AnswerState
    reason: str = ""
