"""What is read of documents and what people say: replaced, added, and what counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from careatlas.document import Document
from careatlas.document_fact import DocumentCorrection, DocumentFact, FactName, FactSource
from careatlas.store import document_facts
from careatlas.store.engine import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def item(store: Store, keep, document_of) -> Document:
    made = document_of("plan.pdf", doc_type="bcf")
    keep(store, made)
    return made


def fact(item: Document, name: FactName, value: str, rank: int = 0, confidence: float = 0.8) -> DocumentFact:
    return DocumentFact(
        document_id=item.document_id,
        name=name,
        rank=rank,
        value=value,
        label=f"{value}!",
        confidence=confidence,
        why="title page",
    )


def said(item: Document, name: FactName, value: str, minutes: int = 0) -> DocumentCorrection:
    return DocumentCorrection(
        correction_id=f"e{minutes}",
        document_id=item.document_id,
        name=name,
        value=value,
        label=value,
        person="ann",
        made_at=NOON + timedelta(minutes=minutes),
    )


def known(store: Store, item: Document):
    with store.read() as connection:
        return document_facts.known(connection, item.document_id)[item.document_id]


def test_proposals_are_replaced_and_come_best_first(store: Store, item: Document) -> None:
    with store.write() as connection:
        document_facts.replace(connection, item.document_id, [fact(item, FactName.AREA, "old")])
        new = [fact(item, FactName.AREA, "E2", rank=1), fact(item, FactName.AREA, "E1")]
        document_facts.replace(connection, item.document_id, new)
    with store.read() as connection:
        assert document_facts.proposals(connection) == {item.document_id: new[::-1]}
        assert document_facts.proposals(connection, "another") == {}


def test_people_go_before_the_register_and_the_register_before_the_machine(store: Store, item: Document) -> None:
    with store.write() as connection:
        read = [fact(item, name, f"read {name}") for name in FactName]
        document_facts.replace(connection, item.document_id, read)
        document_facts.correct(connection, said(item, FactName.AREA, "E9"))
    sources = {name: one.source for name, one in known(store, item).items()}
    assert sources == {
        FactName.AREA: FactSource.CORRECTED,
        FactName.DOC_TYPE: FactSource.REGISTER,
        FactName.BODY: FactSource.READ,
        FactName.COVERS: FactSource.READ,
        FactName.PUBLISHED: FactSource.READ,
    }


def test_the_last_correction_counts_and_an_empty_one_takes_back(store: Store, item: Document) -> None:
    with store.write() as connection:
        for minutes, value in enumerate(["E1", "E2"]):
            document_facts.correct(connection, said(item, FactName.AREA, value, minutes))
    assert known(store, item)[FactName.AREA].value == "E2"
    with store.write() as connection:
        document_facts.correct(connection, said(item, FactName.AREA, "", 3))
    assert FactName.AREA not in known(store, item)
    with store.read() as connection:
        assert [one.value for one in document_facts.corrections(connection)[item.document_id]] == ["E1", "E2", ""]


def test_what_is_hardly_believed_is_not_known(store: Store, item: Document) -> None:
    with store.write() as connection:
        document_facts.replace(connection, item.document_id, [fact(item, FactName.BODY, "x", confidence=0.49)])
    assert FactName.BODY not in known(store, item)


def test_a_document_as_it_is_known(store: Store, item: Document) -> None:
    with store.write() as connection:
        read = [fact(item, FactName.AREA, "E08000003"), fact(item, FactName.PUBLISHED, "2024-05")]
        document_facts.replace(connection, item.document_id, read)
    found = document_facts.as_known(item, known(store, item))
    assert (found.area_code, found.area_name, found.published) == ("E08000003", "E08000003!", "2024-05")
    assert found.doc_type == "bcf"
