"""Handmade maps: documents that were read and initiatives as they stand, in places that there are."""

from __future__ import annotations

from datetime import date
from typing import Any

from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.identifiers import AreaCode, Code, CodebookId, DocumentId
from careatlas.initiative import Evidence, InitiativeStatus
from careatlas.initiative_values import initiative_of
from careatlas.period import Period, Precision, published_period
from careatlas.reviewed_initiative import Provenance as Standing
from careatlas.reviewed_initiative import ReviewedInitiative, StatusOn
from evaluation.documents_read import DocumentRead
from evaluation.map_codes import own_codes
from evaluation.policy_map import MapRequest
from tests.made_initiatives import evidence

MANCHESTER, SALFORD, BURNLEY, LANCASHIRE = map(AreaCode, ("E08000003", "E08000006", "E07000117", "E10000017"))
ON = date(2023, 6, 1)


def code(name: str, parent: str | None = None) -> CodeDefinition:
    return CodeDefinition(id=Code(name), label=name.title(), definition="x", parent=Code(parent) if parent else None)


BOOK = Codebook(
    id=CodebookId("made"),
    version="1.0.0",
    title="Made",
    provenance=Provenance.RECONSTRUCTED,
    source="us",
    codes=(code("flow"), code("discharge", "flow"), code("workforce")),
)
CODES = own_codes(BOOK)


def span(start: str, end: str) -> Period:
    """Return ``[start, end)``; ``..`` for an open side."""
    first, last = (None if side == ".." else date.fromisoformat(side) for side in (start, end))
    return Period(start=first, end=last, precision=Precision.DAY)


def document(name: str, published: str = "", covers: Period | None = None, **changes: Any) -> DocumentRead:
    """Return a document of Manchester."""
    values = {"area_code": MANCHESTER, "area_name": "Manchester", **changes}
    return DocumentRead(
        document_id=DocumentId(name),
        name=f"{name}.pdf",
        covers=covers,
        published=published_period(published) if published else None,
        **values,
    )


def said(name: str, document: str, status: str = "in-place", **changes: Any) -> Evidence:
    """Return what one document says."""
    return evidence(name, document_id=DocumentId(document), status=InitiativeStatus(status), **changes)


def stands(name: str, *parts: Evidence, provenance: Standing = Standing.MACHINE, **changes: Any) -> ReviewedInitiative:
    """Return an initiative as it stands, with values of its evidence unless others are given."""
    from dataclasses import replace

    item = replace(initiative_of(name, parts), **changes)
    return ReviewedInitiative(
        initiative=item,
        provenance=provenance,
        person="" if provenance is Standing.MACHINE else "ann",
        decided_at=None,
        history=tuple(StatusOn(said_on=p.said_on, status=p.status, evidence_id=p.evidence_id) for p in item.evidence),
        trace=(),
        events=(),
    )


def asked(**changes: Any) -> MapRequest:
    """Return a request for areas as read."""
    return MapRequest(**{"on": ON, **changes})
