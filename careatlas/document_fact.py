"""Facts about a document as read from it, with how far they can be believed, and what people say instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careatlas.document import Document
from careatlas.identifiers import DocumentId, PassageId

NO_PASSAGE = PassageId("")


class FactName(StrEnum):
    """What is known of a document."""

    AREA = "area"  # the value is an area code, the label its name
    BODY = "body"  # the organisation whose document it is
    DOC_TYPE = "doc_type"
    COVERS = "covers"  # the period that the document is about, as Period.as_text writes it; the label is its precision
    PUBLISHED = "published"  # ISO 8601 date, month or year


class FactSource(StrEnum):
    """Where what is known of a document comes from; the later in this list, the stronger."""

    READ = "read"
    REGISTER = "register"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFact:
    """A proposal of the machine.

    Attributes
    ----------
    rank : int
        0 for the best proposal of this name.
    confidence : float
        Between 0 and 1. From the rule that found it, not a calibrated probability.
    why : str
        What it was read from, in words.
    passage_id : PassageId
        The passage it was read in; empty for metadata of the file.
    char_start, char_end : int or None
        The words within the passage's text, half-open.
    """

    document_id: DocumentId
    name: FactName
    rank: int
    value: str
    label: str
    confidence: float
    why: str
    passage_id: PassageId = NO_PASSAGE
    char_start: int | None = None
    char_end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCorrection:
    """What a person says of a document. Rows are only added; an empty value takes back what was said before."""

    correction_id: str
    document_id: DocumentId
    name: FactName
    value: str
    label: str
    person: str
    made_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """What counts, and why."""

    name: FactName
    value: str
    label: str
    source: FactSource
    confidence: float
    why: str
    person: str = ""
    proposal: DocumentFact | None = None


def known_facts(
    item: Document,
    proposals: Iterable[DocumentFact],
    corrections: Iterable[DocumentCorrection],
    *,
    least_confidence: float = 0.5,
) -> Mapping[FactName, KnownFact]:
    """Return what counts as known of a document: what a person says, else the register, else the best proposal.

    Parameters
    ----------
    least_confidence : float
        Proposals below it are not known, only proposed.
    """
    known = {
        one.name: KnownFact(
            name=one.name,
            value=one.value,
            label=one.label,
            source=FactSource.READ,
            confidence=one.confidence,
            why=one.why,
            proposal=one,
        )
        for one in sorted(proposals, key=lambda one: -one.rank)
        if one.confidence >= least_confidence
    }
    given = (
        (FactName.AREA, item.area_code, item.area_name),
        (FactName.DOC_TYPE, item.doc_type, item.doc_type),
        (FactName.PUBLISHED, item.published, item.published),
    )
    known |= {name: _said(name, value, label, FactSource.REGISTER) for name, value, label in given if value}
    last = {one.name: one for one in sorted(corrections, key=lambda one: (one.made_at, one.correction_id))}
    known |= {
        name: _said(name, one.value, one.label, FactSource.CORRECTED, one.person)
        for name, one in last.items()
        if one.value
    }
    return known


def _said(name: FactName, value: str, label: str, source: FactSource, person: str = "") -> KnownFact:
    why = f"corrected by {person}" if person else "given in the register"
    return KnownFact(name=name, value=value, label=label, source=source, confidence=1.0, why=why, person=person)
