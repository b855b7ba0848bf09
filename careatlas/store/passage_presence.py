"""Which passages are there: identifiers outlive what they name when a new reading cuts pages anew."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from careatlas.identifiers import PassageId
from careatlas.store.schema import passage

_BATCH = 500  # databases bound the values of a query


def present(connection: Connection, passage_ids: Iterable[str]) -> set[PassageId]:
    """Return those of some passages that are in the store."""
    asked = sorted(set(passage_ids))
    found: set[PassageId] = set()
    for start in range(0, len(asked), _BATCH):
        query = select(passage.c.passage_id).where(passage.c.passage_id.in_(asked[start : start + _BATCH]))
        found.update(map(PassageId, connection.execute(query).scalars()))
    return found
