"""The cache of embeddings in the store: kept by passage and key, gone with its passage."""

from __future__ import annotations

import pytest

from careatlas.identifiers import PassageId
from careatlas.passage import Passage
from careatlas.store import embeddings
from careatlas.store.engine import Store

KEY = "digest-1-int8-text"


@pytest.fixture
def passages(store: Store, keep, document_of, reading_of) -> list[Passage]:
    item = document_of("plan.pdf")
    reading = reading_of(item, [["one", "two"], ["three"]])
    keep(store, item, reading)
    return list(reading.passages)


def put(store: Store, vectors: dict[PassageId, bytes], key: str = KEY) -> None:
    with store.write() as connection:
        embeddings.put_many(connection, key, vectors)


def get(store: Store, passage_ids: list[str], key: str = KEY) -> dict[PassageId, bytes]:
    with store.read() as connection:
        return embeddings.get_many(connection, key, passage_ids)


def test_vectors_come_back_byte_for_byte_under_their_key(store, passages):
    first, second, third = (item.passage_id for item in passages)
    put(store, {first: b"\x00\x01\xff", second: b""})
    put(store, {first: b"other"}, "another-key")
    assert get(store, [first, second, third, "pnowhere"]) == {first: b"\x00\x01\xff", second: b""}
    assert get(store, [first], "another-key") == {first: b"other"}
    assert get(store, [first], "no-key") == {}
    assert get(store, []) == {}


def test_a_vector_that_was_there_is_replaced(store, passages):
    name = passages[0].passage_id
    put(store, {name: b"old"})
    put(store, {name: b"new", passages[1].passage_id: b"first"})
    assert get(store, [name, passages[1].passage_id]) == {name: b"new", passages[1].passage_id: b"first"}


def test_a_vector_of_a_passage_that_is_not_there_is_left_out(store, passages):
    gone = PassageId("pgone")
    put(store, {gone: b"x", passages[0].passage_id: b"y"})
    assert get(store, [gone, passages[0].passage_id]) == {passages[0].passage_id: b"y"}


def test_a_new_reading_takes_the_vectors_of_the_old_along(store, passages, keep, document_of, reading_of):
    put(store, {item.passage_id: b"v" for item in passages})
    item = document_of("plan.pdf")
    keep(store, item, reading_of(item, [["one"]], version="test-2"))
    assert get(store, [one.passage_id for one in passages]) == {}


def test_more_than_one_statement_takes(store, keep, document_of, reading_of):
    item = document_of("long.pdf")
    reading = reading_of(item, [[f"words {number}" for number in range(1_100)]])
    keep(store, item, reading)
    vectors = {one.passage_id: str(number).encode() for number, one in enumerate(reading.passages)}
    put(store, vectors)
    assert get(store, list(vectors)) == vectors


def test_only_the_vectors_of_one_key_are_forgotten(store, passages):
    name = passages[0].passage_id
    put(store, {name: b"a"})
    put(store, {name: b"b"}, "another-key")
    with store.write() as connection:
        assert embeddings.forget(connection, KEY) == 1
    assert get(store, [name]) == {}
    assert get(store, [name], "another-key") == {name: b"b"}


def test_the_keys_of_a_passage_s_vectors(store: Store, passages):
    with store.write() as connection:
        embeddings.put_many(connection, "b-text", {passages[0].passage_id: b"1", passages[1].passage_id: b"2"})
        embeddings.put_many(connection, "a-text", {passages[0].passage_id: b"3"})
    with store.read() as connection:
        assert embeddings.keys_of(connection, passages[0].passage_id) == ["a-text", "b-text"]
        assert embeddings.keys_of(connection, passages[2].passage_id) == []
