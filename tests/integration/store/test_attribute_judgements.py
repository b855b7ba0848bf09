"""What people say beside the codes: added, never changed, and in force until the same person's next answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from careatlas.errors import StoreError
from careatlas.identifiers import judgement_id
from careatlas.judgement import AttributeJudgement
from careatlas.passage import Passage
from careatlas.store import attribute_judgements
from careatlas.store.engine import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def passage(store: Store, keep, synthetic_reading) -> Passage:
    item, reading = synthetic_reading
    keep(store, item, reading)
    return reading.passages[0]


def said(passage: Passage, **changes: object) -> AttributeJudgement:
    made = AttributeJudgement(
        attribute_judgement_id=judgement_id(*map(str, changes.items())),
        answer_id="a1",
        passage_id=passage.passage_id,
        codebook_id="care-home-integration",
        codebook_version="0.3.0",
        name="status",
        value="planned",
        person="ann",
        made_at=NOON,
    )
    return replace(made, **changes)


def add(store: Store, *items: AttributeJudgement) -> None:
    with store.write() as connection:
        attribute_judgements.append(connection, items)


def of(store: Store, *passages: Passage) -> list[AttributeJudgement]:
    with store.read() as connection:
        return attribute_judgements.of_passages(connection, [one.passage_id for one in passages])


def test_what_is_said_comes_back_as_it_was(store: Store, passage: Passage, hostile_texts):
    note = said(passage, name="note", value=" | ".join(hostile_texts), person=hostile_texts[5])
    span = said(passage, name="area", value="Greendale", char_start=3, char_end=12, made_at=NOON + timedelta(seconds=1))
    add(store, span, note)
    assert of(store, passage) == [note, span]
    assert of(store) == []


def test_the_next_answer_ends_what_the_last_one_said(store: Store, passage: Passage):
    first = [said(passage), said(passage, name="note", value="a note")]
    second = said(passage, answer_id="a2", name="setting", value="care home", made_at=NOON + timedelta(seconds=1))
    bob = said(passage, answer_id="b1", person="bob")
    book = said(passage, answer_id="c1", codebook_id="another")
    add(store, second, *first, bob, book)
    rows = of(store, passage)
    assert len(rows) == 5
    assert set(attribute_judgements.current(rows)) == {second, bob, book}
    assert set(attribute_judgements.current(reversed(rows))) == {second, bob, book}


def test_an_empty_value_says_that_nothing_stands_any_more(store: Store, passage: Passage):
    nothing = said(passage, answer_id="a2", name="note", value="", made_at=NOON + timedelta(microseconds=1))
    add(store, said(passage), nothing)
    assert attribute_judgements.current(of(store, passage)) == []


def test_the_same_row_is_refused(store: Store, passage: Passage):
    add(store, said(passage))
    with pytest.raises(StoreError, match="refused"):
        add(store, said(passage, name="setting"), replace(said(passage), value="in place"))
    assert of(store, passage) == [said(passage)]


def test_what_was_said_before_a_new_reading_is_about_the_passage_that_took_its_place(
    store: Store, keep, synthetic_reading, reading_of
):
    from careatlas.judgement import Judgement, Origin, Verdict
    from careatlas.store import judgements

    item, reading = synthetic_reading
    keep(store, item, reading)
    old = reading.passages[0]
    judged = Judgement(
        judgement_id="j1",
        passage_id=old.passage_id,
        codebook_id="care-home-integration",
        codebook_version="0.3.0",
        code="discharge",
        verdict=Verdict.PRESENT,
        person="ann",
        made_at=NOON,
        origin=Origin.MANUAL,
    )
    with store.write() as connection:
        judgements.append(connection, judged, old)
    add(store, said(old))
    texts = [[one.text for one in reading.passages if one.page == page] for page in (1, 2)]
    newer = reading_of(item, [*texts, []], version="test-2")
    keep(store, item, newer)
    (row,) = of(store, newer.passages[0])
    assert row == replace(said(old), passage_id=newer.passages[0].passage_id)


def test_the_count_grows_with_every_row(store: Store, passage: Passage) -> None:
    with store.write() as connection:
        assert attribute_judgements.count(connection) == 0
        attribute_judgements.append(connection, [said(passage), said(passage, value="", answer_id="a2")])
        assert attribute_judgements.count(connection) == 2
