"""What an import of answers from a file did, and how what it found is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from annotation.answer_judgements import AnswerRows
from careatlas.answer import Answer, AnswerState
from careatlas.store import answers, attribute_judgements, judgements

BATCH = 200  # answers of one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An answer in quarantine: what it is called in the file, and why it cannot be read."""

    key: str
    reason: str


@dataclass(slots=True, kw_only=True)
class FileImport:
    """What an import found. It is filled while the import goes on.

    Attributes
    ----------
    answers : int
        Answers in the file.
    known : int
        Answers that were there in this state already, from this file, an earlier one or a server.
    problems : list of Problem
        Of all answers in quarantine, those that were there already included.
    older : int
        Earlier states of answers of which a later one was there already. They are left out.
    kept, skipped, quarantined : int
        What became of the others.
    changed : int
        Answers among these that were there in another state, which is withdrawn.
    judgements : int
        Rows about codes that were added, those that say what is withdrawn included.
    dry_run : bool
        Whether nothing was kept.
    """

    file: str
    dry_run: bool
    answers: int = 0
    known: int = 0
    older: int = 0
    kept: int = 0
    skipped: int = 0
    quarantined: int = 0
    changed: int = 0
    judgements: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count_known(self, answer: Answer) -> None:
        """Count an answer that is there in this state already."""
        self.known += 1
        self._count_problem(answer)

    def keep(self, connection: Any, rows: AnswerRows) -> None:
        """Add what was made of one answer, and count it."""
        answer = rows.answer
        self.kept += answer.state is AnswerState.KEPT
        self.skipped += answer.state is AnswerState.SKIPPED
        self.quarantined += answer.state is AnswerState.QUARANTINED
        self.changed += answer.state is AnswerState.DELETED
        self.judgements += len(rows.judgements)
        self._count_problem(answer)
        if self.dry_run:
            return
        answers.append(connection, [answer])
        if rows.passage is not None:
            judgements.append_many(connection, rows.judgements, rows.passage)
        attribute_judgements.append(connection, rows.attributes)

    def _count_problem(self, answer: Answer) -> None:
        if answer.state is AnswerState.QUARANTINED:
            self.problems.append(Problem(key=answer.key, reason=answer.reason))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)
