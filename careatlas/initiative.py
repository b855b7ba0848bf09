"""Initiatives: what is done, where and when, each with the passages that say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode, Code, DocumentId, EvidenceId, InitiativeId, PassageId
from careatlas.period import Period


class InitiativeStatus(StrEnum):
    """How far an initiative has come, as a document says it."""

    UNCLEAR = "unclear"
    ASPIRATION = "aspiration"
    PLANNED = "planned"
    IN_PLACE = "in-place"
    STOPPED = "stopped"

    @property
    def strength(self) -> int:
        """Rank for "strongest status": in place, stopped (it was in place once), planned, aspiration, unclear."""
        return _STRENGTH[self]


_STRENGTH = {
    InitiativeStatus.UNCLEAR: 0,
    InitiativeStatus.ASPIRATION: 1,
    InitiativeStatus.PLANNED: 2,
    InitiativeStatus.STOPPED: 3,
    InitiativeStatus.IN_PLACE: 4,
}


class Basis(StrEnum):
    """Who says that a passage tells of an initiative."""

    ACCEPTED = "accepted"  # a model's suggestion that reached its cut-off, and nobody has judged
    JUDGED = "judged"  # a person said that a code is present


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words that a fact was read from.

    Attributes
    ----------
    name : str
        ``area``, ``start``, ``end``, ``status``, ``setting``, ``population``, ``scale``, ``partner``, ``funding``,
        ``title``.
    value : str
        What was read (an area code, a period, a number), beside the ``words`` themselves.
    char_start, char_end : int
        Characters within the passage's text, half-open.
    person : str
        Who marked the words; empty for the machine.
    """

    name: str
    value: str
    words: str
    char_start: int
    char_end: int
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One passage, or a part of one, that tells of an initiative, and what was read in it.

    Attributes
    ----------
    evidence_id : EvidenceId
        The passage's identifier; with a number behind it for further parts of a passage that tells of several.
    codes : tuple of Code
        Sorted.
    probability : float
        The model's, of the likeliest of the codes; 1 where people judged.
    title : str
        What is done, in a few words of the passage.
    area_why : str
        Where the area was read: in the passage, its heading, or the document's own area.
    period : Period or None
        When it runs, as far as the passage says; the end is open unless said.
    said_on : str
        The document's date (ISO 8601 date, month or year), empty where unknown.
    joined : str
        Why it belongs to its initiative: ``first``, or what is alike, in words.
    similarity : float
        Of the text to the initiative it was joined to, between 0 and 1.
    """

    evidence_id: EvidenceId
    passage_id: PassageId
    document_id: DocumentId
    codes: tuple[Code, ...]
    basis: Basis
    probability: float
    title: str
    area_code: AreaCode = NO_AREA
    area_name: str = ""
    area_why: str = ""
    period: Period | None = None
    status: InitiativeStatus = InitiativeStatus.UNCLEAR
    setting: str = ""
    population: str = ""
    partners: tuple[str, ...] = ()
    scale: str = ""
    funding: str = ""
    said_on: str = ""
    spans: tuple[Span, ...] = ()
    joined: str = "first"
    similarity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """A proposal: what the machine made of the evidence. What people say of it is in the events.

    Attributes
    ----------
    confidence : float
        Between 0 and 1: of the likeliest evidence, lowered where area or status are uncertain. Not calibrated.
    evidence : tuple of Evidence
        In the order of their documents' dates.
    """

    initiative_id: InitiativeId
    title: str
    codes: tuple[Code, ...]
    area_code: AreaCode
    area_name: str
    period: Period | None
    status: InitiativeStatus
    setting: str
    population: str
    partners: tuple[str, ...]
    scale: str
    funding: str
    confidence: float
    evidence: tuple[Evidence, ...]
