"""What a pull found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from annotation.answer_judgements import AnswerRows
from careatlas.answer import Answer, AnswerState


@dataclass(slots=True, kw_only=True)
class PullReport:
    """What a pull found. It is filled while the pull goes on.

    Attributes
    ----------
    projects : int
        Coders' projects that were read.
    answers : int
        Answers that were not seen before.
    edits : int
        Further states of answers that were.
    judgements : int
        Rows about codes that were added; ``attributes`` are those about what stands beside the codes.
    kept, skipped, quarantined, deleted, task_gone : int
        What became of these states.
    edited_by_others : int
        States that were made by somebody else than the one whose answer it is.
    mismatches : int
        States by somebody else than the coder who was asked.
    screens_changed : list of str
        Coders whose labelling screen on the server is not the one that we put there.
    projects_gone : list of str
        Coders whose project somebody took away. Their judgements stand.
    without_account : list of str
        Coders who are nobody on the server, or who might be several.
    """

    sample_id: str
    projects: int = 0
    answers: int = 0
    edits: int = 0
    judgements: int = 0
    attributes: int = 0
    kept: int = 0
    skipped: int = 0
    quarantined: int = 0
    deleted: int = 0
    task_gone: int = 0
    edited_by_others: int = 0
    mismatches: int = 0
    screens_changed: list[str] = field(default_factory=list)
    projects_gone: list[str] = field(default_factory=list)
    without_account: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_in_trouble(self) -> bool:
        """Whether a person should look at it."""
        return bool(not self.projects or self.quarantined or self.screens_changed or self.projects_gone)

    @property
    def found_something(self) -> bool:
        """Whether any row was added."""
        return bool(self.answers or self.edits)

    def count(self, rows: AnswerRows, last: Answer | None, coder: str) -> None:
        """Count one state of an answer."""
        answer = rows.answer
        self.answers += last is None
        self.edits += last is not None
        self.judgements += len(rows.judgements)
        self.attributes += len(rows.attributes)
        name = _COUNTERS[answer.state]
        setattr(self, name, getattr(self, name) + 1)
        self.edited_by_others += bool(answer.editor)
        self.mismatches += bool(coder) and answer.person != coder

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


_COUNTERS = {
    AnswerState.KEPT: "kept",
    AnswerState.SKIPPED: "skipped",
    AnswerState.QUARANTINED: "quarantined",
    AnswerState.DELETED: "deleted",
    AnswerState.TASK_GONE: "task_gone",
}
