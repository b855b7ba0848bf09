"""Handmade sightings of initiatives."""

from __future__ import annotations

from datetime import date
from typing import Any

from careatlas.identifiers import AreaCode, Code, DocumentId, EvidenceId, PassageId
from careatlas.initiative import Basis, Evidence
from careatlas.period import Period, Precision
from nlp.service_names import service_names
from nlp.sighting import Sighting


def since(year: int, month: int = 4) -> Period:
    """Return a period that is open from a month on."""
    return Period(start=date(year, month, 1), end=None, precision=Precision.MONTH)


def sighting(name: str, text: str, *, year: str = "2021", **facts: Any) -> Sighting:
    """Return a sighting in a document of its own, unless ``document`` names one."""
    place = {key: facts.pop(key) for key in ("page", "position", "part") if key in facts}
    evidence = Evidence(
        evidence_id=EvidenceId(name),
        passage_id=PassageId(name.partition(".")[0]),
        document_id=DocumentId(facts.pop("document", f"d-{name}")),
        codes=tuple(Code(code) for code in facts.pop("codes", ("falls",))),
        basis=Basis.ACCEPTED,
        probability=facts.pop("probability", 0.8),
        title=text[:40],
        area_code=AreaCode(facts.pop("area", "E08000003")),
        area_name=facts.pop("area_name", "Netherby"),
        said_on=year,
        **facts,
    )
    return Sighting(evidence=evidence, text=text, names=service_names(text), **{"page": 1, "position": 0, **place})
