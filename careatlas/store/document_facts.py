"""What the machine reads of documents, and what people say instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace as changed
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from careatlas.document import Document
from careatlas.document_fact import DocumentCorrection, DocumentFact, FactName, KnownFact, known_facts
from careatlas.identifiers import AreaCode, DocumentId, PassageId
from careatlas.store import documents
from careatlas.store.rows import row_of
from careatlas.store.schema import document_correction, document_fact


def replace(connection: Connection, document_id: str, facts: Iterable[DocumentFact]) -> None:
    """Keep what was read of a document in place of what was read before."""
    connection.execute(delete(document_fact).where(document_fact.c.document_id == document_id))
    rows = [row_of(one) for one in facts]
    if rows:
        connection.execute(insert(document_fact), rows)


def correct(connection: Connection, item: DocumentCorrection) -> None:
    """Add what a person says of a document."""
    connection.execute(insert(document_correction).values(**row_of(item)))


def proposals(connection: Connection, document_id: str = "") -> dict[DocumentId, list[DocumentFact]]:
    """Return what was read of one document, or of all, by document; the best of each name first."""
    query = select(document_fact).order_by(document_fact.c.document_id, document_fact.c.name, document_fact.c.rank)
    if document_id:
        query = query.where(document_fact.c.document_id == document_id)
    found: dict[DocumentId, list[DocumentFact]] = {}
    for row in connection.execute(query).mappings():
        owner = DocumentId(row["document_id"])
        names = {"document_id": owner, "name": FactName(row["name"]), "passage_id": PassageId(row["passage_id"])}
        found.setdefault(owner, []).append(DocumentFact(**{**row, **names}))
    return found


def corrections(connection: Connection, document_id: str = "") -> dict[DocumentId, list[DocumentCorrection]]:
    """Return what people say of one document, or of all, by document; oldest first."""
    order = (document_correction.c.made_at, document_correction.c.correction_id)
    query = select(document_correction).order_by(*order)
    if document_id:
        query = query.where(document_correction.c.document_id == document_id)
    found: dict[DocumentId, list[DocumentCorrection]] = {}
    for row in connection.execute(query).mappings():
        owner = DocumentId(row["document_id"])
        made_at = datetime.fromisoformat(row["made_at"])
        names = {"document_id": owner, "name": FactName(row["name"]), "made_at": made_at}
        found.setdefault(owner, []).append(DocumentCorrection(**{**row, **names}))
    return found


def correction_count(connection: Connection) -> int:
    """Return how many corrections there are: as rows are only added, this tells whether anything is new."""
    return int(connection.execute(select(func.count()).select_from(document_correction)).scalar_one())


def known(connection: Connection, document_id: str = "") -> dict[DocumentId, Mapping[FactName, KnownFact]]:
    """Return what counts as known of one document, or of all."""
    items = [documents.get(connection, document_id)] if document_id else documents.listed(connection)
    read, said = proposals(connection, document_id), corrections(connection, document_id)
    return {
        one.document_id: known_facts(one, read.get(one.document_id, ()), said.get(one.document_id, ())) for one in items
    }


def as_known(item: Document, facts: Mapping[FactName, KnownFact]) -> Document:
    """Return a document with its area, kind and date as they are known."""
    area, kind, published = (facts.get(name) for name in (FactName.AREA, FactName.DOC_TYPE, FactName.PUBLISHED))
    return changed(
        item,
        area_code=AreaCode(area.value) if area else item.area_code,
        area_name=area.label if area else item.area_name,
        doc_type=kind.label if kind else item.doc_type,
        published=published.value if published else item.published,
    )
