"""Initiatives as rows: of the table on the screen, of the CSV file and of the JSON file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from careatlas.codebook import Codebook
from careatlas.initiative_fields import plain_fields
from careatlas.project import Project
from careatlas.reviewed_initiative import Provenance, ReviewedInitiative
from careatlas.store import passages
from streamlit_app.model_in_use import MACHINE_ONLY, label_of
from streamlit_app.period_words import since_words
from streamlit_app.rowtable import Cell, Link

HEADER = ("Initiative", "Area", "Since", "Status", "Codes", "Who says so", "Passages", "Documents")
CSV_HEADER = (
    "initiative_id",
    "title",
    "area_code",
    "area_name",
    "start",
    "end",
    "precision",
    "status",
    "setting",
    "population",
    "partners",
    "scale",
    "funding",
    "codes",
    "provenance",
    "person",
    "decided_at",
    "confidence",
    "evidence_count",
    "document_count",
    "evidence_ids",
    "passage_ids",
    "documents",
    "pages",
)
_BATCH = 500  # passages asked for at once


def provenance_words(one: ReviewedInitiative) -> str:
    """Return who stands behind an initiative, and since when."""
    if one.provenance is Provenance.MACHINE:
        return MACHINE_ONLY
    when = f", {one.decided_at.date()}" if one.decided_at else ""
    return f"{one.provenance.value} by {one.person}{when}"


def cells(one: ReviewedInitiative, codebook: Codebook) -> list[Cell]:
    """Return an initiative as the cells of the table, with a link to its page."""
    item = one.initiative
    return [
        Link(text=item.title or "(without a title)", page="initiative", query={"id": item.initiative_id}),
        item.area_name or item.area_code or "not known",
        since_words(item.period) or "not known",
        item.status.value,
        ", ".join(label_of(codebook, code) for code in item.codes),
        provenance_words(one),
        len(item.evidence),
        len({part.document_id for part in item.evidence}),
    ]


def pages_of(project: Project, items: Iterable[ReviewedInitiative]) -> dict[str, int]:
    """Return the pages on which the evidence of initiatives stands, by passage."""
    names = sorted({part.passage_id for one in items for part in one.initiative.evidence})
    found: dict[str, int] = {}
    with project.store.read() as connection:
        for start in range(0, len(names), _BATCH):
            found |= {one.passage_id: one.page for one in passages.now(connection, names[start : start + _BATCH])}
    return found


def csv_cells(one: ReviewedInitiative, pages: Mapping[str, int]) -> list[str | int | float | None]:
    """Return an initiative as the cells of the CSV file; evidence, documents and pages in one order."""
    fields = plain_fields(one.initiative)
    parts = one.initiative.evidence
    names: Sequence[str] = CSV_HEADER[1:14]
    return [
        one.initiative.initiative_id,
        *("; ".join(fields[name]) if isinstance(fields[name], list) else fields[name] for name in names),
        one.provenance.value,
        one.person,
        one.decided_at.isoformat() if one.decided_at else "",
        round(one.initiative.confidence, 4),
        len(parts),
        len({part.document_id for part in parts}),
        " ".join(part.evidence_id for part in parts),
        " ".join(part.passage_id for part in parts),
        " ".join(part.document_id for part in parts),
        " ".join(str(pages.get(part.passage_id, "")) or "?" for part in parts),
    ]


def json_row(one: ReviewedInitiative, pages: Mapping[str, int]) -> dict[str, Any]:
    """Return an initiative as plain data, with its evidence, its history and what happened to it."""
    item = one.initiative
    return {
        "initiative_id": item.initiative_id,
        **plain_fields(item),
        "provenance": one.provenance.value,
        "person": one.person,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "confidence": round(item.confidence, 4),
        "evidence": [
            {
                "evidence_id": part.evidence_id,
                "passage_id": part.passage_id,
                "document_id": part.document_id,
                "page": pages.get(part.passage_id),
                "codes": list(part.codes),
                "basis": part.basis.value,
                "probability": round(part.probability, 4),
                "said_on": part.said_on,
                "status": part.status.value,
                "joined": part.joined,
                "similarity": part.similarity,
                "spans": [asdict(span) for span in part.spans],
            }
            for part in item.evidence
        ],
        "status_history": [{**asdict(said), "status": said.status.value} for said in one.history],
        "trace": list(one.trace),
    }
