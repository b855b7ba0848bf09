"""Initiatives as they stand after what people did with them, and what became of those that stand no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careatlas.identifiers import EvidenceId, InitiativeId
from careatlas.initiative import Initiative, InitiativeStatus
from careatlas.initiative_event import InitiativeEvent


class Provenance(StrEnum):
    """Who stands behind an initiative."""

    MACHINE = "machine"
    CONFIRMED = "confirmed"
    EDITED = "edited"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOn:
    """What one passage says of the status.

    Attributes
    ----------
    said_on : str
        The document's date (ISO 8601 date, month or year), empty where unknown.
    """

    said_on: str
    status: InitiativeStatus
    evidence_id: EvidenceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedInitiative:
    """An initiative as it stands.

    Attributes
    ----------
    initiative : Initiative
        Its values with what people confirmed or edited, and the evidence that stands.
    person, decided_at : str, datetime or None
        Who confirmed, edited or rejected it last, and when; empty for the machine.
    history : tuple of StatusOn
        What its passages say of its status, by the dates of their documents; passages that say nothing are left out.
    trace : tuple of str
        What happened to it, in sentences, oldest first.
    events : tuple of InitiativeEvent
        Those in force on it, and on what was merged into it.
    """

    initiative: Initiative
    provenance: Provenance
    person: str
    decided_at: datetime | None
    history: tuple[StatusOn, ...]
    trace: tuple[str, ...]
    events: tuple[InitiativeEvent, ...]

    @property
    def is_confirmed(self) -> bool:
        """Whether a person stands behind it: confirmed, or corrected by a person who let it stand."""
        return self.provenance in {Provenance.CONFIRMED, Provenance.EDITED}

    @property
    def counts(self) -> bool:
        """Whether it is counted: everything but what people rejected."""
        return self.provenance is not Provenance.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """An initiative of which no evidence is left.

    Attributes
    ----------
    why : str
        In a sentence.
    person, vanished_at : str, datetime or None
        Who rejected the last of its evidence, and when; empty where no person did.
    evidence : tuple of EvidenceId
        What it stood on.
    """

    initiative_id: InitiativeId
    title: str
    why: str
    person: str
    vanished_at: datetime | None
    evidence: tuple[EvidenceId, ...]
    trace: tuple[str, ...]
    events: tuple[InitiativeEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What stands after all events.

    Attributes
    ----------
    initiatives : tuple of ReviewedInitiative
        By area and identifier, rejected ones included.
    unapplied : tuple
        Events that found nothing to act on, each with the reason.
    """

    initiatives: tuple[ReviewedInitiative, ...]
    vanished: tuple[Vanished, ...]
    unapplied: tuple[tuple[InitiativeEvent, str], ...]
