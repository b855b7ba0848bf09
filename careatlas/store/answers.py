"""People's answers in the store, as they came: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from careatlas.answer import Answer, AnswerState
from careatlas.identifiers import AnswerId, CodebookId, ModelId, PassageId, TaskKey
from careatlas.store.rows import row_of
from careatlas.store.schema import answer

_COLUMNS = [column for column in answer.c if column.name != "answer_number"]
_BATCH = 500  # values of one query: databases bound them


def append(connection: Connection, items: Iterable[Answer]) -> None:
    """Add answers in the order given. A state that is there already is refused by its identifier."""
    rows = [row_of(item) for item in items]
    if rows:
        connection.execute(insert(answer), rows)


def latest(connection: Connection, source: str, place: str) -> dict[str, Answer]:
    """Return the last observed state of each answer of one place, by its key there."""
    newest = (
        select(func.max(answer.c.answer_number).label("number"))
        .where(answer.c.source == source, answer.c.place == place)
        .group_by(answer.c.key)
        .subquery()
    )
    query = select(*_COLUMNS).join(newest, newest.c.number == answer.c.answer_number)
    return {item.key: item for item in _answers(connection, query)}


def of_ids(connection: Connection, answer_ids: Sequence[str]) -> dict[AnswerId, Answer]:
    """Return answers by their identifiers."""
    found: dict[AnswerId, Answer] = {}
    for start in range(0, len(answer_ids), _BATCH):
        query = select(*_COLUMNS).where(answer.c.answer_id.in_(answer_ids[start : start + _BATCH]))
        found |= {item.answer_id: item for item in _answers(connection, query)}
    return found


def listed(connection: Connection, *, states: Sequence[AnswerState] = (), person: str = "") -> list[Answer]:
    """Return answers in the order in which they arrived; empty filters do not filter."""
    query = select(*_COLUMNS).order_by(answer.c.answer_number)
    if states:
        query = query.where(answer.c.state.in_(states))
    if person:
        query = query.where(answer.c.person == person)
    return _answers(connection, query)


def newest(connection: Connection, state: AnswerState) -> list[Answer]:
    """Return the answers whose last state is this one, in the order in which they arrived.

    Of those in quarantine, the ones that were mended since are not among them.
    """
    keys = (answer.c.source, answer.c.place, answer.c.key)
    last = select(func.max(answer.c.answer_number).label("number")).group_by(*keys).subquery()
    query = select(*_COLUMNS).join(last, last.c.number == answer.c.answer_number)
    return _answers(connection, query.where(answer.c.state == state).order_by(answer.c.answer_number))


def count(connection: Connection) -> dict[AnswerState, int]:
    """Return how many rows there are of each state, earlier states of the same answer included."""
    query = select(answer.c.state, func.count()).group_by(answer.c.state)
    return {AnswerState(state): int(number) for state, number in connection.execute(query)}


def _answers(connection: Connection, query: Any) -> list[Answer]:
    return [_answer(dict(row)) for row in connection.execute(query).mappings()]


def _answer(values: dict[str, Any]) -> Answer:
    return Answer(
        **{
            **values,
            "answer_id": AnswerId(values["answer_id"]),
            "task_key": TaskKey(values["task_key"]),
            "passage_id": PassageId(values["passage_id"]),
            "codebook_id": CodebookId(values["codebook_id"]),
            "shown_model_id": ModelId(values["shown_model_id"]) if values["shown_model_id"] else None,
            "made_at": datetime.fromisoformat(values["made_at"]),
            "seen_at": datetime.fromisoformat(values["seen_at"]),
            "state": AnswerState(values["state"]),
        }
    )
