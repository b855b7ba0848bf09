"""Proposed initiatives with their evidence: replaced by each build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from careatlas.identifiers import AreaCode, Code, DocumentId, EvidenceId, InitiativeId, PassageId
from careatlas.initiative import Basis, Evidence, Initiative, InitiativeStatus, Span
from careatlas.period import Period, period_of
from careatlas.store.schema import initiative, initiative_evidence

_APART = ("initiative_id", "area_code", "confidence", "evidence")
_APART_EVIDENCE = ("evidence_id", "passage_id", "document_id")


def replace(connection: Connection, codebook_id: str, codebook_version: str, items: Sequence[Initiative]) -> None:
    """Keep the initiatives of a codebook in place of those proposed before."""
    for table in (initiative_evidence, initiative):
        connection.execute(delete(table).where(table.c.codebook_id == codebook_id))
    book = {"codebook_id": codebook_id}
    rows = [{**_row(one, _APART), **book, "codebook_version": codebook_version} for one in items]
    told = [
        {**_row(part, _APART_EVIDENCE), **book, "initiative_id": one.initiative_id, "position": position}
        for one in items
        for position, part in enumerate(one.evidence)
    ]
    for table, values in ((initiative, rows), (initiative_evidence, told)):
        if values:
            connection.execute(insert(table), values)


def version(connection: Connection, codebook_id: str) -> str:
    """Return the version of the codebook that the proposals were made for; empty where there are none."""
    query = select(initiative.c.codebook_version).where(initiative.c.codebook_id == codebook_id).limit(1)
    return str(connection.execute(query).scalar() or "")


def listed(connection: Connection, codebook_id: str) -> list[Initiative]:
    """Return the initiatives that were proposed for a codebook, by area and identifier."""
    told: dict[str, list[Evidence]] = {}
    query = select(initiative_evidence).where(initiative_evidence.c.codebook_id == codebook_id)
    for row in connection.execute(query.order_by(initiative_evidence.c.position)).mappings():
        told.setdefault(row["initiative_id"], []).append(_evidence(row))
    query = select(initiative).where(initiative.c.codebook_id == codebook_id)
    rows = connection.execute(query.order_by(initiative.c.area_code, initiative.c.initiative_id)).mappings()
    return [_initiative(row, told.get(row["initiative_id"], ())) for row in rows]


def _row(item: Initiative | Evidence, apart: Sequence[str]) -> dict[str, Any]:
    content = {name: _plain(getattr(item, name)) for name in item.__dataclass_fields__ if name not in apart}
    kept = {name: getattr(item, name) for name in apart if name != "evidence"}
    return {**kept, "content": msgspec.json.encode(content).decode()}


@lru_cache(maxsize=4_096)
def _period(text: str, precision: str) -> Period:
    return period_of(text, precision)


def _plain(value: Any) -> Any:
    return [value.as_text(), value.precision] if isinstance(value, Period) else value


def _initiative(row: Any, evidence: Iterable[Evidence]) -> Initiative:
    content = _content(row)
    return Initiative(
        **content,
        initiative_id=InitiativeId(row["initiative_id"]),
        area_code=AreaCode(row["area_code"]),
        confidence=row["confidence"],
        evidence=tuple(evidence),
    )


def _evidence(row: Any) -> Evidence:
    content = _content(row)
    content |= {
        "basis": Basis(content["basis"]),
        "area_code": AreaCode(content["area_code"]),
        "spans": tuple(Span(**one) for one in content["spans"]),
    }
    return Evidence(
        **content,
        evidence_id=EvidenceId(row["evidence_id"]),
        passage_id=PassageId(row["passage_id"]),
        document_id=DocumentId(row["document_id"]),
    )


def _content(row: Any) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.json.decode(row["content"])
    return {
        **content,
        "codes": tuple(Code(one) for one in content["codes"]),
        "period": _period(*content["period"]) if content["period"] else None,
        "status": InitiativeStatus(content["status"]),
        "partners": tuple(content["partners"]),
    }
