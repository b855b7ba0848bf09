"""Answers that are taken away where they were made: rows are added that say so, and nothing is removed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from annotation.answer_judgements import NO_NOTE, AnswerRows, said_beside
from annotation.observed_answer import TICK, state_digest
from careatlas.answer import NO_PASSAGE, Answer, AnswerState
from careatlas.errors import UsageError
from careatlas.identifiers import AnswerId, Code, answer_id, judgement_id
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.store import answers, attribute_judgements, judgements, passages
from careatlas.store.passage_hold import hold


def gone_rows(connection: Any, last: Answer, state: AnswerState, now: datetime) -> AnswerRows:
    """Return what is kept when an answer is not on the server any more.

    Parameters
    ----------
    last : Answer
        The state of it that was seen last.
    state : AnswerState
        ``DELETED``: what it said is withdrawn. ``TASK_GONE``: the whole task is gone, and what it said stands.
    now : datetime
        Our time: the server does not say when.
    """
    content = {"id": last.key, "gone": state}
    answer = replace(
        last,
        answer_id=answer_id(last.source, last.place, last.key, state_digest(content), last.answer_id),
        editor="",
        made_at=max(now, last.made_at + TICK),
        seen_at=now,
        seconds=None,
        shown_model_id=None,
        content=json.dumps(content),
        state=state,
        reason="the task was taken away on the server" if state is AnswerState.TASK_GONE else "deleted on the server",
    )
    passage = _passage(connection, last)
    if state is AnswerState.TASK_GONE or passage is None:
        return AnswerRows(answer=answer, passage=passage)
    return withdrawn(connection, replace(answer, passage_id=passage.passage_id), passage)


def withdrawn(connection: Any, answer: Answer, passage: Passage, person: str = "") -> AnswerRows:
    """Return an answer that says nothing any more, with what follows from that.

    What was in force before it, from other answers of the same people, is in force again: it is said once more.

    Parameters
    ----------
    person : str
        Whose statements are withdrawn; empty for everybody who spoke through this answer (its editors, too).
    """
    hold(connection, passage.passage_id)
    ids = [passage.passage_id]
    rows = [row for row in judgements.of_passages(connection, ids) if row.codebook_id == answer.codebook_id]
    beside = [row for row in attribute_judgements.of_passages(connection, ids) if row.codebook_id == answer.codebook_id]
    same = _states(connection, answer, rows)
    people = {row.person for row in rows if row.answer_id in same and person in ("", row.person)}
    said: list[Judgement] = []
    said_too: list[AttributeJudgement] = []
    for name in sorted(people):
        mine = [row for row in rows if row.person == name]
        latest = max([answer.made_at, *(row.made_at + TICK for row in mine)])
        said.append(_withdrawal(answer, mine, name, latest))
        rest = [row for row in mine if row.answer_id not in same]
        said += [_again(row, latest + TICK) for row in judgements.current(rest).values()]
        said_too.append(replace(said_beside(replace(answer, person=name, editor=""), *NO_NOTE), made_at=latest))
        rest_too = [row for row in beside if row.person == name and row.answer_id not in same]
        said_too += [_beside_again(row, latest + TICK) for row in attribute_judgements.current(rest_too)]
    return AnswerRows(answer=answer, judgements=tuple(said), attributes=tuple(said_too), passage=passage)


def _passage(connection: Any, last: Answer) -> Passage | None:
    try:
        return passages.get(connection, last.passage_id) if last.passage_id != NO_PASSAGE else None
    except UsageError:
        return None


def _states(connection: Any, answer: Answer, rows: list[Judgement]) -> set[AnswerId]:
    named = sorted({row.answer_id for row in rows if row.answer_id})
    where = (answer.source, answer.place, answer.key)
    found = answers.of_ids(connection, named).values()
    return {one.answer_id for one in found if (one.source, one.place, one.key) == where}


def _withdrawal(answer: Answer, rows: list[Judgement], person: str, made_at: datetime) -> Judgement:
    return Judgement(
        judgement_id=judgement_id(answer.answer_id, person, Verdict.WITHDRAWN),
        passage_id=answer.passage_id,
        codebook_id=answer.codebook_id,
        codebook_version=answer.codebook_version,
        code=Code(""),
        verdict=Verdict.WITHDRAWN,
        person=person,
        made_at=made_at,
        origin=Origin.MANUAL,
        drawn_by=rows[-1].drawn_by,
        inclusion_probability=rows[-1].inclusion_probability,
        answer_id=answer.answer_id,
    )


def _again(row: Judgement, made_at: datetime) -> Judgement:
    return replace(row, judgement_id=judgement_id(row.judgement_id, made_at.isoformat()), made_at=made_at)


def _beside_again(row: AttributeJudgement, made_at: datetime) -> AttributeJudgement:
    name = judgement_id(row.attribute_judgement_id, made_at.isoformat())
    return replace(row, attribute_judgement_id=name, made_at=made_at)
