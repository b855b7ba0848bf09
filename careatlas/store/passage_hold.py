"""One writer at a time for one passage: what a writer read of it stays true until it commits."""

from __future__ import annotations

from sqlalchemy import Connection, text


def hold(connection: Connection, passage_id: str) -> None:
    """Wait until no other writer holds this passage, and hold it until the transaction ends.

    Whatever decides by what it read, and then adds rows, calls this before it reads: a row that another writer adds
    meanwhile would else be seen by neither. In SQLite every writer holds the whole store already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": passage_id})
