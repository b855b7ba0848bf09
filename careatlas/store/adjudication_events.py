"""Comments and locks of adjudicators: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from careatlas.adjudication_event import AdjudicationAction, AdjudicationEvent
from careatlas.identifiers import CodebookId, PassageId
from careatlas.store.passage_successors import with_predecessors
from careatlas.store.rows import row_of
from careatlas.store.schema import adjudication_event


def append(connection: Connection, item: AdjudicationEvent) -> None:
    """Add an event."""
    connection.execute(insert(adjudication_event).values(**row_of(item)))


def of_passages(connection: Connection, passage_ids: Sequence[str]) -> list[AdjudicationEvent]:
    """Return the events of these passages, oldest first, those from before a new reading included."""
    if not passage_ids:
        return []
    now = with_predecessors(connection, passage_ids)
    query = select(adjudication_event).where(adjudication_event.c.passage_id.in_(list(now)))
    query = query.order_by(adjudication_event.c.made_at, adjudication_event.c.event_id)
    return [
        AdjudicationEvent(
            **{
                **row,
                "passage_id": now[row["passage_id"]],
                "codebook_id": CodebookId(row["codebook_id"]),
                "made_at": datetime.fromisoformat(row["made_at"]),
                "action": AdjudicationAction(row["action"]),
            }
        )
        for row in connection.execute(query).mappings()
    ]


def locked(events: Iterable[AdjudicationEvent]) -> set[tuple[PassageId, CodebookId]]:
    """Return the passages that are done, each with the codebook it is done for."""
    done: set[tuple[PassageId, CodebookId]] = set()
    for event in events:
        key = (event.passage_id, event.codebook_id)
        if event.action is AdjudicationAction.LOCKED:
            done.add(key)
        elif event.action is AdjudicationAction.UNLOCKED:
            done.discard(key)
    return done
