"""Answers as they came: added, never changed, and the last state of each found by the order of arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from careatlas.answer import NO_PASSAGE, NO_TASK, Answer, AnswerState
from careatlas.errors import StoreError
from careatlas.identifiers import answer_id
from careatlas.store import answers
from careatlas.store.engine import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answer_of(key: str = "1", **changes: object) -> Answer:
    made = Answer(
        answer_id=answer_id(key, *map(str, changes.items())),
        source="label-studio",
        place="project 3 made 2026-03-01T09:00:00.000001+00:00",
        key=key,
        task_key="t1",
        passage_id="p1",
        codebook_id="care-home-integration",
        codebook_version="0.3.0",
        person="ann",
        made_at=NOON,
        seen_at=NOON + timedelta(seconds=30),
        content="{}",
        state=AnswerState.KEPT,
    )
    return replace(made, **changes)


def add(store: Store, *items: Answer) -> None:
    with store.write() as connection:
        answers.append(connection, items)


def test_an_answer_comes_back_as_it_was(store: Store, hostile_texts):
    full = answer_of(
        key=hostile_texts[0],
        person=hostile_texts[5],
        editor="bob",
        made_at=NOON.astimezone(timezone(timedelta(hours=5))),
        seconds=12.5,
        shown_model_id="m1",
        content='{"note": "\\u0000 and \\ud800"}',  # as JSON text it is plain
        state=AnswerState.QUARANTINED,
        reason=" | ".join(hostile_texts),
    )
    bare = answer_of(task_key=NO_TASK, passage_id=NO_PASSAGE)
    add(store, full, bare)
    with store.read() as connection:
        assert answers.listed(connection) == [full, bare]
        assert answers.of_ids(connection, [bare.answer_id, "unknown"]) == {bare.answer_id: bare}


def test_the_last_to_arrive_is_the_state_whatever_the_clocks_said(store: Store):
    first = answer_of(made_at=NOON + timedelta(days=1))
    second = answer_of(made_at=NOON - timedelta(days=1), state=AnswerState.DELETED)
    other = answer_of("2")
    elsewhere = answer_of(place="project 4 made at another time")
    add(store, first, other)
    add(store, elsewhere, second)
    with store.read() as connection:
        assert answers.latest(connection, first.source, first.place) == {"1": second, "2": other}
        assert answers.latest(connection, "file", first.place) == {}
        assert answers.newest(connection, AnswerState.KEPT) == [other, elsewhere]
        assert answers.newest(connection, AnswerState.DELETED) == [second]
        assert answers.count(connection) == {AnswerState.KEPT: 3, AnswerState.DELETED: 1}


def test_answers_are_listed_by_state_and_person(store: Store):
    kept, held = answer_of("1"), answer_of("2", state=AnswerState.QUARANTINED, person="bob")
    add(store, kept, held)
    with store.read() as connection:
        assert answers.listed(connection, states=[AnswerState.QUARANTINED]) == [held]
        assert answers.listed(connection, person="ann") == [kept]
        assert answers.listed(connection, states=[AnswerState.QUARANTINED], person="ann") == []


def test_the_same_state_is_refused_and_with_it_all_that_came_along(store: Store):
    add(store, answer_of("1"))
    with pytest.raises(StoreError, match="refused"):
        add(store, answer_of("2"), answer_of("1"))
    with store.read() as connection:
        assert [one.key for one in answers.listed(connection)] == ["1"]


def test_more_than_a_query_holds_are_found(store: Store):
    many = [answer_of(str(number)) for number in range(1_001)]
    add(store, *many)
    with store.read() as connection:
        assert len(answers.of_ids(connection, [one.answer_id for one in many])) == 1_001


def test_nothing_to_add_adds_nothing(store: Store):
    add(store)
    with store.read() as connection:
        assert answers.listed(connection) == []


def test_a_time_without_a_zone_is_refused(store: Store):
    with pytest.raises(StoreError, match="made_at has no time zone"):
        add(store, answer_of(made_at=NOON.replace(tzinfo=None)))
