"""Where a passage that people judged went when a new parser version cut its page anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from careatlas.identifiers import PassageId
from careatlas.store.schema import passage_successor


def with_predecessors(connection: Connection, passage_ids: Sequence[str]) -> dict[str, PassageId]:
    """Return these passages and those whose place they took, each with the identifier that it has now."""
    query = select(passage_successor).where(passage_successor.c.new_passage_id.in_(passage_ids))
    earlier = {row.old_passage_id: PassageId(row.new_passage_id) for row in connection.execute(query)}
    return {name: PassageId(name) for name in passage_ids} | earlier


def successors(connection: Connection) -> dict[str, PassageId]:
    """Return every passage that has a successor, with it; the successor is empty where the passage was lost."""
    return {row.old_passage_id: PassageId(row.new_passage_id) for row in connection.execute(select(passage_successor))}


def names_now(connection: Connection, passage_ids: Sequence[str]) -> dict[str, PassageId]:
    """Return the identifier that each of these passages has now; empty where a new reading lost it.

    Parameters
    ----------
    passage_ids : sequence of str
        At most a few hundred: databases bound the values of a query.
    """
    query = select(passage_successor).where(passage_successor.c.old_passage_id.in_(passage_ids))
    later = {row.old_passage_id: PassageId(row.new_passage_id) for row in connection.execute(query)}
    return {name: later.get(name, PassageId(name)) for name in passage_ids}
