"""Documents in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from careatlas.document import Document, DocumentOutcome
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import AreaCode, DocumentId, Sha256
from careatlas.store.schema import document, document_source

_COLUMNS = [column for column in document.c if column.name != "added_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """Which documents to list; an empty field does not filter. ``words`` look into title, name and area."""

    words: str = ""
    area_code: str = ""
    doc_type: str = ""
    outcome: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacets:
    """The values there are to filter by: areas as (code, name), types, years and outcomes."""

    areas: tuple[tuple[str, str], ...]
    doc_types: tuple[str, ...]
    years: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeTotal:
    """How many documents ended so, with the pages, pages that need OCR, and passages that they have."""

    outcome: DocumentOutcome
    documents: int
    pages: int
    ocr_pages: int
    passages: int


def add(connection: Connection, item: Document, path: str) -> bool:
    """Keep a document and the path it came from; return whether its content is new.

    A document that is already there keeps what was read of it; facts given now replace those known, but for empty ones.

    Raises
    ------
    InputError
        If the document is known for another area: a row holds one area, and neither may be lost silently.
    """
    known = connection.execute(select(document).where(document.c.document_id == item.document_id)).first()
    if known is not None and known.area_code and item.area_code and known.area_code != item.area_code:
        raise InputError(
            f"it is there already for area {known.area_code}, and is now given for {item.area_code}:"
            " one plan for several areas is not supported yet; if the first was wrong, correct it with"
            f" careatlas facts correct {item.document_id} --area {item.area_code}",
            where=path,
        )
    if known is None:
        connection.execute(insert(document).values(**asdict(item), added_at=datetime.now(UTC).isoformat()))
    else:
        facts = ("title", "area_code", "area_name", "doc_type", "published", "url")
        changed = {name: getattr(item, name) for name in facts if getattr(item, name)}
        if changed:
            connection.execute(update(document).where(document.c.document_id == item.document_id).values(**changed))
    where = (document_source.c.document_id == item.document_id, document_source.c.path == path)
    if connection.execute(select(document_source.c.path).where(*where)).first() is None:
        connection.execute(insert(document_source).values(document_id=item.document_id, path=path))
    return known is None


def get(connection: Connection, document_id: str) -> Document:
    """Return a document by its identifier.

    Raises
    ------
    UsageError
        If there is none.
    """
    row = connection.execute(select(*_COLUMNS).where(document.c.document_id == document_id)).first()
    if row is None:
        raise UsageError(f"there is no document {document_id!r}", mend="careatlas documents lists those there are")
    return _document(row)


def listed(
    connection: Connection, which: DocumentFilter | None = None, *, limit: int = 1_000_000, offset: int = 0
) -> list[Document]:
    """Return the documents that pass a filter, by area, date and name."""
    order = (document.c.area_name, document.c.published, document.c.name, document.c.document_id)
    query = (
        select(*_COLUMNS).where(*_conditions(which or DocumentFilter())).order_by(*order).limit(limit).offset(offset)
    )
    return [_document(row) for row in connection.execute(query)]


def count(connection: Connection, which: DocumentFilter | None = None) -> int:
    """Return how many documents pass a filter."""
    query = select(func.count()).select_from(document).where(*_conditions(which or DocumentFilter()))
    return int(connection.execute(query).scalar_one())


def totals(connection: Connection) -> list[OutcomeTotal]:
    """Return what there is, one row per outcome of reading."""
    sums = [func.sum(column) for column in (document.c.page_count, document.c.ocr_page_count, document.c.passage_count)]
    query = select(document.c.outcome, func.count(), *sums).group_by(document.c.outcome).order_by(document.c.outcome)
    return [
        OutcomeTotal(
            outcome=DocumentOutcome(outcome),
            documents=int(number),
            pages=int(pages),
            ocr_pages=int(ocr_pages),
            passages=int(passages),
        )
        for outcome, number, pages, ocr_pages, passages in connection.execute(query)
    ]


def facets(connection: Connection) -> DocumentFacets:
    """Return the values that documents can be filtered by, each list in order."""

    def distinct(column: ColumnElement[str]) -> tuple[str, ...]:
        return tuple(value for value in connection.execute(select(column).distinct()).scalars() if value)

    areas = connection.execute(select(document.c.area_code, document.c.area_name).distinct()).all()
    return DocumentFacets(
        areas=tuple(sorted(((code, name) for code, name in areas if code), key=lambda area: area[1])),
        doc_types=tuple(sorted(distinct(document.c.doc_type))),
        years=tuple(sorted({value[:4] for value in distinct(document.c.published)})),
        outcomes=tuple(sorted(distinct(document.c.outcome))),
    )


def paths(connection: Connection, document_id: str) -> Sequence[str]:
    """Return every path under which the document was added."""
    query = select(document_source.c.path).where(document_source.c.document_id == document_id)
    return connection.execute(query.order_by(document_source.c.path)).scalars().all()


def _conditions(which: DocumentFilter) -> list[ColumnElement[bool]]:
    wanted = [
        (which.area_code, document.c.area_code == which.area_code),
        (which.doc_type, document.c.doc_type == which.doc_type),
        (which.outcome, document.c.outcome == which.outcome),
        (which.year, document.c.published.startswith(which.year, autoescape=True)),
    ]
    conditions: list[ColumnElement[bool]] = [condition for value, condition in wanted if value]
    for word in which.words.split():
        fields = (document.c.title, document.c.name, document.c.area_name)
        conditions.append(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    return conditions


def _document(row: Row[tuple[object, ...]]) -> Document:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view has this name
    return Document(
        **{
            **values,
            "document_id": DocumentId(values["document_id"]),
            "sha256": Sha256(values["sha256"]),
            "area_code": AreaCode(values["area_code"]),
            "outcome": DocumentOutcome(values["outcome"]),
        }
    )
