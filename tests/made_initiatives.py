"""Handmade initiatives, evidence and judgements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from careatlas.identifiers import Code, DocumentId, EvidenceId, InitiativeId, PassageId, judgement_id
from careatlas.initiative import Basis, Evidence, Initiative, InitiativeStatus
from careatlas.initiative_values import initiative_of
from careatlas.judgement import Judgement, Origin, Verdict

NOON = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)


def later(minutes: float) -> datetime:
    """Return a time after noon."""
    return NOON + timedelta(minutes=minutes)


def evidence(name: str, **changes: Any) -> Evidence:
    """Return evidence of a discharge team in Manchester, said in 2023."""
    values: dict[str, Any] = {
        "evidence_id": EvidenceId(name),
        "passage_id": PassageId(name.partition(".")[0]),
        "document_id": DocumentId(f"d-{name}"),
        "codes": (Code("discharge"),),
        "basis": Basis.ACCEPTED,
        "probability": 0.8,
        "title": f"team {name}",
        "area_code": "E08000003",
        "area_name": "Manchester",
        "status": InitiativeStatus.PLANNED,
        "said_on": "2023",
    }
    return Evidence(**{**values, **changes})


def initiative(name: str, *parts: str | Evidence) -> Initiative:
    """Return an initiative that stands on evidence."""
    rows = [evidence(one) if isinstance(one, str) else one for one in parts]
    return initiative_of(InitiativeId(name), rows)


def judgement(passage: str, verdict: Verdict, minute: float, person: str = "ann", **changes: Any) -> Judgement:
    """Return a judgement on a passage."""
    code = "" if verdict is Verdict.NOTHING_HERE else "discharge"
    values: dict[str, Any] = {
        "judgement_id": judgement_id(passage, verdict, str(minute), person, *map(str, changes.values())),
        "passage_id": passage,
        "codebook_id": "care-home-integration",
        "codebook_version": "0.3.0",
        "code": code,
        "verdict": verdict,
        "person": person,
        "made_at": later(minute),
        "origin": Origin.MANUAL,
    }
    return Judgement(**{**values, **changes})
