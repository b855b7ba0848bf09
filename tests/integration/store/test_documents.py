"""Documents in the store, on every dialect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careatlas.document import DocumentOutcome
from careatlas.errors import StoreError, UsageError
from careatlas.identifiers import Sha256
from careatlas.store import documents, readings
from careatlas.store.documents import DocumentFilter
from careatlas.store.engine import Store


@pytest.fixture
def shelf(store: Store, document_of, keep) -> Store:
    """A store with four plans of three areas."""
    bolton = {"area_code": "E08000001", "area_name": "Bolton"}
    for item in (
        document_of("b.pdf", title="Better Care Fund", doc_type="bcf", published="2023-04-01", **bolton),
        document_of("a.pdf", title="Market 100%_position", doc_type="msps", published="2023", **bolton),
        document_of("w.pdf", area_code="E08000010", area_name="Wigan", doc_type="bcf", published="2021-12"),
        document_of("x.pdf"),
    ):
        keep(store, item)
    return store


def names(store: Store, **which: str) -> list[str]:
    with store.read() as connection:
        found = documents.listed(connection, DocumentFilter(**which))
        assert documents.count(connection, DocumentFilter(**which)) == len(found)
    return [item.name for item in found]


def test_a_document_comes_back_as_it_was_added(store: Store, keep, hostile_reading):
    item, _ = hostile_reading
    keep(store, item)
    with store.read() as connection:
        assert documents.get(connection, item.document_id) == item
        assert documents.paths(connection, item.document_id) == [f"/plans/{item.name}"]


@pytest.mark.parametrize("identifier", ["", "d", "%", "d' OR '1'='1"])
def test_a_document_that_is_not_there_is_an_error_of_use(shelf: Store, identifier: str):
    with shelf.read() as connection, pytest.raises(UsageError, match="there is no document"):
        documents.get(connection, identifier)


def test_the_same_content_again_is_known_and_every_path_is_kept(store: Store, document_of):
    item = document_of("a.pdf", content="same")
    with store.write() as connection:
        assert documents.add(connection, item, "/one/a.pdf")
        assert not documents.add(connection, item, "/two/b.pdf")
        assert not documents.add(connection, item, "/one/a.pdf")
    with store.read() as connection:
        assert documents.count(connection) == 1
        assert documents.paths(connection, item.document_id) == ["/one/a.pdf", "/two/b.pdf"]


def test_facts_given_anew_are_taken_and_empty_ones_erase_nothing(store: Store, document_of, keep):
    item = document_of("a.pdf", area_name="Bolton", published="2022")
    keep(store, item)
    keep(store, replace(item, area_name="", published="2023", doc_type="bcf"))
    with store.read() as connection:
        found = documents.get(connection, item.document_id)
    assert (found.area_name, found.published, found.doc_type) == ("Bolton", "2023", "bcf")


def test_adding_again_keeps_what_was_read(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    keep(store, item)
    with store.read() as connection:
        found = documents.get(connection, item.document_id)
        assert len(readings.pages(connection, item.document_id)) == 3
    assert (found.outcome, found.page_count, found.passage_count, found.ocr_page_count) == ("ok", 3, 4, 1)


def test_two_documents_cannot_have_one_content(store: Store, document_of):
    item = document_of()
    other = replace(document_of("other.pdf"), sha256=item.sha256)
    with store.write() as connection:
        documents.add(connection, item, "/a")
    with pytest.raises(StoreError, match="refused") as caught, store.write() as connection:
        documents.add(connection, other, "/b")
    assert caught.value.exit_code == 5
    assert names(store) == [item.name]


def test_documents_are_listed_by_area_date_and_name(shelf: Store):
    assert names(shelf) == ["x.pdf", "a.pdf", "b.pdf", "w.pdf"]
    with shelf.read() as connection:
        pages = [documents.listed(connection, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [[item.name for item in page] for page in pages] == [["x.pdf", "a.pdf", "b.pdf"], ["w.pdf"], []]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ({"words": "better"}, ["b.pdf"]),
        ({"words": "BOLT fund"}, ["b.pdf"]),
        ({"words": "bolton wigan"}, []),
        ({"words": ".pdf"}, ["x.pdf", "a.pdf", "b.pdf", "w.pdf"]),
        ({"words": "100%"}, ["a.pdf"]),
        ({"words": "%"}, ["a.pdf"]),
        ({"words": "_"}, ["a.pdf"]),
        ({"words": "'"}, []),
        ({"area_code": "E08000001"}, ["a.pdf", "b.pdf"]),
        ({"doc_type": "bcf", "year": "2021"}, ["w.pdf"]),
        ({"year": "2023"}, ["a.pdf", "b.pdf"]),
        ({"year": "%"}, []),
        ({"outcome": "waiting", "words": "w."}, ["w.pdf"]),
        ({"outcome": "ok"}, []),
    ],
)
def test_filters_narrow_and_signs_of_sql_are_only_signs(shelf: Store, which: dict[str, str], found: list[str]):
    assert names(shelf, **which) == found


def test_the_values_to_filter_by_are_those_there_are(shelf: Store):
    with shelf.read() as connection:
        facets = documents.facets(connection)
    assert facets.areas == (("E08000001", "Bolton"), ("E08000010", "Wigan"))
    assert facets.doc_types == ("bcf", "msps")
    assert facets.years == ("2021", "2023")
    assert facets.outcomes == ("waiting",)


def test_an_empty_store_has_nothing_to_list(store: Store):
    with store.read() as connection:
        assert documents.listed(connection) == documents.totals(connection) == []
        assert documents.facets(connection) == documents.DocumentFacets(areas=(), doc_types=(), years=(), outcomes=())


def test_totals_are_by_outcome(shelf: Store, document_of, reading_of):
    item = document_of("x.pdf")
    with shelf.write() as connection:
        readings.save(connection, item, reading_of(item, [["one", "two"], []]))
        readings.fail(connection, document_of("w.pdf").document_id, DocumentOutcome.ENCRYPTED, "it has a password")
    with shelf.read() as connection:
        rows = {row.outcome: row for row in documents.totals(connection)}
    assert list(rows) == ["encrypted", "ok", "waiting"]
    assert (rows["ok"].documents, rows["ok"].pages, rows["ok"].ocr_pages, rows["ok"].passages) == (1, 2, 1, 2)
    assert (rows["waiting"].documents, rows["waiting"].pages) == (2, 0)


def test_a_document_is_what_it_says_and_has_its_types(shelf: Store):
    with shelf.read() as connection:
        for item in documents.listed(connection):
            assert item.outcome is DocumentOutcome.WAITING
            assert len(Sha256(item.sha256)) == 64
            assert item.shown_title == (item.title or item.name)
