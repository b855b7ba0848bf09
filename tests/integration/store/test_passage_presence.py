"""Which of some identifiers name a passage that is there."""

from __future__ import annotations

from careatlas.store import passage_presence
from careatlas.store.engine import Store


def test_only_passages_that_are_there_are_present(store: Store, keep, reading_of, synthetic_reading):
    item, old = synthetic_reading
    keep(store, item, old)
    new = reading_of(item, [["Other words."]], version="test-2")
    keep(store, item, new)
    asked = [one.passage_id for one in (*old.passages, *new.passages)] + ["px"] * 3
    with store.read() as connection:
        assert passage_presence.present(connection, asked) == {new.passages[0].passage_id}
        assert passage_presence.present(connection, []) == set()


def test_more_can_be_asked_for_than_one_query_holds(store: Store, keep, reading_of, synthetic_reading):
    item, _ = synthetic_reading
    reading = reading_of(item, [[f"Passage {number}." for number in range(30)]])
    keep(store, item, reading)
    asked = [f"p{number}" for number in range(1_200)] + [one.passage_id for one in reading.passages]
    with store.read() as connection:
        assert len(passage_presence.present(connection, asked)) == 30
