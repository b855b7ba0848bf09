"""What people do with initiatives: rows are added, never changed."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, insert, select

from careatlas.identifiers import EvidenceId, InitiativeId
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.store.rows import row_of
from careatlas.store.schema import initiative_event

_COLUMNS = [column for column in initiative_event.c if column.name not in {"event_number", "codebook_id"}]


def append(connection: Connection, codebook_id: str, item: InitiativeEvent) -> None:
    """Add an event."""
    packed = {name: msgspec.json.encode(getattr(item, name)).decode() for name in ("evidence", "content")}
    connection.execute(insert(initiative_event).values(**{**row_of(item), **packed, "codebook_id": codebook_id}))


def listed(connection: Connection, codebook_id: str) -> list[InitiativeEvent]:
    """Return the events of a codebook's initiatives in the order in which they came."""
    query = select(*_COLUMNS).where(initiative_event.c.codebook_id == codebook_id)
    return [
        InitiativeEvent(
            **{
                **row,
                "action": InitiativeAction(row["action"]),
                "initiative_id": InitiativeId(row["initiative_id"]),
                "evidence": tuple(EvidenceId(one) for one in msgspec.json.decode(row["evidence"])),
                "made_at": datetime.fromisoformat(row["made_at"]),
                "content": msgspec.json.decode(row["content"]),
            }
        )
        for row in connection.execute(query.order_by(initiative_event.c.event_number)).mappings()
    ]


def count(connection: Connection, codebook_id: str) -> int:
    """Return how many events there are: as rows are only added, this tells whether anything is new."""
    query = select(func.count()).select_from(initiative_event).where(initiative_event.c.codebook_id == codebook_id)
    return int(connection.execute(query).scalar_one())
