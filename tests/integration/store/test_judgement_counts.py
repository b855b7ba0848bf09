"""Judgements are counted by the passages that they are of now, superseded ones and every codebook included."""

from __future__ import annotations

from datetime import UTC, datetime

from annotation.reviewing import Click, judged
from careatlas.identifiers import Code, CodebookId
from careatlas.judgement import Verdict
from careatlas.passage import Passage
from careatlas.store import judgements, readings
from careatlas.store.engine import Store
from careatlas.store.judgement_counts import per_passage


def say(store: Store, passage: Passage, *minutes: int, codebook: str = "book") -> None:
    with store.write() as connection:
        for minute in minutes:
            click = Click(
                passage_id=passage.passage_id,
                codebook_id=CodebookId(codebook),
                codebook_version="1.0.0",
                code=Code("a"),
                verdict=Verdict.PRESENT,
                person="ann",
            )
            row = judged(click, None, datetime(2026, 3, 4, 12, minute, tzinfo=UTC))
            judgements.append(connection, row, passage)


def counts(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return per_passage(connection)


def test_every_judgement_counts_for_its_passage(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    assert counts(store) == {}
    first, second = reading.passages[:2]
    say(store, first, 1, 2)
    say(store, first, 3, codebook="other")
    say(store, second, 1)
    assert counts(store) == {first.passage_id: 3, second.passage_id: 1}


def test_counts_follow_passages_to_a_new_reading(store: Store, keep, synthetic_reading, reading_of):
    item, reading = synthetic_reading
    keep(store, item, reading)
    found, lost = reading.passages[:2]
    say(store, found, 1, 2)
    say(store, lost, 1)
    newer = reading_of(item, [["Something new.", found.text]], version="test-2")
    with store.write() as connection:
        readings.save(connection, item, newer)
    say(store, newer.passages[1], 3)
    assert counts(store) == {newer.passages[1].passage_id: 3}
