"""Adjudication on each dialect: events are only ever added, and of two who decide at once one does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from annotation.adjudication import Ruling, Standing
from annotation.adjudication_record import comment, decide, lock, open_case, undo
from annotation.adjudication_rows import Act
from annotation.reviewing import Click, judged
from careatlas.adjudication_event import AdjudicationAction, AdjudicationEvent
from careatlas.codebook_file import shipped
from careatlas.errors import StoreError, UsageError
from careatlas.identifiers import Code, CodebookId, PassageId
from careatlas.judgement import Origin, Verdict
from careatlas.passage import Passage
from careatlas.store import adjudication_events, answers, attribute_judgements, judgements
from careatlas.store.engine import Store

BOOK = shipped("care-home-integration")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULING = Ruling(codes=frozenset({Code("discharge")}), attributes={"status": "planned"})


@pytest.fixture
def passage(store: Store, keep, synthetic_reading) -> Passage:
    """A passage on which ann and ben differ."""
    item, reading = synthetic_reading
    keep(store, item, reading)
    found = reading.passages[0]
    with store.write() as connection:
        for person, verdict in (("ann", Verdict.PRESENT), ("ben", Verdict.ABSENT)):
            click = Click(
                passage_id=found.passage_id,
                codebook_id=BOOK.id,
                codebook_version=BOOK.version,
                code=Code("discharge"),
                verdict=verdict,
                person=person,
            )
            judgements.append(connection, judged(click, None, NOON), found)
    return found


def event(name: str, minutes: int, action: AdjudicationAction, **changes: object) -> AdjudicationEvent:
    facts: dict[str, object] = {
        "event_id": name,
        "passage_id": PassageId("p1"),
        "codebook_id": CodebookId("book"),
        "codebook_version": "1.0.0",
        "person": "cat",
        "made_at": NOON + timedelta(minutes=minutes),
        "action": action,
    }
    return AdjudicationEvent(**{**facts, **changes})


def act(passage: Passage, person: str) -> Act:
    return Act(codebook=BOOK, passage_id=passage.passage_id, person=person, made_at=NOON + timedelta(hours=1))


def test_events_come_back_as_they_were_made_oldest_first(store: Store, hostile_texts):
    later = event("e1", 2, AdjudicationAction.UNLOCKED)
    first = event("e2", 1, AdjudicationAction.COMMENTED, note=" | ".join(hostile_texts), person=hostile_texts[5])
    other = event("e3", 1, AdjudicationAction.LOCKED, passage_id=PassageId("p2"))
    with store.write() as connection:
        for one in (later, first, other):
            adjudication_events.append(connection, one)
    with store.read() as connection:
        assert adjudication_events.of_passages(connection, ["p1"]) == [first, later]
        assert adjudication_events.of_passages(connection, []) == []
        assert adjudication_events.of_passages(connection, ["p1", "p2"])[1] == other


def test_the_same_event_cannot_be_added_twice(store: Store):
    with store.write() as connection:
        adjudication_events.append(connection, event("e1", 1, AdjudicationAction.LOCKED))
    with pytest.raises(StoreError, match="refused"), store.write() as connection:
        adjudication_events.append(connection, event("e1", 2, AdjudicationAction.UNLOCKED))


def test_the_latest_lock_or_unlock_counts_for_each_codebook():
    done = [event("e1", 1, AdjudicationAction.LOCKED), event("e2", 2, AdjudicationAction.COMMENTED)]
    other = event("e3", 3, AdjudicationAction.LOCKED, codebook_id=CodebookId("other"))
    assert adjudication_events.locked([*done, other]) == {("p1", "book"), ("p1", "other")}
    assert adjudication_events.locked([*done, other, event("e4", 4, AdjudicationAction.UNLOCKED)]) == {("p1", "other")}


def test_nothing_in_the_store_changes_an_event():
    public = {name for name in vars(adjudication_events) if not name.startswith("_")}
    assert not {name for name in public if name.startswith(("update", "delete", "replace", "remove"))}


def test_a_decision_is_kept_whole_and_taken_back(store: Store, passage: Passage):
    with store.read() as connection:
        seen = open_case(connection, BOOK, passage.passage_id)[1].seen
    decide(store, act(passage, "cat"), RULING, seen=seen)
    comment(store, act(passage, "dan"), "=HYPERLINK(1)")
    with store.read() as connection:
        found = open_case(connection, BOOK, passage.passage_id)[1]
        given = attribute_judgements.current(attribute_judgements.of_passages(connection, [passage.passage_id]))
        assert sum(answers.count(connection).values()) == 1
    assert (found.standing, found.decision.codes) == (Standing.DECIDED, {"discharge"})
    assert [(one.name, one.value) for one in given] == [("status", "planned")]
    undo(store, act(passage, "cat"))
    with store.read() as connection:
        assert open_case(connection, BOOK, passage.passage_id)[1].standing is Standing.OPEN


def at_once(*does: Callable[[], None]) -> list[str]:
    """Do several things at the same moment and return what went wrong."""
    start = Barrier(len(does))

    def one(does: Callable[[], None]) -> str:
        start.wait()
        try:
            does()
        except UsageError as error:
            return error.what
        return ""

    with ThreadPoolExecutor(len(does)) as pool:
        return list(pool.map(one, does))


def test_of_four_who_decide_at_the_same_moment_one_does(store: Store, passage: Passage):
    with store.read() as connection:
        seen = open_case(connection, BOOK, passage.passage_id)[1].seen
    people = ("cat", "dan", "eve", "fay")
    said = at_once(*(lambda person=person: decide(store, act(passage, person), RULING, seen=seen) for person in people))
    assert said.count("") == 1
    (winner,) = (person for person, words in zip(people, said, strict=True) if not words)
    assert {words for words in said if words} == {f"{winner} decided on this passage"}
    with store.read() as connection:
        rows = judgements.of_passages(connection, [passage.passage_id])
    assert {row.person for row in rows if row.origin is Origin.ADJUDICATED} == {winner}
    assert len(rows) == 2 + len(BOOK.codes)


def test_a_lock_and_an_undo_at_the_same_moment_do_not_both_happen(store: Store, passage: Passage):
    with store.read() as connection:
        seen = open_case(connection, BOOK, passage.passage_id)[1].seen
    decide(store, act(passage, "cat"), RULING, seen=seen)
    said = at_once(lambda: lock(store, act(passage, "dan")), lambda: undo(store, act(passage, "cat")))
    assert said.count("") == 1
    with store.read() as connection:
        standing = open_case(connection, BOOK, passage.passage_id)[1].standing
    assert standing is (Standing.LOCKED if said[0] == "" else Standing.OPEN)
