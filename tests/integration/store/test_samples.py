"""Samples are kept whole or not at all, come back as they were drawn, and are never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from careatlas.errors import StoreError, UsageError
from careatlas.identifiers import CodebookId, ModelId, PassageId, SampleId, task_key
from careatlas.passage import Passage
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import readings, samples
from careatlas.store.engine import Store

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def passages(store: Store, keep, synthetic_reading) -> tuple[Passage, ...]:
    item, reading = synthetic_reading
    keep(store, item, reading)
    return reading.passages


def drawing(**changes: object) -> Sample:
    made = Sample(
        sample_id=SampleId("first"),
        codebook_id=CodebookId("care-home-integration"),
        codebook_version="0.3.0",
        model_id=ModelId("m1"),
        seed=7,
        made_at=NOON,
        population=4,
        design={"size": 2, "parts": [{"part": "random", "share": 0.5, "strata": []}], "expected": 1.9999999999999998},
    )
    return replace(made, **changes)


def passage_drawn(item: Passage, sample_id: str = "first", chance: float = 0.1 + 0.2) -> tuple[SampledPassage, Passage]:
    row = SampledPassage(
        sample_id=SampleId(sample_id), passage_id=item.passage_id, stratum="E1 / plan", inclusion_probability=chance
    )
    return row, item


def reading_asked(passage_id: str, coder: str, position: int, **changes: object) -> Assignment:
    made = Assignment(
        task_key=task_key("first", passage_id, coder, 0),
        sample_id=SampleId("first"),
        passage_id=PassageId(passage_id),
        coder=coder,
        blind=False,
        repeat=0,
        position=position,
    )
    return replace(made, **changes)


def add(store: Store, item: Sample, drawn=(), asked=()) -> None:
    with store.write() as connection:
        samples.add(connection, item, drawn, asked)


def test_a_sample_comes_back_as_it_was_drawn(store: Store, passages, hostile_texts):
    east = timezone(timedelta(hours=5))
    item = drawing(model_id=None, made_at=NOON.astimezone(east), design={"coders": list(hostile_texts), "none": None})
    rows = [
        reading_asked(passages[0].passage_id, hostile_texts[1], 0, blind=True),
        reading_asked(passages[1].passage_id, hostile_texts[1], 1),
    ]
    add(store, item, [passage_drawn(passages[0]), passage_drawn(passages[1], chance=1.0)], rows)
    with store.read() as connection:
        assert samples.get(connection, "first") == samples.get(connection, "") == item
        drawn = samples.passages_of(connection, "first")
        assert samples.assignments_of(connection, "first") == rows
    assert {one.passage_id: one.inclusion_probability for one in drawn} == {
        passages[0].passage_id: 0.1 + 0.2,
        passages[1].passage_id: 1.0,
    }
    assert {one.stratum for one in drawn} == {"E1 / plan"}


def test_the_words_and_the_place_are_kept_as_they_were_drawn(store: Store, passages):
    add(store, drawing(), [passage_drawn(passages[1])])
    with store.read() as connection:
        row = connection.execute(text("SELECT document_id, page, text, boxes FROM sampled_passage")).one()
    assert tuple(row)[:3] == (passages[1].document_id, 1, passages[1].text)
    assert row.boxes.startswith("[[72.0,114.0,")


def test_a_name_is_used_once(store: Store, passages):
    add(store, drawing(), [passage_drawn(passages[0])])
    with pytest.raises(UsageError, match="a sample 'first' already"):
        add(store, drawing(seed=8), [passage_drawn(passages[1])])
    with store.read() as connection:
        assert samples.get(connection, "first").seed == 7
        assert [one.passage_id for one in samples.passages_of(connection, "first")] == [passages[0].passage_id]


def test_what_cannot_be_kept_whole_is_not_kept_at_all(store: Store, passages):
    twice = reading_asked(passages[0].passage_id, "ana", 0)
    with pytest.raises(StoreError, match="refused"):
        add(store, drawing(), [passage_drawn(passages[0])], [twice, twice])
    with store.read() as connection:
        assert samples.listed(connection) == []
        assert samples.passages_of(connection, "first") == samples.assignments_of(connection, "first") == []


def test_a_reading_is_asked_for_once(store: Store, passages):
    asked = reading_asked(passages[0].passage_id, "ana", 0)
    add(store, drawing(), [passage_drawn(passages[0])], [asked])
    with pytest.raises(StoreError, match="refused"), store.write() as connection:
        samples.assign(connection, [replace(asked, position=5)])
    with store.write() as connection:
        samples.assign(connection, [])
    with store.read() as connection:
        assert samples.assignments_of(connection, "first") == [asked]


def test_a_reading_belongs_to_a_sample(store: Store, passages):
    with pytest.raises(StoreError, match="refused"), store.write() as connection:
        samples.assign(connection, [reading_asked(passages[0].passage_id, "ana", 0)])


def test_readings_come_in_the_order_of_work(store: Store, passages):
    names = [one.passage_id for one in passages]
    rows = [
        reading_asked(names[2], "ben", 0),
        reading_asked(names[3], "ana", 1),
        reading_asked(names[0], "ana", 10),
        reading_asked(names[1], "ana", 2),
    ]
    add(store, drawing(), [passage_drawn(one) for one in passages], rows)
    again = reading_asked(names[3], "ana", 11, repeat=1, blind=True, task_key=task_key("first", names[3], "ana", 1))
    with store.write() as connection:
        samples.assign(connection, [again])
    with store.read() as connection:
        found = samples.assignments_of(connection, "first")
        assert [(row.coder, row.position) for row in found] == [
            ("ana", 1),
            ("ana", 2),
            ("ana", 10),
            ("ana", 11),
            ("ben", 0),
        ]
        assert samples.assignments_of(connection, "first", "ben") == [rows[0]]
        assert samples.assignments_of(connection, "first", "cat") == []
        by_key = samples.assignments_by_key(connection, [again.task_key, rows[0].task_key, "tnowhere"])
    assert by_key == {again.task_key: again, rows[0].task_key: rows[0]}


def test_any_number_of_keys_can_be_asked_for(store: Store, passages):
    asked = reading_asked(passages[0].passage_id, "ana", 0)
    add(store, drawing(), [passage_drawn(passages[0])], [asked])
    with store.read() as connection:
        keys = [f"t{number}" for number in range(1_200)]
        assert list(samples.assignments_by_key(connection, [*keys, asked.task_key])) == [asked.task_key]
        assert samples.assignments_by_key(connection, []) == {}


def test_samples_are_listed_from_the_oldest_and_found_by_name(store: Store):
    with store.read() as connection, pytest.raises(UsageError, match="no sample was drawn yet") as nothing:
        samples.get(connection, "")
    assert "careatlas annotate plan" in nothing.value.mend
    add(store, drawing(sample_id=SampleId("later"), made_at=NOON + timedelta(microseconds=1)))
    add(store, drawing(sample_id=SampleId("x"), made_at=NOON.astimezone(timezone(timedelta(hours=-9)))))
    with store.read() as connection:
        assert [one.sample_id for one in samples.listed(connection)] == ["x", "later"]
        assert samples.get(connection, "later").sample_id == "later"
        with pytest.raises(UsageError, match="several samples: x, later"):
            samples.get(connection, "")
        with pytest.raises(UsageError, match="no sample 'first'") as unknown:
            samples.get(connection, "first")
    assert unknown.value.mend == "one of: x, later"


def test_a_time_without_a_zone_is_refused(store: Store):
    with pytest.raises(StoreError, match="no time zone"):
        add(store, drawing(made_at=datetime(2026, 3, 1)))  # noqa: DTZ001
    with store.read() as connection:
        assert samples.listed(connection) == []


def test_drawn_passages_outlive_a_new_reading(store: Store, passages, synthetic_reading, reading_of):
    add(store, drawing(), [passage_drawn(passages[0])], [reading_asked(passages[0].passage_id, "ana", 0)])
    item = synthetic_reading[0]
    with store.write() as connection:
        readings.save(connection, item, reading_of(item, [["Something else."]], version="test-2"))
    with store.read() as connection:
        assert [one.passage_id for one in samples.passages_of(connection, "first")] == [passages[0].passage_id]
        assert len(samples.assignments_of(connection, "first")) == 1


def test_nothing_in_the_store_changes_a_sample():
    public = {name for name in vars(samples) if not name.startswith("_")}
    assert not {name for name in public if name.startswith(("update", "delete", "replace", "remove"))}
