"""From a row of another tool's results to the rows that are kept: the answer itself, and what it says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from annotation.answer_judgements import NO_NOTE, AnswerRows, said_beside, said_of_codes
from annotation.coded_row import CodedRow
from annotation.drawn_sample import DrawnSample
from annotation.labelling_layout import NOTE
from annotation.outside_table import TableRow
from annotation.reviewing import Setting
from careatlas.answer import NO_PASSAGE, NO_TASK, Answer, AnswerState
from careatlas.codebook import Codebook
from careatlas.identifiers import AnswerId, CodebookId, answer_id
from careatlas.judgement import AttributeJudgement, Judgement
from careatlas.passage import Passage

SOURCE = "file"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContext:
    """What the rows of a file are read with.

    Attributes
    ----------
    place : str
        What the file is called in the store.
    drawn : DrawnSample or None
        The sample that the answers belong to.
    now : datetime
        Our time, with a zone.
    """

    place: str
    codebook: Codebook
    drawn: DrawnSample | None
    now: datetime


def row_content(context: FileContext, row: TableRow, said: CodedRow | None) -> str:
    """Return a row as it came and as it was read, as JSON text; the same row read alike gives the same text."""
    framework = [context.codebook.id, context.codebook.version, context.drawn.sample_id if context.drawn else ""]
    content = {"row": row.cells, "read": said.as_dict() if said else None, "framework": framework}
    return json.dumps(content, sort_keys=True)


def row_answer(
    context: FileContext, row: TableRow, said: CodedRow | None, passage: Passage | None, state: AnswerState, reason: str
) -> Answer:
    """Return a row as an answer, its identifier still open (:func:`with_identifier`)."""
    drawn = context.drawn
    person = said.person if said else NOBODY
    here = passage.passage_id if passage else NO_PASSAGE
    if drawn and passage and here not in drawn.chances:
        reason = "; ".join(filter(None, [reason, f"its passage is not of sample {drawn.sample_id}"]))
    return Answer(
        answer_id=AnswerId(""),
        source=SOURCE,
        place=context.place,
        key=str(row.number),
        task_key=drawn.tasks.get((here, person), NO_TASK) if drawn else NO_TASK,
        passage_id=here,
        codebook_id=CodebookId(context.codebook.id),
        codebook_version=context.codebook.version,
        person=person,
        made_at=(said.made_at if said else None) or context.now,
        seen_at=context.now,
        seconds=said.seconds if said else None,
        content=row_content(context, row, said),
        state=state,
        reason=reason,
    )


def with_identifier(answer: Answer, last: Answer | None) -> Answer:
    """Return an answer with the identifier that follows from what it says and from the state before it."""
    said = hashlib.sha256(f"{answer.state} {answer.reason} {answer.content}".encode()).hexdigest()
    name = answer_id(answer.source, answer.place, answer.key, said, last.answer_id if last else "")
    return replace(answer, answer_id=name)


def row_rows(context: FileContext, answer: Answer, said: CodedRow | None, passage: Passage | None) -> AnswerRows:
    """Return what is kept of an answer. Only one that can be read says anything."""
    if answer.state is not AnswerState.KEPT or said is None or passage is None:
        return AnswerRows(answer=answer, passage=passage)
    return AnswerRows(
        answer=answer,
        judgements=tuple(_judgements(context, answer, said)),
        attributes=tuple(_attributes(answer, said)),
        passage=passage,
    )


def _judgements(context: FileContext, answer: Answer, said: CodedRow) -> list[Judgement]:
    drawn = context.drawn
    chance = drawn.chances.get(answer.passage_id) if drawn else None
    setting = Setting(
        drawn_by=drawn.sample_id if drawn and chance is not None else SOURCE,
        inclusion_probability=chance,
        seconds=answer.seconds,
        answer_id=answer.answer_id,
    )
    return said_of_codes(answer, said.verdicts, None, setting)  # what was on that screen is not known


def _attributes(answer: Answer, said: CodedRow) -> list[AttributeJudgement]:
    given = [said_beside(answer, name, value) for name, value in said.attributes.items()]
    given += [said_beside(answer, NOTE, said.note)] if said.note else []
    return given or [said_beside(answer, *NO_NOTE)]
