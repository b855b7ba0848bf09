"""What the documents page lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from careatlas.document import Document
from careatlas.project import Project
from careatlas.store import documents
from careatlas.store.documents import DocumentFacets, DocumentFilter
from streamlit_app.rowtable import Cell, Link

PER_PAGE = 50
HEADER = ("Document", "Area", "Type", "Published", "Outcome", "Pages", "Need OCR", "Passages", "Reason")
_FACTS = ("document_id", "name", "title", "area_code", "area_name", "doc_type", "published", "url", "outcome", "reason")
_COUNTS = {"pages": "page_count", "pages_need_ocr": "ocr_page_count", "passages": "passage_count"}
CSV_HEADER = (*_FACTS, *_COUNTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """One page of the list: its documents, how many there are in all, and which page of how many it is."""

    items: tuple[Document, ...]
    total: int
    number: int
    pages: int


def facets_of(project: Project) -> DocumentFacets:
    """Return the values that documents can be filtered by."""
    with project.store.read() as connection:
        return documents.facets(connection)


def document_count(project: Project, which: DocumentFilter) -> int:
    """Return how many documents pass a filter."""
    with project.store.read() as connection:
        return documents.count(connection, which)


def document_page(project: Project, which: DocumentFilter, number: int, total: int) -> DocumentPage:
    """Return page ``number`` (1 for the first) of the documents that pass a filter, or the last if there are fewer."""
    pages = page_count(total)
    number = min(max(number, 1), pages)
    with project.store.read() as connection:
        items = documents.listed(connection, which, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return DocumentPage(items=tuple(items), total=total, number=number, pages=pages)


def page_count(total: int) -> int:
    """Return how many pages ``total`` rows fill, at least 1."""
    return max(1, -(-total // PER_PAGE))


def all_documents(project: Project, which: DocumentFilter) -> list[Document]:
    """Return every document that passes a filter."""
    with project.store.read() as connection:
        return documents.listed(connection, which)


def cells(item: Document) -> list[Cell]:
    """Return a document as the cells of the table, with a link to its first page."""
    link = Link(text=item.shown_title, page="evidence", query={"document": item.document_id})
    facts = (item.area_name, item.doc_type, item.published, item.outcome.value)
    return [link, *facts, item.page_count, item.ocr_page_count, item.passage_count, item.reason]


def csv_cells(item: Document) -> list[str | int | float | None]:
    """Return a document as the cells of the CSV file."""
    facts = [str(getattr(item, name)) for name in _FACTS]
    return [*facts, *(int(getattr(item, name)) for name in _COUNTS.values())]


def unknown_values(asked: Iterable[tuple[str, str]], known: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return the filters of a link whose value is not in this project.

    Streamlit drops such a value without a word; the reader of a stale link must be told.
    """
    return [(name, value) for name, value in asked if name in known and value and value not in known[name]]
