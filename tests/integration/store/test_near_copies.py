"""Copies in the store: made anew as a whole, gone with what they are about."""

from __future__ import annotations

import pytest

from careatlas.near_copy import Boilerplate, DocumentCopy
from careatlas.store import near_copies
from careatlas.store.engine import Store


@pytest.fixture
def readings(store: Store, keep, document_of, reading_of):
    made = []
    for name in ("a.pdf", "b.pdf"):
        item = document_of(name)
        made.append((item, reading_of(item, [["Words of a template.", f"Words of {name}."]])))
        keep(store, *made[-1])
    return made


def copies_of(readings) -> tuple[list[DocumentCopy], list[Boilerplate]]:
    (first, one), (second, other) = readings
    copies = [DocumentCopy(document_id=second.document_id, copy_of=first.document_id, similarity=0.9)]
    shared = [
        Boilerplate(
            passage_id=reading.passages[0].passage_id,
            document_id=item.document_id,
            group="g",
            document_count=2,
            area_count=3,
        )
        for item, reading in ((first, one), (second, other))
    ]
    return copies, shared


def test_copies_are_kept_in_place_of_those_before(store: Store, readings) -> None:
    copies, shared = copies_of(readings)
    with store.write() as connection:
        near_copies.replace(connection, copies, shared)
        near_copies.replace(connection, copies, shared[:1])
    with store.read() as connection:
        assert near_copies.documents(connection) == {copies[0].document_id: copies[0]}
        assert near_copies.passages(connection) == {shared[0].passage_id: shared[0]}
        assert near_copies.passages(connection, shared[1].document_id) == {}
    with store.write() as connection:
        near_copies.replace(connection, (), ())
    with store.read() as connection:
        assert near_copies.documents(connection) == near_copies.passages(connection) == {}


def test_a_new_reading_takes_its_boilerplate_along(store: Store, readings, keep, reading_of) -> None:
    copies, shared = copies_of(readings)
    with store.write() as connection:
        near_copies.replace(connection, copies, shared)
    item = readings[0][0]
    keep(store, item, reading_of(item, [["Other words."]], version="test-2"))
    with store.read() as connection:
        assert set(near_copies.passages(connection)) == {shared[1].passage_id}
        assert set(near_copies.documents(connection)) == {copies[0].document_id}
