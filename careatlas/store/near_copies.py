"""Copies among documents and passages: made anew when documents came or went."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from careatlas.identifiers import DocumentId, PassageId
from careatlas.near_copy import Boilerplate, DocumentCopy
from careatlas.store.rows import row_of
from careatlas.store.schema import boilerplate, document_copy


def replace(connection: Connection, copies: Iterable[DocumentCopy], passages: Iterable[Boilerplate]) -> None:
    """Keep all copies in place of those known before."""
    for table, items in ((document_copy, copies), (boilerplate, passages)):
        connection.execute(delete(table))
        rows = [row_of(one) for one in items]
        if rows:
            connection.execute(insert(table), rows)


def documents(connection: Connection) -> dict[DocumentId, DocumentCopy]:
    """Return the documents that are copies of another one."""
    rows = connection.execute(select(document_copy).order_by(document_copy.c.document_id)).mappings()
    return {
        DocumentId(row["document_id"]): DocumentCopy(
            document_id=DocumentId(row["document_id"]),
            copy_of=DocumentId(row["copy_of"]),
            similarity=row["similarity"],
        )
        for row in rows
    }


def passages(connection: Connection, document_id: str = "") -> dict[PassageId, Boilerplate]:
    """Return the passages that several areas share, of one document or of all."""
    query = select(boilerplate).order_by(boilerplate.c.passage_id)
    if document_id:
        query = query.where(boilerplate.c.document_id == document_id)
    return {
        PassageId(row["passage_id"]): Boilerplate(
            **{**row, "passage_id": PassageId(row["passage_id"]), "document_id": DocumentId(row["document_id"])}
        )
        for row in connection.execute(query).mappings()
    }
